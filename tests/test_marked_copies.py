"""花脸稿: every insertion and deletion in its place, with who made it in which reading, between any two revisions."""

from html import escape
from unittest import mock

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from articles import marked_copies, pictures, review
from articles.marked_copies import layout, marking, tokens
from articles.models import Article
from tests.cast import png, upload

MARKS = {"same": "{}", "removed": "[{}]", "added": "{{{}}}"}
words = st.text(alphabet="一二三桥路ab 1.,%<&", max_size=12).map(escape)
blocks = st.one_of(
    st.builds("<p>{}</p>".format, words),
    st.builds("<p>一<strong>{}</strong>二<br>三</p>".format, st.text(alphabet="甲乙丙丁", max_size=6)),
    st.builds("<h2>{}</h2>".format, words),
    st.builds("<ul><li>{}</li><li>丁</li></ul>".format, words),
    st.builds("<blockquote><p>{}</p></blockquote>".format, words),
    st.builds(
        '<figure><img src="/media/{}.png" alt="桥"><figcaption>图</figcaption></figure>'.format, st.integers(1, 3)
    ),
    st.builds("<table><tr><td>{}</td><td>2</td></tr><tr><td>a</td><td></td></tr></table>".format, words),
)
bodies = st.lists(blocks, max_size=6).map("".join)


def content(body="", **facts):
    plain = dict.fromkeys(("kicker", "subtitle", "short_title", "summary", *marking_fields()), "")
    return {
        **plain,
        "title": "题",
        "body": body,
        "credits": [],
        "source": None,
        "origin": Article.Origin.OWN.value,
        "section": 1,
        "keywords": [],
        "cover": None,
        "pictures": [],
        "attachments": [],
        **facts,
    }


def marking_fields():
    return "original_title", "original_author", "original_url", "original_published_on"


def body_of(*versions):
    """The body of the marked copy of these bodies."""
    text = marking.mark_changes([content(body) for body in versions], {})
    return next((part for part in text.parts if part.field == "body"), marking.MarkedPart("body", ()))


def told(*versions):
    """The marked copy of these bodies in one string: [removed] {added}, and a line for each line."""
    lines = []
    for line in layout.lay_out(body_of(*versions)):
        spans = "".join(MARKS[span.kind].format(span.text) for span in line.spans)
        end = MARKS[line.end].format("¶") if line.shows_break else ""
        lines.append(f"{spans}{end}" if not line.was else f"{spans} {line.was}→{line.kind}")
    return "\n".join(lines)


@given(versions=st.lists(bodies, min_size=2, max_size=4))
def test_without_insertions_it_is_the_old_text_and_without_deletions_the_new(versions):
    part = body_of(*versions)
    old, new = (
        [token for line in tokens.body_token_lines(body) for token in line] for body in (versions[0], versions[-1])
    )
    assert part.tokens_without("added") == old
    assert part.tokens_without("removed") == new
    assert all(1 <= run.step < len(versions) for run in part.runs if run.kind != "same")


@given(before=bodies, after=bodies)
def test_the_lines_show_every_word_once_in_its_order(before, after):
    spans = [span for line in layout.lay_out(body_of(before, after)) for span in line.spans]
    for body, without in ((before, "added"), (after, "removed")):
        shown = "".join(span.text for span in spans if span.kind != without)
        assert shown == "".join(
            token.text for line in tokens.body_token_lines(body) for token in line if not token.ends_line
        )


@given(before=bodies, after=bodies)
def test_the_limits_change_how_much_is_marked_and_lose_nothing(before, after):
    with mock.patch.object(marking, "MOST_PAIRS_OF_PASSAGE", 3):
        part = body_of(before, after)
    assert part.tokens_without("added") == [token for line in tokens.body_token_lines(before) for token in line]
    assert part.tokens_without("removed") == [token for line in tokens.body_token_lines(after) for token in line]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("<p>桥长三十米。</p>", "<p>桥长五十米。</p>", "桥长[三]{五}十米。"),
        ("<p>一</p><p>二二</p>", "<p>一</p><p>新来的</p><p>二二</p>", "一\n{新来的}\n二二"),
        ("<p>一</p><p>旧的</p><p>二二</p>", "<p>一</p><p>二二</p>", "一\n[旧的]\n二二"),
        ("<p>上午开会。下午参观。</p>", "<p>上午开会。</p><p>下午参观。</p>", "上午开会。{¶}\n下午参观。"),
        ("<p>上午开会。</p><p>下午参观。</p>", "<p>上午开会。下午参观。</p>", "上午开会。[¶]\n下午参观。"),
        ("<p>今日通车</p>", "<h2>今日通车</h2>", "今日通车 p→h2"),
        ("<p>面积3m2左右</p>", "<p>面积3m<sup>2</sup>左右</p>", "面积[3m2]{3m}{2}左右"),
        (
            "<table><tr><td>甲</td><td>1</td></tr></table>",
            "<table><tr><td>甲</td><td>2</td></tr><tr><td>乙</td><td>3</td></tr></table>",
            "甲｜[1]{2}｜\n{乙｜3｜}",
        ),
        (
            '<figure><img src="/media/a.png" alt="桥"><figcaption>旧桥</figcaption></figure>',
            '<figure><img src="/media/b.png" alt="桥"><figcaption>新桥</figcaption></figure>',
            "[〔图：桥〕]{〔图：桥〕}\n[旧]{新}桥",
        ),
        (
            '<p>见<a href="/a/1/">公告</a>。</p>',
            '<p>见<a href="/a/2/">公告</a>。</p>',
            "见公告〔/a/[1]{2}/〕。",
        ),
        ("<p>一样</p>", "<p>一样</p>", "一样"),
        ("", "<p>新稿</p>", "{新稿}"),
    ],
)
def test_changes_stand_in_their_places(before, after, shown):
    assert told(before, after) == shown


