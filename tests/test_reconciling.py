"""Two people write one text: what does not touch is put together, what does is chosen, and no paragraph is lost."""

from collections import Counter
from datetime import date, timedelta
from itertools import chain

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import editing, pictures, review
from articles.models import Article
from articles.reconciling import ChangedByBoth, contested_passages, save_beside_others
from articles.reconciling.contents import FIELDS, split_blocks
from articles.reconciling.edits import merge_edits
from articles.sanitising import sanitise
from tests.cast import refused, upload
from tests.test_admin_article import change_url, form, login, said

# --- Edits of one base -----------------------------------------------------------------------------------------

blocks = st.lists(st.sampled_from("甲乙丙丁戊"), max_size=8)
quickly = settings(max_examples=150, deadline=None)


def chosen(runs, contested="both"):
    """The blocks of the merged text."""
    sides = {"same": "mine", "mine": "mine", "alike": "mine", "theirs": "theirs", "contested": contested}
    for run in runs:
        side = sides[run.kind]
        yield from chain(run.theirs, run.mine) if side == "both" else getattr(run, side)


@quickly
@given(blocks, blocks, blocks)
def test_no_paragraph_of_either_is_lost_and_each_side_is_whole(base, theirs, mine):
    runs = list(merge_edits(base, theirs, mine))
    assert [block for run in runs for block in run.theirs] == theirs
    assert [block for run in runs for block in run.mine] == mine
    merged, was = Counter(chosen(runs)), Counter(base)
    for side in (Counter(theirs), Counter(mine)):
        assert not (side - was) - merged, "what somebody added is there"
    assert not (was & Counter(theirs) & Counter(mine)) - merged - (was - Counter(theirs)) - (was - Counter(mine))


@quickly
@given(blocks, blocks)
def test_who_changed_nothing_has_the_text_of_the_other(base, edited):
    assert list(chosen(merge_edits(base, edited, base))) == edited
    assert list(chosen(merge_edits(base, base, edited))) == edited


@quickly
@given(blocks, blocks)
def test_equal_edits_are_one_edit(base, edited):
    runs = list(merge_edits(base, edited, edited))
    assert list(chosen(runs)) == edited
    assert {run.kind for run in runs} <= {"same", "alike"}


@quickly
@given(
    st.lists(st.tuples(st.sampled_from(["same", "theirs", "mine"]), st.sampled_from(["改", "删", "加"])), max_size=8)
)
def test_edits_of_different_paragraphs_are_both_there(plan):
    """Between any two of them is a paragraph that nobody changed."""
    sides = {"theirs": ([], []), "mine": ([], [])}
    base, expected = [], []
    for number, (who, what) in enumerate(plan):
        changed = {"改": [f"{number}改"], "删": [], "加": [f"{number}", f"{number}加"]}[what]
        for name, (text, _edits) in sides.items():
            text += [*(changed if who == name else [f"{number}"]), f"{number}不变"]
        base += [f"{number}", f"{number}不变"]
        expected += [*([f"{number}"] if who == "same" else changed), f"{number}不变"]
    runs = list(merge_edits(base, sides["theirs"][0], sides["mine"][0]))
    assert list(chosen(runs)) == expected
    assert "contested" not in {run.kind for run in runs}


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "merged"),
    [
        ("甲乙丙丁", "甲二丙丁", "甲乙三丁", "甲二三丁"),  # neighbours
        ("甲乙丙", "甲乙丙", "乙丙", "乙丙"),
        ("甲乙丙", "首甲乙丙", "甲乙丙尾", "首甲乙丙尾"),
        ("甲乙丙", "甲新乙丙", "甲二丙", "甲新二丙"),  # beside a changed one
        ("甲乙", "甲一", "甲二", None),
        ("甲乙", "甲乙一", "甲乙二", None),  # at one place
        ("甲乙丙", "甲丙", "甲二丙", None),  # what one left out the other changed
        ("甲乙丙丁", "甲丁", "甲乙新丙丁", None),
    ],
)
def test_what_touches_is_contested(base, theirs, mine, merged):
    runs = list(merge_edits(base, theirs, mine))
    assert any(run.kind == "contested" for run in runs) == (merged is None)
    assert merged is None or "".join(chosen(runs)) == merged


def test_lists_tables_and_figures_are_whole_blocks():
    body = sanitise(
        "<p>一<br>行</p><h2>题</h2><ul><li>1<ul><li>2</li></ul></li></ul><table><tr><td>a&gt;b</td></tr></table>"
        "<blockquote><p>引</p><p>文</p></blockquote><hr><p>尾</p>"
    ).html
    found = split_blocks(body)
    assert "".join(found) == body
    assert [block[1 : block.index(">")] for block in found] == ["p", "h2", "ul", "table", "blockquote", "hr", "p"]
    assert split_blocks('<p><img src="/a" alt="a>b"></p>散') == ['<p><img src="/a" alt="a>b"></p>', "散"]


