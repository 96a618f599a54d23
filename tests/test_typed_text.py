"""What the machine finds while a text is typed: its place, for whom it is shown, and that nothing is written."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles import check_rules, pictures, review, typed_text
from articles.checks import hits
from articles.checks.plain_text import written_text_of_html, written_text_of_line
from articles.checks.seen import seen_places, seen_text
from articles.checks.written_rules import WrittenRules
from articles.models import CheckRule
from tests.cast import all_rows, refused, upload

IDENTITY = "11010519491231002X"
WRONG_DAY = "<p>会议于2026年11月28日（星期五）召开。</p>"


def read(by, article=None, credits=(), **fields):
    return typed_text.read_typed_text({"section": "", "body": "", **fields}, by=by, article=article, credits=credits)


def rules_of(found):
    return [typed.hit.rule.name for typed in found.hits]


# --- Places -----------------------------------------------------------------------------------------------------


def units(text):
    """The text as JavaScript counts it."""
    return text.encode("utf-16-le")


def cut(text, place):
    return units(text)[2 * place[0] : 2 * place[1]].decode("utf-16-le")


PIECES = [
    "文",
    "１",
    "𠮷",
    "a",
    "&amp;",
    "&#8203;",
    "\u200b",
    "<b>",
    "</b>",
    "<br>",
    "</p><p>",
    "　",
    "&nbsp;",
    "，",
    "e\u0301",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(["", "<b>", "</b>", "\u200b", "&#8203;", "\ufeff"]), min_size=18, max_size=18),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)
def test_places_cut_out_exactly_the_matched_words_among_what_is_seen(before, between, after):
    number = "".join(digit + tag for digit, tag in zip(IDENTITY, between, strict=True))
    source = f"<p>{before}号{number}。{after}</p>"
    content = {"title": "", "kicker": "", "subtitle": "", "summary": "", "body": source, "pictures": []}
    found = hits.find_hits(content | {"attachments": [], "credits": []}, WrittenRules([]), at=hits.timezone.now())
    (hit,) = [hit for hit in found if hit.rule.name == "identity_number"]
    ((place, words),) = seen_places(written_text_of_html(source), [(hit.start, hit.end)])
    assert (words, cut(seen_text(written_text_of_html(source).text), place)) == (IDENTITY, IDENTITY)


@given(
    st.lists(st.sampled_from([*PIECES, "<", ">", '"']), max_size=30).map("".join),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_every_span_of_any_source_has_a_place_within_its_text(source, start, length):
    ((place, words),) = seen_places(written_text_of_html(source), [(start, start + length)])
    assert cut(seen_text(written_text_of_html(source).text), place) == words


def test_a_line_is_counted_without_its_blanks():
    assert seen_places(written_text_of_line("一 二　三四"), [(2, 6)]) == [((1, 4), "二三四")]


# --- The reading ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_wrong_weekday_is_found_with_the_place_of_the_weekday_alone(cast):
    (typed,) = read(cast.writer, body=WRONG_DAY).hits
    text = "会议于2026年11月28日（星期五）召开。"
    assert (typed.hit.rule.name, typed.hit.suggestion) == ("wrong_weekday", "星期六")
    assert (cut(text, typed.place), cut(text, typed.replaced)) == (typed.words, "星期五")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "replaced", "suggestion"),
    [
        ("霁川11月26日电，28日（昨日）发布", "28日", "11月25日"),
        ("今年（2024年）以来", "2024年", None),
        ("周五（2026年11月28日）", "周五", "周六"),
        ('他说"好的"。', '"好的"', "“好的”"),
    ],
)
def test_a_suggestion_stands_for_its_own_part_of_the_words(cast, text, replaced, suggestion):
    typed = next(typed for typed in read(cast.writer, body=f"<p>{text}</p>").hits if typed.hit.suggestion)
    assert cut(seen_text(text), typed.replaced) == replaced
    assert suggestion in (None, typed.hit.suggestion)


@pytest.mark.django_db
@pytest.mark.parametrize(("ai_use", "found"), [("film", ["ai_without_label"]), ("", []), ("robots", [])])
def test_the_use_of_ai_that_is_chosen_is_read_and_nonsense_is_none(cast, ai_use, found):
    told = rules_of(read(cast.writer, body="<p>望桥通车。</p>", ai_use=ai_use))
    assert [name for name in told if name.startswith("ai_")] == found


@pytest.mark.django_db
def test_it_reads_what_saving_would_store_with_titles_pictures_and_the_credits_of_the_form(cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    body = f'<p>测试。</p><p><img src="{picture.url}" alt="{IDENTITY}"></p><p>（记者 林晓舟）</p>'
    facts = {"title": f"号码 {IDENTITY}", "body": body}
    without = rules_of(read(cast.writer, **facts))
    named = rules_of(read(cast.writer, credits=[("reporter", cast.lin.pk)], **facts))
    assert set(without) - set(named) == {"byline_not_credited"}
    assert {"identity_number", "photographer_missing"} <= set(named)


@pytest.mark.django_db
def test_a_rule_of_a_section_is_for_texts_of_that_section(cast):
    saved = CheckRule(name="寒暄", pattern="寒喧", advice="应为“寒暄”。", suggestion="寒暄")
    check_rules.save_check_rule(saved, by=cast.chief, sections=[cast.culture])
    CheckRule.objects.update(state="live")
    body = "<p>互相寒喧。</p>"
    found = [rules_of(read(cast.writer, body=body, section=str(each.pk))) for each in (cast.news, cast.culture)]
    assert found == [[], ["寒暄"]]


@pytest.mark.django_db
def test_blocking_hits_come_first_and_no_more_than_the_most_are_placed(cast, monkeypatch):
    monkeypatch.setattr(typed_text, "MOST_HITS", 2)
    found = read(cast.writer, body=f"<p>13800138000，13800138001，{IDENTITY}。</p>")
    assert (rules_of(found), found.count) == (["identity_number", "mobile_number"], 3)


@pytest.mark.django_db
def test_a_very_long_text_is_refused_with_a_sentence(cast):
    with refused(typed_text.CannotReadTyped, "too long to be read while it is typed"):
        read(cast.writer, body="文" * (typed_text.MOST_CHARACTERS + 1))


@pytest.mark.django_db
def test_only_those_who_may_edit_the_article_have_it_read(cast):
    article = cast.article()
    for user in (cast.stranger, cast.culture_editor):
        with refused(PermissionDenied):
            read(user, article)
    with refused(PermissionDenied):
        read(cast.stranger)
    assert read(cast.editor, article).count == 0


# --- The address ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_address_answers_with_places_and_writes_nothing(cast, client, django_assert_max_num_queries):
    article = cast.article(body="<p>原文。</p>")
    client.force_login(cast.writer)
    client.get("/admin/")
    before = all_rows()
    facts = {"number": article.pk, "section": cast.news.pk, "title": "题", "body": WRONG_DAY + f"<p>{IDENTITY}</p>"}
    facts |= {"credits-0-role": "reporter", "credits-0-person": cast.lin.pk}
    with django_assert_max_num_queries(24):
        answer = client.post(reverse("admin:articles_article_typed"), facts).json()
    assert all_rows() == before
    identity, weekday = answer["hits"]
    assert (identity["weight"], identity["masks"], identity["take"]) == ("block", True, "110***********002X")
    assert (weekday["weight"], weekday["masks"], weekday["take"]) == ("warn", False, "星期六")
    assert IDENTITY not in identity["message"]


@pytest.mark.django_db
def test_what_was_set_aside_in_this_article_is_not_shown_again(cast, client):
    article = cast.article(body=WRONG_DAY)
    (hit,) = hits.machine_record(article).noticed
    review.set_hit_aside(article, by=cast.writer, key=hit.key)
    client.force_login(cast.writer)
    address = reverse("admin:articles_article_typed")
    for number, count in ((article.pk, 0), ("", 1)):
        assert client.post(address, {"number": number, "body": WRONG_DAY}).json()["count"] == count


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "status"),
    [({"number": "x"}, 422), ({"number": "9" * 18}, 422), ({"section": "²", "credits-0-role": "", "body": "\0<"}, 200)],
)
def test_bad_requests_get_an_answer(cast, client, facts, status):
    client.force_login(cast.writer)
    assert client.post(reverse("admin:articles_article_typed"), facts).status_code == status