def picture(name, alt="", credit=""):
    return {"sha256": name * 64, "file": f"pictures/{name}.jpg", "width": 1600, "alt": alt, "credit": credit}


def test_pictures_and_covers_are_told_by_their_descriptions_and_differ_by_their_files():
    one, other = picture("a", "桥", "林晓舟"), picture("b", "桥", "林晓舟")
    text = marking.mark_changes([content(pictures=[one], cover=one), content(pictures=[other], cover=other)], {})
    shown = {part.field: [line.spans for line in layout.lay_out(part)] for part in text.parts if part.is_changed}
    assert list(shown) == ["cover", "pictures"]
    for ((removed, added, words),) in shown.values():
        assert [(span.kind, span.picture) for span in (removed, added)] == [
            ("removed", "/media/pictures/a.jpg"),
            ("added", "/media/pictures/b.jpg"),
        ]
        assert (words.kind, words.text) == ("same", " 桥 林晓舟")
    assert not text.form_alone


def test_a_cover_whose_description_alone_differs_is_the_same_picture_with_other_words():
    named, nameless = picture("a", "桥", "林晓舟"), picture("a", "渡口", "林晓舟")
    text = marking.mark_changes(
        [content(pictures=[nameless], cover=nameless), content(pictures=[named], cover=named)], {}
    )
    shown = {part.field: [line.spans for line in layout.lay_out(part)] for part in text.parts if part.is_changed}
    assert list(shown) == ["cover", "pictures"]
    for ((same, *words),) in shown.values():
        assert (same.kind, same.picture) == ("same", "/media/pictures/a.jpg")
        assert [(span.kind, span.text.strip()) for span in words if span.kind != "same"] == [
            ("removed", "渡口"),
            ("added", "桥"),
        ]


def test_every_change_names_the_step_that_made_it_and_what_was_put_back_is_no_change():
    part = body_of("<p>桥长三十米，宽六米。</p>", "<p>桥长五十米，宽九米。</p>", "<p>新桥长五十米，宽六米。</p>")
    changed = [(run.kind, "".join(token.text for token in run.tokens), run.step) for run in part.runs]
    assert [run for run in changed if run[0] != "same"] == [
        ("added", "新", 2),
        ("removed", "三", 1),
        ("added", "五", 1),
    ]


def test_words_that_the_steps_keep_and_the_whole_does_not_are_of_the_last_step():
    """A single word between two changes counts as changed, although each step changed one side of it alone."""
    part = body_of("<p>一二三。</p>", "<p>四二三。</p>", "<p>四二五。</p>")
    changed = [(run.kind, "".join(token.text for token in run.tokens), run.step) for run in part.runs]
    assert [run for run in changed if run[0] != "same"] == [
        ("removed", "一", 1),
        ("removed", "二三", 2),
        ("added", "四", 1),
        ("added", "二五", 2),
    ]


def test_a_line_is_changed_by_its_kind_or_its_end_alone_and_rows_are_a_kind():
    (line,) = layout.lay_out(body_of("<p>今日通车</p>", "<h2>今日通车</h2>"))
    assert line.is_changed
    divided, rest = layout.lay_out(body_of("<p>上午开会。下午参观。</p>", "<p>上午开会。</p><p>下午参观。</p>"))
    assert (divided.is_changed, rest.is_changed) == (True, False)
    table = "<table><tr><td>甲</td><td>1</td></tr></table>"
    assert [line.kind for line in layout.lay_out(body_of(table, table))] == ["row"]