# --- Saving ----------------------------------------------------------------------------------------------------

BODY = "<p>桥长三十米。</p><p>宽六米。</p><p>今日通车。</p>"


@pytest.fixture
def opened(cast):
    """An article, as somebody opened it."""
    article = cast.article(by=cast.writer, title="原题", body=BODY)
    return Article.objects.select_related("section", "source", "cover").get(pk=article.pk)


def save(opened, by, *, credits=None, **facts):
    choices, voiding = facts.pop("choices", {}), facts.pop("voiding", False)
    for name, value in facts.items():
        setattr(opened, name, value)
    credits = credits or [(credit.role, credit.person) for credit in opened.credits.all()]
    return save_beside_others(opened, by=by, based_on=1, credits=credits, choices=choices, voiding=voiding)


@pytest.mark.django_db
def test_paragraphs_and_fields_that_do_not_touch_are_put_together(cast, opened):
    cast.change(opened, by=cast.editor, title="他的题", body=BODY.replace("六", "七"), section=cast.culture)
    opened = Article.objects.get(pk=opened.pk)
    opened.title, opened.section = "原题", cast.news
    saved = save(opened, cast.writer, summary="我的摘要", body=BODY.replace("三十", "五十") + "<p>新段。</p>")
    article = Article.objects.get()
    assert (article.title, article.summary, article.section) == ("他的题", "我的摘要", cast.culture)
    assert article.body == BODY.replace("六", "七").replace("三十", "五十") + "<p>新段。</p>"
    assert (saved.names, saved.fields, saved.paragraphs) == (("梁静姝",), ("title", "section"), 1)
    assert saved.revision.number == article.latest.number == 3


@pytest.mark.django_db
def test_every_field_that_only_the_other_changed_is_theirs(cast, opened):
    texts = ("kicker", "title", "subtitle", "short_title", "summary", "original_title", "original_author", "keywords")
    picture = pictures.store_picture(upload(), by=cast.editor)
    theirs = {
        **{name: f"他的{name}" for name in texts},
        **{"section": cast.culture, "source": cast.listed, "origin": "reprint", "ai_use": "text", "cover": picture},
        "original_url": "https://paper.example.cn/1",
        "original_published_on": date(2026, 11, 29),
        "embargo_until": timezone.now() + timedelta(days=1),
    }
    mine = [(credit.role, credit.person) for credit in opened.credits.all()]
    other = Article.objects.get(pk=opened.pk)
    for name, value in theirs.items():
        setattr(other, name, value)
    editing.save_article(other, by=cast.editor, credits=[("responsible_editor", cast.liang)])
    saved = save(opened, cast.writer, credits=mine)
    assert saved.fields == FIELDS
    assert saved.names == ("梁静姝",), "fields alone are told, too"
    article = Article.objects.get()
    assert {name: getattr(article, name) for name in theirs} == theirs
    assert [credit.person for credit in article.credits.all()] == [cast.liang]


@pytest.mark.django_db
def test_credits_of_the_other_stay_where_mine_are_unchanged(cast, opened):
    mine = [(credit.role, credit.person) for credit in opened.credits.all()]
    cast.change(opened, by=cast.editor, title="他的题")
    Article.objects.get().credits.first().delete()
    cast.change(opened, by=cast.editor, title="又改")
    opened.title = "原题"
    save(opened, cast.writer, credits=mine, summary="我的")
    assert [credit.person for credit in Article.objects.get().credits.all()] == [cast.liang]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "body"),
    [("theirs", "<p>宽七米。</p>"), ("mine", "<p>宽八米。</p>"), ("both", "<p>宽七米。</p><p>宽八米。</p>")],
)
def test_what_both_changed_is_chosen(cast, opened, choice, body):
    cast.change(opened, by=cast.editor, title="他的题", body=BODY.replace("六", "七"))
    with refused(ChangedByBoth, "梁静姝 saved this article") as caught:
        save(opened, cast.writer, title="我的题", body=BODY.replace("六", "八"))
    title, paragraph = caught.value.passages
    assert [span.text for span in paragraph.their_spans] == ["宽", "七", "米。"]
    with refused(ChangedByBoth) as caught:
        save(opened, cast.writer, choices={title.key: "both", paragraph.key: choice})
    assert [passage.choice for passage in caught.value.passages] == ["", choice]
    save(opened, cast.writer, choices={title.key: "theirs", paragraph.key: choice})
    article = Article.objects.get()
    assert (article.title, article.body) == ("他的题", BODY.replace("<p>宽六米。</p>", body))


