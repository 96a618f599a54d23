"""The machine reads a text for personal data and impossible dates; what blocks is set aside by a reader, or stays
out.
"""

import html
from datetime import date, timedelta
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from articles import check_rules, publishing, review, scheduling
from articles.checks import NotReady, hits, personal_data
from articles.checks.plain_text import plain_text_of_html
from articles.checks.written_rules import WrittenRules
from articles.models import AuditEntry, CheckRule, SetAside
from articles.publishing import CannotPublish
from articles.review_sheet import review_sheet
from tests.cast import all_rows, make_user, refused

pytestmark = pytest.mark.django_db  # the rules that newsrooms write are rows

NO_RULES = WrittenRules([])
IDENTITY = "11010519491231002X"
TODAY = date(2026, 11, 28)  # a Saturday


def found(finder, text):
    return [(match.rule.name, text[match.start : match.end]) for match in finder(text, TODAY)]


def personal(text):
    return found(personal_data.find_personal_data, text)


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (f"身份证{IDENTITY}。", "identity_number", IDENTITY),
        ("号码440524188001010014", "identity_number", "440524188001010014"),
        ("1101 0519 4912 3100 2x", "identity_number", "1101 0519 4912 3100 2x"),
        ("110105491231002", "old_identity_number", "110105491231002"),
        ("电话13800138000，", "mobile_number", "13800138000"),
        ("+86 138-0013-8000", "mobile_number", "+86 138-0013-8000"),
        ("卡号6222020200112233446", "bank_card", "6222020200112233446"),
        ("卡号4222222222222220", "bank_card", "4222222222222220"),
        ("卡号372222222222226", "bank_card", "372222222222226"),
        ("护照号码为E12345678", "passport", "E12345678"),
        ("云A·12345和云AD12345", "number_plate", "云A·12345"),
        ("家住霁川县望桥乡3组12号", "home_address", "家住霁川县望桥乡3组12号"),
        ("方小舟（男，12岁）获奖", "minor", "方小舟（男，12岁"),
        ("方小舟，2015年5月出生", "minor", "方小舟，2015年5月出生"),
        ("方小舟（女，2015年5月6日生）", "minor", "方小舟（女，2015年5月6日生"),
        ("望桥小学学生方小舟说", "minor", "小学学生方小舟"),
        ("14岁的方小舟被猥亵", "minor_harmed", "14岁的方小舟"),
        ("方小舟，十二岁，溺水身亡", "minor_harmed", "方小舟，十二岁"),
    ],
)
def test_personal_data_are_found(text, rule, words):
    assert (rule, words) in personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # wrong check digit
        "110105194913310029",  # no such day
        "2013800138000123",  # a mobile's digits inside a longer number
        "文号530125202603281234",
        "138****8000",
        "投资13800.13万元",
        "6222020200112233445",  # Luhn fails
        "622202022222228",  # of fifteen digits, as only cards that begin with 34 or 37 are
        "快递单号：13800138000",
        "热线12345",
        "方某（12岁）被害",
        "小舟（化名），12岁，被害",
        "方知远今年45岁",
        "平均五十三岁",
        "学生安全，学生方面",
        "云南A级景区",
        "14岁的方小舟（化名）说",
    ],
)
def test_numbers_that_only_look_like_it_are_not(text):
    assert personal(text) == []


def test_a_number_is_found_once_under_its_own_rule():
    assert personal(f"{IDENTITY} 13800138000") == [("identity_number", IDENTITY), ("mobile_number", "13800138000")]
    card_too = "440524194912310238"  # its last digit is also that of a card
    assert personal_data.is_bank_card(card_too)
    assert personal(card_too) == [("identity_number", card_too)]


# --- The text that rules read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        f"<p>号码{IDENTITY[:9]}<strong>{IDENTITY[9:]}</strong>。</p>",
        f"<p>号码{IDENTITY[:9]}\u200b{IDENTITY[9:]}</p>",
        f"<p>号码{IDENTITY[:9]}&#8203;{IDENTITY[9:]}</p>",
        "<p>号码１１０１０５１９４９１２３１００２Ｘ</p>",
        f"<table><tr><td>一</td><td>{IDENTITY}</td></tr></table>",
        f'<p><a href="https://a.example/?a=&quot;>">{IDENTITY}</a></p>',
    ],
)
def test_tags_and_invisible_characters_hide_nothing(body):
    found_hits = hits.find_hits(content(body=body), NO_RULES, at=timezone.now())
    (hit,) = [hit for hit in found_hits if hit.rule.name == "identity_number"]
    assert (hit.field, hit.words) == ("body", "110***********002X")
    plain = plain_text_of_html(body[hit.start : hit.end]).text
    assert "".join(plain.split()) == IDENTITY


def test_neighbouring_cells_and_lines_are_not_one_number():
    for parting in ("</td><td>", "<br>", "</p><p>"):
        assert (
            hits.find_hits(content(body=f"<p>{IDENTITY[:9]}{parting}{IDENTITY[9:]}</p>"), NO_RULES, at=timezone.now())
            == []
        )


