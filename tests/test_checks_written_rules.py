"""Finding what rows look for: longest match, allowed longer words, templates, expressions, places in the source."""

import html
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import check_rules
from articles.checks.patterns import compile_pattern, expression_of, required_word
from articles.checks.plain_text import plain_text_of_html, plain_text_of_line
from articles.checks.written_rules import WrittenRules
from articles.models import CheckRule

TODAY = date(2026, 11, 28)


def row(pattern, kind="words", **facts):
    """A row that is not saved and has no sections."""
    made = CheckRule(**{"pk": 0, "name": pattern[:20], "pattern": pattern, "kind": kind, "advice": "不对", **facts})
    made._prefetched_objects_cache = {"sections": []}
    return made


def found(text, *rows):
    plain = plain_text_of_line(text).text
    matches = WrittenRules(rows).find_matches(plain, TODAY)
    return [(match.rule.name, plain[match.start : match.end]) for match in matches]


def test_a_rule_finds_nothing_inside_its_allowed_longer_words():
    come = row("来华", allowed="未来华章\n原来华")
    assert found("外商来华，共谱未来华章，未来华夏，来华。", come) == [("来华", "来华")] * 3
    # What one rule allows, another one still finds.
    assert found("未来华章", come, row("华章")) == [("华章", "华章")]


def test_the_longest_match_is_found_unless_the_shorter_one_weighs_more():
    short, long = row("党委"), row("县党委会")
    assert found("县党委会，党委", short, long) == [("县党委会", "县党委会"), ("党委", "党委")]
    blocking = row("党委", severity="block")
    assert found("县党委会", blocking, long) == [("县党委会", "县党委会"), ("党委", "党委")]
    assert found("县党委会", row("党委会", name="甲"), row("党委会", name="乙")) == [("甲", "党委会"), ("乙", "党委会")]


@pytest.mark.parametrize("second", ["[子丑]", "(?P<a>[子丑])"])
def test_expressions_that_need_no_word_are_all_looked_for(second):
    rules = [row(first, "expression") for first in ("(?P<a>[甲乙])", "\\Q天", "[地]")] + [row(second, "expression")]
    for some in (rules, rules[:1] + rules[2:]):
        for word in "甲地子":
            assert [words for _name, words in found(f"，{word}。", *some)] == [word]
    assert found("，卯。", *rules) == []


def test_letters_and_digits_are_whole_words():
    assert [words for _name, words in found("60kmh，60km，km2，60kw·h", row("km\nkw·h"))] == ["km", "km", "kw·h"]
    assert found("1990年，90年", row("90年")) == [("90年", "90年")]


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        (
            "第{数}届人民代表大会",
            "第十四届人民代表大会和第１４届人民代表大会",
            ["第十四届人民代表大会", "第14届人民代表大会"],
        ),
        ("全国{…}第一", "全国规模排名第一。全国在此。第一", ["全国规模排名第一"]),
        ("各{字}市（{数}个）", "各州市（3个）", ["各州市(3个)"]),
        ("{数}%-{数}", "5%-10%", ["5%-10"]),
    ],
)
def test_templates_have_places(pattern, text, words):
    assert [each for _name, each in found(text, row(pattern, "template"))] == words


def test_expressions_stay_in_a_paragraph_and_know_full_width_brackets():
    assert found("（甲）\n乙", row("（[^乙]）", "expression")) == [("（[^乙]）", "(甲)")]
    assert found("甲\n乙", row("甲[^丙]?乙", "expression"), row("甲.乙", "expression")) == []
    assert found("甲xx", row("x*甲?", "expression")) == [
        ("x*甲?", "甲"),
        ("x*甲?", "xx"),
    ]  # places without words are none


def test_what_does_not_block_is_shown_in_a_few_places_and_what_blocks_in_all():
    assert len(found("寒喧。" * 50, row("寒喧"))) == 20
    assert len(found("寒喧。" * 50, row("寒喧", severity="block"))) == 50


# --- Properties --------------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("来华未章甲乙1１a&<>\u200b\n ，("), max_size=30)


@given(TEXTS, TEXTS, st.booleans(), st.sampled_from(["{}", "{}\u200b{}", "<b>{}</b>{}", "{}<i></i>{}"]))
def test_a_place_cuts_out_exactly_what_was_found(before, after, in_bold, pattern):
    words = pattern.format("来", "华") if pattern != "{}" else "来华"
    around = "<p>%s</p>" if not in_bold else "<p><strong>%s</strong></p>"
    source = around % (html.escape(before) + words + html.escape(after))
    plain = plain_text_of_html(source)
    matches = WrittenRules([row("来华")]).find_matches(plain.text, TODAY)
    cuts = [source[slice(*plain.source_span(match.start, match.end))] for match in matches]
    assert words.removeprefix("<b>") in cuts
    assert {re.sub("<[^>]*>|\u200b", "", cut) for cut in cuts} == {"来华"}


PIECES = st.lists(
    st.sampled_from(
        ["来", "华章", "甲", "?", "*", "+", "{1,2}", "(", ")", "|", "[", "]", "[^来]", "\\", ".", "a", "^", "-"]
    ),
    max_size=8,
).map("".join)


@given(PIECES, TEXTS)
def test_an_expression_finds_the_same_whether_its_word_leads_to_it_or_not(expression, text):
    rule = row(expression or "甲", "expression")
    try:
        check_rules.refuse_unusable_pattern(rule)
    except check_rules.UnusablePattern:
        return
    plain = plain_text_of_line(text).text
    every = [match.span() for match in compile_pattern(rule).finditer(plain) if match.end() > match.start()]
    matches = WrittenRules([rule]).find_matches(plain, TODAY)
    assert [(match.start, match.end) for match in matches] == every[:20]


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("第[一二]届.+大会", "大会"),
        ("华夏?章", "华"),
        ("华|章", ""),
        ("(?:华夏)+文明", "文明"),
        (r"\Q[\E华", ""),
        ("[]华]章节", ""),
    ],
)
def test_the_word_that_leads_to_an_expression(expression, word):
    assert required_word(expression_of(row(expression, "expression"))) == word