def test_other_fields_are_shown_if_they_changed_and_the_text_always():
    text = marking.mark_changes([content("<p>文</p>"), content("<p>文</p>", section=2)], {1: "要闻", 2: "文旅"})
    assert [part.field for part in text.parts] == ["title", "body", "section"]
    assert not text.form_alone
    aligned = marking.mark_changes([content("<p>文</p>"), content('<p class="align-center">文</p>')], {})
    assert aligned.form_alone


def test_a_text_of_200_000_characters_is_compared_within_the_limit_and_says_where_it_is_coarse():
    """The limit counts comparisons, so that it does not depend on the machine."""
    old = [content("".join(f"<p>{chr(0x4E00 + n % 3000) * 100}</p>" for n in range(2000)))]
    few = marking.mark_changes([*old, content(old[0]["body"].replace(chr(0x4E05) * 100, "改" + chr(0x4E05) * 99))], {})
    assert not few.is_coarse
    dots = [content(f"<p>甲{'一' * 100_000}乙</p>"), content(f"<p>丙{'一' * 99_999}丁</p>")]
    whole = marking.mark_changes(dots, {})
    assert whole.is_coarse
    assert [run.kind for run in whole.parts[1].runs] == ["removed", "added", "same"]


@pytest.mark.django_db
class TestOfAnArticle:
    def read(self, cast):
        """An article whose two readers corrected a word each."""
        cast.let_readers_correct()
        article = cast.article(body="<p>桥长三十米，宽六米。</p>", by=cast.writer)
        review.submit_article(article, by=cast.writer)
        cast.change(article, by=cast.editor, body="<p>桥长五十米，宽六米。</p>")
        review.sign_off_reading(article, by=cast.editor, revision=2)
        cast.change(article, by=cast.head, body="<p>桥长五十米，宽九米。</p>")
        review.sign_off_reading(article, by=cast.head, revision=3)
        article.refresh_from_db()
        return article

    def test_each_step_is_a_person_and_a_reading(self, cast, django_assert_num_queries):
        article = self.read(cast)
        first, last = article.revisions.get(number=1), article.newest
        assert article.section.name
        with django_assert_num_queries(3):
            copy = marked_copies.marked_copy(article, first, last)
        assert [(step.name, step.reading, step.revision) for step in copy.steps] == [
            ("梁静姝", "初审", 2),
            ("head", "复审", 3),
        ]

    def test_several_saves_are_one_step_and_too_many_steps_are_one_of_several_people(self, cast, monkeypatch):
        article = self.read(cast)
        cast.change(article, by=cast.chief, title="终审改")
        cast.change(article, by=cast.chief, title="终审又改")
        article.refresh_from_db()
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        assert [step.revision for step in copy.steps] == [2, 3, 5]
        monkeypatch.setattr(marked_copies, "MOST_STEPS", 3)
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        assert copy.steps[0].name == "梁静姝", "three steps are not too many"
        monkeypatch.setattr(marked_copies, "MOST_STEPS", 2)
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        assert [(step.number, step.revision) for step in copy.steps] == [(1, 3), (2, 5)]

    def test_words_are_told_apart_without_colour(self, cast):
        article = self.read(cast)
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        template = Template('{% include "admin/articles/article/marked_copy.html" %}')
        html = template.render(Context({"copy": copy}))
        assert (
            '<del class="step-1" title="梁静姝 初审">三</del><ins class="step-1" title="梁静姝 初审">五</ins>' in html
        )
        assert '九</ins><small class="who">head</small>' in html

    def test_a_picture_is_shown_small_by_an_address_of_the_desk(self, cast):
        first, second = (
            pictures.store_picture(upload(png(600, 400, (n, 0, 0)), f"{n}.png"), by=cast.writer) for n in (1, 2)
        )
        article = cast.article(body=f'<p><img src="{first.url}" alt="渡口"></p>', cover=first)
        cast.change(article, body=f'<p><img src="{second.url}" alt="大桥"></p>', cover=second)
        article.refresh_from_db()
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        html = Template('{% include "admin/articles/article/marked_copy.html" %}').render(Context({"copy": copy}))
        assert first.sha256[:12] not in html
        assert html.count(f'<a href="/admin{second.url}"><img class="copy-picture" src="/admin') == 3
        assert "-480.webp" in html
        assert "/media/pictures" not in html.replace("/admin/media/pictures", "")

    def test_words_of_a_text_are_escaped(self, cast):
        article = cast.article(body="<p>一</p>")
        cast.change(article, body="<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", title='"><b>')
        article.refresh_from_db()
        copy = marked_copies.marked_copy(article, article.revisions.get(number=1), article.newest)
        html = Template('{% include "admin/articles/article/marked_copy.html" %}').render(Context({"copy": copy}))
        assert "<script" not in html
        assert "<b>" not in html
