"""What the roster of people and posts finds in texts: posts of the day, order, near misses, forbidden forms."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.checks.dates import days_said
from articles.checks.plain_text import plain_text_of_html, plain_text_of_line
from articles.checks.roster import Roster
from articles.checks.similar_characters import are_similar
from articles.models import RosterEntry

TODAY = date(2026, 11, 28)
YESTERDAY = TODAY - timedelta(days=1)
ROWS = [
    {"name": "方志远", "unit": "霁川县委", "post": "书记", "rank": 1, "forbidden": "方大书记"},
    {"name": "李明", "unit": "霁川县", "post": "县长", "rank": 2, "since": date(2024, 3, 1)},
    {"name": "陶一宁", "unit": "霁川县", "post": "副县长", "rank": 5},
    {"name": "叶问津", "unit": "霁川县", "post": "县长", "until": date(2024, 2, 29)},
    {"name": "孙望桥", "unit": "霁川县教育局", "post": "局长", "until": YESTERDAY, "rank": 9},
    {"name": "孙望乔"},  # another person, who holds no post
]
ROSTER = Roster(RosterEntry(**facts) for facts in ROWS)


def found(text, day=TODAY, roster=ROSTER):
    plain = plain_text_of_line(text).text
    matches = [*roster.find_matches(plain, day), *roster.find_posts_alone(plain, day)]
    return [(match.rule.name, plain[match.start : match.end], match.suggestion) for match in matches]


@pytest.mark.parametrize(
    "text",
    [
        "霁川县委书记方志远，县委副书记、县长李明，副县长陶一宁出席。",
        "县委书记方志远和县长李明、陶一宁参加。",
        "时任县长叶问津说，原县教育局局长孙望桥来了。",
        "原霁川县委书记说。",
        "2023年5月，县长叶问津调研。",
        "昨日，县教育局局长孙望桥走访。",  # yesterday was the last day
        "县长李明向方志远汇报，李明随方志远调研。",  # no list
        "村党支部书记李明，副局长孙望桥，省委书记叶问津。",  # posts of other units
        "孙望乔是一名教师。李明亮是一名学生。",
        "由霁川县县长、县政府党组书记李明主持。",
    ],
)
def test_what_the_roster_says_is_not_found(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "rule", "words", "right"),
    [
        ("县教育局局长孙望桥走访学校。", "wrong_post", "县教育局局长孙望桥", ""),
        ("县长方志远出席。", "wrong_post", "县长方志远", "霁川县委书记方志远"),
        ("霁川县长叶问津到会。", "wrong_post", "霁川县长叶问津", ""),
        ("霁川县委书记、县长李明到会。", "wrong_post", "霁川县委书记、县长李明", ""),
        ("李明、方志远出席。", "wrong_order", "李明、方志远", "方志远、李明"),
        ("陶一宁、县长李明，县委书记方志远出席。", "wrong_order", "陶一宁、县长李明,县委书记方志远", ""),
        ("县委书记方致远到会。", "nearly_a_name", "方致远", "方志远"),
        ("县长黎明到会。", "nearly_a_name", "黎明", "李明"),
        ("记者陶一拧报道。", "nearly_a_name", "陶一拧", "陶一宁"),
        ("叶闻津说。", "nearly_a_name", "叶闻津", "叶问津"),
        ("方大书记来了。", "forbidden_form", "方大书记", "方志远"),
        ("霁川县委书记说。", "post_without_name", "霁川县委书记", "霁川县委书记方志远"),
    ],
)
def test_what_differs_from_the_roster_is_found(text, rule, words, right):
    assert found(text) == [(rule, words, right)]


def test_a_post_is_right_on_its_days_and_not_the_day_after():
    text = "县教育局局长孙望桥走访学校。"
    assert found(text, YESTERDAY) == []
    assert [rule for rule, _words, _right in found(text, TODAY)] == ["wrong_post"]
    assert [rule for rule, _words, _right in found("县长李明到会。", date(2024, 2, 29))] == ["wrong_post"]
    assert found("县长李明到会。", date(2024, 3, 1)) == []


def test_an_empty_roster_finds_nothing():
    assert found("县长方志远、李明，县委书记说。", roster=Roster()) == []


def test_a_dawn_is_no_mistyped_name():
    assert found("黎明时分，远方志士来了。") == []


def test_days_that_a_text_says():
    at = date(2026, 11, 28)
    assert list(days_said("2024年3月", at)) == [(date(2024, 3, 1), date(2024, 3, 31))]
    assert list(days_said("12月5日，2025年", at)) == [(date(2026, 12, 5),) * 2, (date(2025, 1, 1), date(2025, 12, 31))]
    assert list(days_said("2月31日，13月，昨天", at)) == [(date(2026, 11, 27),) * 2]


def test_characters_are_similar_by_sound_or_shape():
    assert are_similar("志", "致")
    assert are_similar("进", "静")
    assert are_similar("张", "掌"), "whatever the tone"
    assert are_similar("吕", "绿")
    assert not are_similar("吕", "鲁")
    assert are_similar("己", "已")
    assert not any(are_similar(one, other) for one, other in (("方", "李"), ("明", "，"), ("明", "明")))


PIECES = st.lists(
    st.sampled_from([*(str(row["name"]) for row in ROWS), "县长", "霁川县委书记", "方致远", "、", "，", "。", "<b>", "</b>",
                     "\u200b", "2024年", "方大书记", "和", "在"]),
    max_size=30,
)  # fmt: skip


@given(PIECES)
def test_each_place_cuts_out_its_words_whatever_stands_between(pieces):
    plain = plain_text_of_html("".join(pieces))
    for match in [*ROSTER.find_matches(plain.text, TODAY), *ROSTER.find_posts_alone(plain.text, TODAY)]:
        start, end = plain.source_span(match.start, match.end)
        assert plain_text_of_html(plain.source[start:end]).text == plain.text[match.start : match.end] != ""


@given(PIECES)
def test_tags_and_invisible_characters_change_nothing(pieces):
    words = [piece for piece in pieces if piece[0] not in "<\u200b"]
    broken = "\u200b".join("".join(words))
    assert found("".join(words)) == found(broken)


def test_two_thousand_people_take_few_steps_in_a_long_text(monkeypatch):
    """Counted, not timed: how often two characters are compared."""
    names = (s + a + b for s, a, b in product("赵钱孙周吴郑王冯陈褚", *["甲乙丙丁戊己庚辛壬癸天地玄黄"] * 2))
    rows = [RosterEntry(name=name, unit="望桥乡", post=f"{n}组组长") for n, name in enumerate(names)]
    roster, text = Roster(rows), "望桥乡的便民桥今日通车，村民们都来了。" * 260
    calls = []
    monkeypatch.setattr("articles.checks.roster.are_similar", lambda one, other: calls.append(one))
    assert list(roster.find_matches(text, TODAY)) == []
    assert len(rows) == 1960
    assert len(calls) < len(text)
