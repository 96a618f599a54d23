"""Whoever corrects a text beyond the section's measures signs it only after somebody else has signed those words."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles import publishing, restoring, review, review_sheet
from articles.duty_assignments.permissions import duty_of_stage
from articles.models import AuditEntry, Section, SignOff
from articles.review import CannotDecide, measure_correction
from tests.cast import Cast, make_section, make_user, refused
from tests.test_review import sign

SENTENCES = [
    "霁川河上的便民桥今日通车，两岸群众出行方便。",
    "过去孩子上学要绕行山梁，雨雪天气尤其艰难。",
    "村里的老人说，盼望多年的心愿终于实现了。",
    "施工队克服汛期困难，日夜赶工，质量过硬。",
    "下一步，当地将完善沿线照明，让夜路更加明亮。",
]
LONG = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
ALONE = "You corrected more of this text than one reader may sign alone"


def waiting(cast, *, times, section=None, **facts):
    article = cast.article(
        by=cast.writer, section=section or cast.news, **{"title": "便民桥通车", "body": LONG, **facts}
    )
    review.submit_article(article, by=cast.writer)
    if times:
        cast.sign(article, times=times)
    article.refresh_from_db()
    return article


def measured(before, after):
    """The difference between two bodies."""
    content = {
        **dict.fromkeys(("kicker", "title", "subtitle", "short_title", "summary", "origin"), ""),
        **dict.fromkeys(("original_title", "original_author", "original_url", "original_published_on"), ""),
        **{"source": None, "credits": [], "keywords": [], "pictures": [], "attachments": []},
    }
    return measure_correction({**content, "body": before}, {**content, "body": after})


def measures(before, after):
    """What changed between two bodies: the share of the words in percent, and the words of the facts."""
    found = measured(before, after)
    return found.percent, tuple(fact.words for fact in found.facts)


# --- what a final reader can do alone -------------------------------------------------------------------------------


def test_a_final_reader_who_rewrites_the_text_does_not_sign_it_alone(cast):
    article = waiting(cast, times=2)
    cast.change(article, by=cast.chief, title="另一个题目", body="<p>完全是另一篇文章。</p>")
    decision = sign(article, cast.chief)
    article.refresh_from_db()
    assert (decision.decision, decision.to_stage, article.stage, article.signed.person) == (
        SignOff.Decision.REREAD,
        2,
        2,
        cast.editor,
    )
    with pytest.raises(publishing.CannotPublish):
        publishing.publish_article(article, by=cast.chief)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["to_stage"]) == ("article.reread", 2)
    assert sign(article, cast.head).decision == SignOff.Decision.PASS
    final = sign(article, cast.chief)
    assert (final.is_final, final.same_person) == (True, False)
    chain = publishing.publish_article(article, by=cast.chief).sign_off.chain()
    assert [link.person for link in chain if link.digest == final.digest] == [cast.head, cast.chief]


def test_who_corrected_at_a_later_reading_does_not_read_again_at_an_earlier_one(cast):
    jack = make_user("jack", ["second", "final"])
    article = waiting(cast, times=2)
    cast.change(article, by=jack, title="另一个题目")
    sign(article, jack)
    with refused(CannotDecide, ALONE):
        sign(article, jack)
    sign(article, cast.head)
    assert sign(article, jack).is_final


@pytest.mark.parametrize("stages", [1, 3])
def test_a_first_reader_who_rewrites_the_text_hands_it_on_or_takes_it_back(cast, stages):
    section = make_section("某栏", "some", stages=stages)
    first = make_user("first", [duty_of_stage(1, stages)])
    other = make_user("other", [duty_of_stage(1, stages)])
    article = waiting(cast, times=0, section=section)
    opened = article.latest
    cast.change(article, by=first, title="另一个题目")
    with refused(CannotDecide, f"{ALONE}: a title. Hand it on to a colleague"):
        sign(article, first)
    restoring.restore_revision(opened, by=first)
    assert sign(article, first).decision == SignOff.Decision.PASS
    article = waiting(cast, times=0, section=section)
    cast.change(article, by=first, title="另一个题目")
    review.hand_on_reading(article, by=first, to=other, reason="题目是我改的")
    decision = sign(article, other)
    assert (decision.person, decision.same_person) == (other, False)


def test_after_the_writers_took_it_back_the_corrector_still_does_not_sign_alone(cast):
    section = make_section("短讯", "short", stages=1)
    article = waiting(cast, times=0, section=section)
    cast.change(article, by=cast.chief, title="另一个题目")
    review.send_back(article, by=cast.chief, reason="再核")
    review.submit_article(article, by=cast.writer)
    with refused(CannotDecide, ALONE):
        sign(article, cast.chief)


def test_small_corrections_add_up_however_they_are_saved_and_sent(cast):
    section = make_section("短讯", "short", stages=1, correction_percent=5)
    article = waiting(cast, times=0, section=section)
    changes = [("方便", "便利"), ("艰难", "不易"), ("终于", "总算"), ("日夜", "加紧"), ("明亮", "敞亮")]
    body = LONG
    for n, (old, new) in enumerate(changes, start=1):
        body = body.replace(old, new)
        cast.change(article, by=cast.chief, body=body)
        if n == 2:
            assert review.correction_problem(article, cast.chief) is None
            review.send_back(article, by=cast.chief, reason="再核")
            review.submit_article(article, by=cast.writer)
            article.refresh_from_db()
    with refused(CannotDecide, r"alone: \d+% of the words"):
        sign(article, cast.chief)


def test_a_correction_within_the_measures_is_signed_at_once_and_the_sheet_says_how_much(cast):
    article = waiting(cast, times=2)
    cast.change(article, by=cast.chief, body=LONG.replace("方便", "便利"))
    assert sign(article, cast.chief).is_final
    article.refresh_from_db()
    with translation.override("en"):
        [*_readings, last] = review_sheet.review_sheet(article).rounds[0].readings
    assert last.corrected == "Changed after the “Second reading”: 3% of the words"


def test_the_sheet_says_what_was_read_again_and_why(cast):
    article = waiting(cast, times=2)
    cast.change(article, by=cast.chief, title="另一个题目")
    with translation.override("en"):
        sign(article, cast.chief)
        again = review_sheet.review_sheet(article).trail[-1]
    assert again.row.warnings[0]["id"] == "review.corrected_beyond"
    assert again.destination == "back to Second reading"
    assert again.corrected.startswith("Changed after the “Second reading”: a title, ")


def test_a_section_sets_its_measures(cast):
    article = waiting(cast, times=2)
    cast.change(article, by=cast.chief, title="另一个题目")
    assert review.correction_problem(article, cast.chief).id == "review.corrected_beyond"
    Section.objects.update(title_is_reread=False)
    article.refresh_from_db()
    assert review.correction_problem(article, cast.chief) is None
    Section.objects.update(correction_percent=1)
    article = type(article).objects.get(pk=article.pk)
    assert review.correction_problem(article, cast.chief).id == "review.corrected_beyond"


def test_where_one_person_may_do_it_all_the_sign_off_says_so(cast):
    section = make_section("小站", "small", stages=1, same_person_allowed=True)
    article = waiting(cast, times=0, section=section)
    cast.change(article, by=cast.chief, title="另一个题目")
    assert sign(article, cast.chief).same_person


@translation.override("en")  # so that the language of these requests ends with the test
def test_the_rule_is_said_before_it_is_broken(client, cast):
    article = waiting(cast, times=2)
    client.force_login(cast.chief)
    rule = "If you change a title or a number, name or date or more than 10% of the words, the text goes back to the"
    headers = {"accept-language": "en"}
    assert rule in client.get(f"/admin/articles/article/{article.pk}/change/", headers=headers).content.decode()
    read = f"/admin/articles/article/{article.pk}/review/"
    assert ALONE not in client.get(read, headers=headers).content.decode()
    cast.change(article, by=cast.chief, title="另一个题目")
    shown = client.get(read, headers=headers).content.decode()
    assert ALONE in shown
    assert "Sign, to be read again" in shown
    answer = client.post(read, {"revision": 2, "opinion": "", "decision": "pass"}, headers=headers, follow=True)
    assert "Corrected, to be read again" in answer.content.decode()
    client.force_login(cast.editor)
    assert rule not in client.get(f"/admin/articles/article/{article.pk}/change/", headers=headers).content.decode()


def test_where_signing_is_refused_there_is_no_button_for_it(client, cast):
    article = waiting(cast, times=0)
    client.force_login(cast.editor)
    read, button = f"/admin/articles/article/{article.pk}/review/", 'value="pass"'
    assert button in client.get(read).content.decode()
    cast.change(article, by=cast.editor, title="另一个题目")
    shown = client.get(read).content.decode()
    assert button not in shown
    assert 'value="hand_on"' in shown


# --- the measures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("桥长35米。", "桥长350米。"),
        ("投资3万元。", "投资3元。"),
        ("3人受伤，5人失联。", "5人受伤，3人失联。"),
        ("三人受轻伤。", "五人受轻伤。"),
        ("会议昨天召开。", "会议今天召开。"),
        ("每逢星期一开放。", "每逢星期二开放。"),
        ("县长李明出席。", "县长李鸣出席。"),
        ("李明出席。", "赵强出席。"),
        ("通往望桥乡。", "通往望水乡。"),
        ("记者 Li Ming 报道。", "记者 Li Meng 报道。"),
        ("大桥通车。", "大桥通车，张伟剪彩。"),
    ],
)
def test_numbers_names_and_dates_are_recognised(before, after):
    assert measures(f"<p>{before}</p>", f"<p>{after}</p>")[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("一个重要的会议，", "一个很重要的会议，"),
        ("桥长35米，宽８米。", "桥长35米、宽8米。"),
        ("在望桥乡通车。", "到望桥乡通车。"),
        ("群众出行更方便。", "群众出行更加便捷。"),
        ("<strong>桥长35米</strong>", "桥长35米"),
    ],
)
def test_other_words_are_no_facts(before, after):
    assert measures(f"<p>{before}</p>", f"<p>{after}</p>")[1] == ()


def test_a_link_that_leads_elsewhere_is_a_fact_and_one_taken_out_is_none():
    linked = LONG + '<p>详见<a href="https://{}/" rel="noopener">县政府网站</a>。</p>'
    there, elsewhere = linked.format("gov.example"), linked.format("bad.example")
    assert measures(there, elsewhere)[1] == ("bad.example",)
    assert measures(LONG + "<p>详见县政府网站。</p>", there)[1] == ("gov.example",)
    assert measures(there, LONG + "<p>详见县政府网站。</p>")[1] == ()


def anchors(*addresses, words=("甲", "乙")):
    return "".join(
        f'<p><a href="{href}" rel="noopener">{text}</a></p>' for href, text in zip(addresses, words, strict=True)
    )


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (("tel:0571-1111", "/a/1/"), ("tel:0571-2222", "/a/1/"), ("tel:",)),
        (("mailto:a@b.example", "/a/1/"), ("mailto:c@b.example", "/a/1/"), ("mailto:",)),
        (("https://a.example/#one", "/a/1/"), ("https://a.example/#two", "/a/1/"), ("a.example",)),
        (
            ("https://a.example/", "https://b.example/"),
            ("https://b.example/", "https://a.example/"),
            ("b.example", "a.example"),
        ),
        (("https://a.example/", "https://b.example/"), ("https://b.example/", "https://b.example/"), ("b.example",)),
        (("https://a.example/", "https://b.example/"), ("https://a.example/", "https://b.example/"), ()),
    ],
)
def test_a_link_is_a_fact_wherever_its_words_lead_now(before, after, found):
    assert measures(LONG + anchors(*before), LONG + anchors(*after))[1] == found


def test_other_words_of_a_link_are_words_and_no_fact():
    there, reworded = (LONG + anchors("/a/1/", words=[words]) for words in ("见网站", "见本网站"))
    assert measures(there, reworded)[1] == ()


PICTURE = '<figure><img src="/media/pictures/{0}.jpg" alt="桥"><figcaption>桥</figcaption></figure>'
LINK = '<p><a href="{0}" rel="noopener">网站</a></p>'


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (PICTURE.format("50b3"), PICTURE.format("11a4"), "1 picture"),
        (PICTURE.format("50b3"), PICTURE.format("50b3") + PICTURE.format("a") + PICTURE.format("b"), "2 pictures"),
        ("<p>桥长3米。</p>", "<p>桥长11米。</p>", "numbers (3, 11)"),
        ("<p>1、2、3、4</p>", "<p>5、6、7、8</p>", "numbers (1, 2, 3, 5 more)"),
        ("<p>昨天开工。</p>", "<p>今天开工。</p>", "dates (昨天, 今天)"),
        (
            "<p>李明到望桥乡3次。</p>",
            "<p>李鸣到双渡乡4次。</p>",
            "numbers (3, 4), names (李明到, 望桥乡, 李鸣到, 1 more)",
        ),
        ("", LINK.format("https://www.gov.example/2026/index.html"), "links (www.gov.example)"),
        (LINK.format("https://a.example/2025/"), LINK.format("https://a.example/2026/"), "links (a.example)"),
        (
            "<p>详见2025年公告</p>",
            LINK.format("/a/1/").replace("网站", "详见2026年公告"),
            "numbers (2025, 2026), links (on this site)",
        ),
        ("", LINK.format("/a/12/"), "links (on this site)"),
    ],
)
def test_what_was_corrected_is_told_by_kinds_with_examples_and_without_addresses(before, after, told):
    with translation.override("en"):
        said = review.described_correction([measured(before, after)])
    assert said.endswith(told)
    assert "/" not in said


def test_changed_files_are_counted_and_parts_named(cast):
    content = cast.article().latest.content
    files = [{"sha256": letter * 64, "name": letter, "alt": "", "credit": ""} for letter in "abc"]
    before = {**content, "pictures": files[:1], "attachments": files[:2]}
    after = {**content, "pictures": files[1:2], "attachments": [], "credits": []}
    with translation.override("en"):
        said = review.described_correction([measure_correction(before, after)])
    assert said.endswith("credits, 1 picture, 2 attachments"), said
    assert review.described_correction([measure_correction(before, before)]) == ""


def test_the_share_counts_words_and_no_punctuation():
    assert measures("<p>甲乙丙丁戊己庚辛壬癸</p>", "<p>甲乙丙丁戊己庚辛壬子</p>")[0] == 10
    assert measures("<p>甲乙，丙丁</p>", "<p>甲乙。丙丁！</p>")[0] == 0
    assert measures("<p>甲乙</p>", "<p>甲乙</p><p>丙丁戊己</p>")[0] == 67
    assert measures("", "<p>甲</p>")[0] == 100
    assert measures("", "")[0] == 0


# --- whatever readers do --------------------------------------------------------------------------------------------

WORDS = "甲乙丙丁戊己庚辛"
steps = st.lists(
    st.tuples(
        st.sampled_from(["correct", "correct and sign", "sign", "sign", "back", "write", "submit"]),
        st.integers(0, 2),
        st.text(WORDS, min_size=1, max_size=6),
    ),
    max_size=16,
)


class CorrectionsTest(TestCase):
    @settings(max_examples=60)
    @given(stages=st.integers(1, 3), steps=steps)
    def test_no_words_are_public_that_only_their_corrector_signed(self, stages, steps):
        cast = Cast()
        section = make_section("某栏", "some", stages=stages)
        readers = [make_user(f"reader{n}", ["first", "second", "final"]) for n in range(3)]
        article = cast.article(by=cast.writer, section=section)
        review.submit_article(article, by=cast.writer)
        for act, who, text in steps:
            try:
                self.act(cast, article, act, readers[who], text)
            except (review.CannotDecide, review.CannotSubmit, review.WouldVoid, PermissionDenied):
                continue
            article.refresh_from_db()
            if article.is_read_by_all:
                self.somebody_else_signed_every_title(article)

    def act(self, cast, article, act, reader, text):
        if act == "write":
            cast.change(article, by=cast.writer, title=text, voiding=True)
        elif act == "submit":
            review.submit_article(article, by=cast.writer)
        elif act == "correct":
            cast.change(article, by=reader, title=text)
        elif act == "correct and sign":
            cast.change(article, by=reader, title=text)
            sign(article, reader)
        elif act == "back":
            review.send_back(article, by=reader, reason="再核", to_stage=max(0, article.stage - 2))
        else:
            sign(article, reader)

    def somebody_else_signed_every_title(self, article):
        """For whoever gave the text the title it has: somebody else signed it or gave it too, or it was its writer.

        Who changes a title and takes that back leaves one that others have given or signed.
        """
        before, given = None, []
        for revision in article.revisions.order_by("number"):
            if before is None or before != revision.content["title"]:
                given.append(revision)
            before = revision.content["title"]
        if given[-1].stage:
            gave = {revision.created_by_id for revision in given if revision.content["title"] == before}
            signed = {link.person_id for link in article.signed.chain() if link.revision.content["title"] == before}
            assert signed
            assert len(gave | signed) > 1


@pytest.mark.django_db
def test_what_an_older_version_does_not_name_was_not_changed(cast):
    """Contents before version 2 have no keys of sources and people."""
    newest = cast.article().latest.content
    older = {name: value for name, value in newest.items() if name != "version"}
    older["source"] = {name: value for name, value in newest["source"].items() if name != "key"}
    older["credits"] = [{name: value for name, value in c.items() if name != "key"} for c in newest["credits"]]
    assert "key" in newest["source"]
    assert measure_correction(older, newest).facts == ()