@pytest.mark.django_db
def test_a_choice_ends_when_either_changes_again(cast, opened):
    cast.change(opened, by=cast.editor, body=BODY.replace("六", "七"))
    mine = {"body": BODY.replace("六", "八")}
    with refused(ChangedByBoth) as caught:
        save(opened, cast.writer, **mine)
    choices = {caught.value.passages[0].key: "mine"}
    with refused(ChangedByBoth):
        save(opened, cast.writer, body=BODY.replace("六", "九"), choices=choices)
    cast.change(Article.objects.get(), by=cast.editor, body=BODY.replace("六", "十"))
    with refused(ChangedByBoth):
        save(opened, cast.writer, **mine, choices=choices)


@pytest.mark.django_db
def test_without_the_revision_that_was_opened_all_that_differs_is_contested(cast, opened):
    with refused(ChangedByBoth) as caught:
        save_beside_others(opened, by=cast.writer, based_on=0)
    assert [passage.field for passage in caught.value.passages] == ["credits"]
    with refused(PermissionDenied):
        save_beside_others(opened, by=cast.stranger, based_on=0)


@pytest.mark.django_db
def test_a_joint_save_voids_signatures_like_any_other_and_one_without_a_change_does_not(cast, opened):
    cast.change(opened, by=cast.admin, title="他的题")
    opened.title = "原题"
    cast.sign(Article.objects.get(), times=2, by=cast.writer)
    assert save(opened, cast.writer).revision.number == 2
    assert Article.objects.get().stage == 3
    with refused(review.WouldVoid):
        save(opened, cast.writer, summary="我的")
    save(opened, cast.writer, summary="我的", voiding=True)
    article = Article.objects.get()
    assert (article.title, article.stage, article.signed) == ("他的题", 0, None)


@pytest.mark.django_db
def test_a_form_with_other_errors_is_told_what_both_changed(cast, opened):
    asked = {"by": cast.writer, "based_on": 1, "credits": None, "choices": {}}
    assert contested_passages(opened, **asked) is None, "nobody saved meanwhile"
    cast.change(opened, by=cast.editor, title="他的题", section=cast.culture)
    opened.title, opened.section = "我的题", cast.towns
    told = contested_passages(opened, **asked)
    assert [(passage.field, passage.theirs, passage.mine) for passage in told.passages] == [
        ("title", ("他的题",), ("我的题",)),
        ("section", ("文旅",), ("乡镇",)),
    ]
    assert (
        contested_passages(opened, **{**asked, "choices": {passage.key: "mine" for passage in told.passages}}) is None
    )
    with refused(PermissionDenied):
        contested_passages(opened, **{**asked, "by": cast.stranger})


# --- At the desk -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_writer_reads_whose_words_are_in_the_text_now(client, cast, opened):
    typed = form(cast, opened, title=opened.title, body=BODY + "<p>新段。</p>")
    cast.change(opened, by=cast.editor, title="他的题", body=BODY.replace("六", "七"))
    page = login(client, cast.writer).post(change_url(opened), typed, follow=True, headers={"accept-language": "en"})
    assert "Merged with what 梁静姝 saved in the meantime; their changes: title, 1 paragraph." in said(page)
    assert Article.objects.get().body == BODY.replace("六", "七") + "<p>新段。</p>"
    html = page.content.decode()
    link = html.split('<a href="')
    assert any(one.startswith(f"/admin/articles/article/{opened.pk}/changes/?before=1&amp;after=3") for one in link)


@pytest.mark.django_db
def test_credits_that_somebody_removed_meanwhile_keep_nobody_from_saving(client, cast, opened):
    typed = form(cast, opened, title=opened.title, body=BODY, summary="我的摘要")
    editing.save_article(opened, by=cast.editor, credits=[("responsible_editor", cast.liang)])
    login(client, cast.writer).post(change_url(opened), typed)
    article = Article.objects.get()
    assert (article.summary, article.credits.count()) == ("我的摘要", 1)


@pytest.mark.django_db
def test_a_page_that_shows_what_both_changed_is_not_told_of_that_save_again(client, cast, opened):
    typed = form(cast, opened, title="我的题", body=BODY)
    cast.change(opened, by=cast.editor, title="他的题")
    html = login(client, cast.writer).post(change_url(opened), typed).content.decode()
    assert 'data-opened="2"' in html
    assert 'data-opened="2"' in client.get(change_url(opened)).content.decode()