@given(st.text(st.sampled_from("文1１a&<>;\u200b\n "), max_size=20), st.text(max_size=8), st.booleans())
def test_places_cut_out_exactly_what_was_matched(before, after, bold):
    words = f"<b>{html.escape(before)}</b>" if bold else html.escape(before)
    source = f"<p>{words}</p><p>{IDENTITY}</p><p>{html.escape(after)}</p>"
    found = [
        hit
        for hit in hits.find_hits(content(body=source), NO_RULES, at=timezone.now())
        if hit.rule.name == "identity_number"
    ]
    assert IDENTITY in [source[hit.start : hit.end] for hit in found]


PIECES = st.sampled_from(["<", ">", "p", "b", '"', "'", "=", "&", "#", "x", "1", ";", "文", "&#", "<p", "</"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_has_a_place_for_each_character(source):
    plain = plain_text_of_html(source)
    assert len(plain.text) == len(plain.places) == len(plain.ends)
    assert list(plain.places) == sorted(plain.places)
    assert all(start < end <= len(source) for start, end in zip(plain.places, plain.ends, strict=True))


def content(**fields):
    empty = {"kicker": "", "title": "", "subtitle": "", "summary": "", "body": "", "pictures": [], "attachments": []}
    return {**empty, **fields}


def test_what_is_not_masked_is_shown_as_it_is_written():
    (hit,) = hits.find_hits(content(body="<p>方小舟，<b>12</b>岁，获奖。</p>"), NO_RULES, at=timezone.now())
    assert hit.words == "方小舟，12岁"


def test_every_field_is_read():
    said = content(
        title=IDENTITY,
        short_title=IDENTITY,
        summary=IDENTITY,
        pictures=[{"alt": IDENTITY, "file": "a.jpg", "credit": ""}],
        attachments=[{"name": f"名单{IDENTITY}.xlsx"}],
    )
    assert [hit.field for hit in hits.find_hits(said, NO_RULES, at=timezone.now())] == [
        "title",
        "short_title",
        "summary",
        "alt",
        "attachment",
    ]


# --- The act ----------------------------------------------------------------------------------------------------

BLOCKED = f"<p>公示如下：测试甲，{IDENTITY}，手机13800138000。</p>"


@pytest.fixture
def article(cast):
    return cast.article(body=BLOCKED)


def key_of(article):
    return hits.open_hits(hits.Candidate(article, timezone.now()))[0].key


def test_nobody_publishes_it_before_a_reader_sets_it_aside(cast, article):
    cast.sign(article, times=2)
    with refused(NotReady):
        review.sign_off_reading(article, by=cast.chief, revision=article.latest.number)
    with refused(CannotPublish):
        publishing.publish_urgent(article, by=cast.chief, reason="急")
    with refused(CannotPublish):
        publishing.publish_archived(article, by=cast.admin, at=timezone.now(), origin="旧站")
    review.set_hit_aside(article, by=cast.chief, key=key_of(article), reason="本人同意公示")
    cast.sign(article)
    assert publishing.publish_article(article, by=cast.editor).number == 1
    (act,) = review_sheet(article).acts
    assert act.why == "110***********002X：本人同意公示"
    row = SetAside.objects.get()
    assert (row.words, row.reason, row.by) == ("110***********002X", "本人同意公示", cast.chief)
    entry = AuditEntry.objects.get(action="article.hit_set_aside")
    assert IDENTITY not in str(entry.details)


def test_it_is_not_scheduled_either(cast, article):
    cast.sign(article, times=2)
    with refused(CannotPublish):
        scheduling.schedule_article(article, by=cast.chief, at=timezone.now() + timedelta(hours=1))


def test_a_scheduled_text_is_read_as_on_its_day(cast):
    at = timezone.now() + timedelta(days=1)
    article = cast.article(body=f"<p>今天（{timezone.localdate(at).day}日）上午，大桥通车。</p>")
    assert [hit.rule.name for hit in hits.hits_to_show(article)] == ["wrong_relative_day"]
    article.scheduled_for = at
    assert hits.hits_to_show(article) == []


def test_a_number_that_comes_later_is_not_covered_by_what_was_set_aside(cast, article):
    review.set_hit_aside(article, by=cast.chief, key=key_of(article), reason="本人同意公示")
    cast.change(article, body=BLOCKED + "<p>440524188001010014</p>")
    assert [hit.words for hit in hits.open_hits(hits.Candidate(article, timezone.now()))] == ["440***********0014"]


def test_its_writer_and_those_without_a_reading_do_not_set_it_aside(cast, article):
    own = cast.article(body=BLOCKED, by=cast.editor)
    other = make_user("other")
    before = all_rows()
    for user, text in ((cast.writer, article), (other, article), (cast.editor, own)):
        with pytest.raises(PermissionDenied):
            review.set_hit_aside(text, by=user, key=key_of(text), reason="可以")
    assert all_rows() == before


def test_a_reason_is_needed_and_what_is_there_can_be_set_aside_once(cast, article):
    key = key_of(article)
    before = all_rows()
    for wrong_key, reason in ((key, " "), ("f" * 64, "可以")):
        with refused(review.CannotSetAside):
            review.set_hit_aside(article, by=cast.chief, key=wrong_key, reason=reason)
    assert all_rows() == before
    review.set_hit_aside(article, by=cast.chief, key=key, reason="可以")
    after = all_rows()
    review.set_hit_aside(article, by=cast.head, key=key, reason="别的")
    assert all_rows() == after


def test_what_the_readers_were_shown_is_in_their_sign_offs(cast, article):
    decision = cast.sign(article, times=1)
    said = [warning["message"] for warning in decision.warnings]
    assert ["110***********002X" in said[0], "138****8000" in said[1]] == [True, True]


def test_the_page_for_reading_shows_it_and_lets_a_reader_set_it_aside(cast, client, article):
    cast.sign(article, times=2)
    client.force_login(cast.chief)
    page = reverse("admin:articles_article_review", args=[article.pk])
    text = client.get(page).content.decode()
    assert ["110***********002X" in text, "138****8000" in text, IDENTITY in text] == [True, True, False]
    address = reverse("admin:articles_article_set_aside", args=[article.pk])
    client.post(address, {"key": key_of(article), "reason": "本人同意公示"})
    assert "本人同意公示" in client.get(page).content.decode()
    assert hits.open_hits(hits.Candidate(article, timezone.now())) == []
    assert client.post(address, {"key": "x", "reason": ""}).status_code == 302


def test_an_old_page_with_an_identity_number_is_not_imported_into_the_archive(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text(f"公示名单\n来源：霁川新闻网 时间：2019-03-12\n甲，{IDENTITY}。\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_articles", str(file), "--section", "news", "--archive")
    call_command("import_articles", str(file), "--section", "news")


def test_a_sign_off_keeps_what_the_machine_had_read_and_the_sheet_prints_it(cast, article):
    first = cast.sign(article, times=1)
    assert first.checked["rules"] == 0
    saved = check_rules.save_check_rule(CheckRule(name="公示", pattern="公示", advice="请核对。"), by=cast.chief)
    for state in (CheckRule.State.TRYING, CheckRule.State.LIVE):
        check_rules.move_check_rule(saved, state, by=cast.chief)
        check_rules.continue_trials()
    review.set_hit_aside(article, by=cast.chief, key=key_of(article), reason="本人同意公示")
    second = review.sign_off_reading(article, by=cast.head, revision=article.latest.number)
    assert second.checked == {
        "program": settings.VERSION,
        "rules": 1,
        "rules_of": CheckRule.objects.get().changed_at.isoformat(),
        "roster": 0,
        "roster_of": "",
        "found": {"block": 1, "warn": 2, "info": 0},
        "set_aside": 1,
        "ignored": 0,
        "noticed": sorted(hit.key for hit in hits.machine_record(article).noticed),
    }
    assert len(second.checked["noticed"]) == 2
    article.refresh_from_db()
    with translation.override("en"):
        told = [decision.machine for decision in review_sheet(article).rounds[0].readings]
    assert told[0].endswith(
        "none of the newsroom’s: 1 to be settled, of which 0 set aside; 1 to be checked; 0 for information."
    )
    assert "and 1 of the newsroom’s (as of 20" in told[1]
    assert told[1].endswith(": 1 to be settled, of which 1 set aside; 2 to be checked; 0 for information.")


def test_what_was_not_recorded_is_not_claimed(cast, article, monkeypatch):
    monkeypatch.setattr(hits, "machine_record", lambda article: hits.MachineRecord({}, []))
    cast.sign(article, times=1)
    with translation.override("en"):
        (told,) = review_sheet(article).rounds[0].readings
    assert told.machine == "The machine’s reading was not recorded."


def test_the_same_text_is_read_once(cast, article, monkeypatch):
    reading = Mock(wraps=hits.find_hits)
    monkeypatch.setattr(hits, "find_hits", reading)
    hits.hits_to_show(article)
    hits.machine_record(article)
    hits.open_hits(hits.Candidate(article, timezone.now()))
    assert reading.call_count == 1
    cast.change(article, body=BLOCKED + "<p>改过。</p>")
    article.refresh_from_db()
    hits.hits_to_show(article)
    assert reading.call_count == 2


def test_a_signature_looks_up_similar_texts_once_for_its_warnings_and_its_record(cast, article, monkeypatch):
    cast.change(article, body="<p>大桥的的通车。</p>")
    looking = Mock(wraps=hits.find_similar)
    monkeypatch.setattr(hits, "find_similar", looking)
    decision = cast.sign(article, times=1)
    assert looking.call_count == 1
    assert [len(decision.warnings), decision.checked["found"]["warn"]] == [1, 1]
