"""Expressions that look only where a text has what they need find what a search of the whole text finds."""

import importlib
import pkgutil
import random
from re import _constants as parts  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import checks
from articles.checks import date_expressions, named_persons, plain_text
from articles.checks.expressions import Expression
from articles.checks.punctuation import _are_all_paired, _unpaired_marks


def expressions_in(value):
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from expressions_in(each)


def parsed(expression):
    return parser.parse(expression.pattern.pattern, expression.pattern.flags)


MODULES = [importlib.import_module(f"{checks.__name__}.{each.name}") for each in pkgutil.iter_modules(checks.__path__)]
VALUES = [value for module in MODULES for value in vars(module).values()]
EXPRESSIONS = list({each.pattern.pattern: each for value in VALUES for each in expressions_in(value)}.values())
REPEATS = (parts.MAX_REPEAT, parts.MIN_REPEAT)
ids = {"ids": [f"{number} {each.needs[0]}" for number, each in enumerate(EXPRESSIONS)]}


def reach(pieces):
    """Return how many characters an expression and its lookaheads see at most, and how many it matches at most."""
    at = seen = 0
    for kind, facts in pieces:
        beyond, width = 0, 1
        if kind in (parts.ASSERT, parts.ASSERT_NOT):
            beyond, width = reach(facts[1])[0] if facts[0] > 0 else 0, 0
        elif kind is parts.AT:
            beyond, width = 2 * (facts in (parts.AT_END, parts.AT_END_STRING)), 0
        elif kind is parts.SUBPATTERN:
            beyond, width = reach(facts[-1])
        elif kind is parts.BRANCH:
            beyond, width = (max(found) for found in zip(*map(reach, facts[1]), strict=True))
        elif kind in REPEATS:
            beyond, width = (facts[1] * each for each in reach(facts[2]))
        elif kind is parts.GROUPREF:
            width = 2  # no group that one refers to is longer
        seen, at = max(seen, at + beyond, at + width), at + width
    return seen, at


def sample(pieces, chance, groups):
    """Return a text that the expression may match; what it asserts of its surroundings is left to chance."""
    text = ""
    for kind, facts in pieces:
        if kind is parts.LITERAL:
            text += chr(facts)
        elif kind is parts.IN:
            text += sample_of_class(facts, chance)
        elif kind is parts.SUBPATTERN:
            groups[facts[0]] = sample(facts[-1], chance, groups)
            text += groups[facts[0]]
        elif kind is parts.BRANCH:
            text += sample(chance.choice(facts[1]), chance, groups)
        elif kind in REPEATS:
            times = range(chance.randint(facts[0], min(facts[1], facts[0] + 3)))
            text += "".join(sample(facts[2], chance, groups) for _time in times)
        elif kind is parts.GROUPREF:
            text += groups[facts]
    return text


def sample_of_class(members, chance):
    if members[0][0] is parts.NEGATE:
        return "甲"
    kind, facts = chance.choice(members)
    if kind is parts.LITERAL:
        return chr(facts)
    if kind is parts.RANGE:
        return chr(chance.randint(facts[0], facts[1]))
    return {parts.CATEGORY_DIGIT: "1", parts.CATEGORY_SPACE: " "}.get(facts, "a")


@pytest.mark.parametrize("expression", EXPRESSIONS, **ids)
def test_no_expression_sees_farther_than_it_says(expression):
    assert expression.longest is None or reach(parsed(expression))[0] <= expression.longest


@pytest.mark.parametrize("expression", EXPRESSIONS, **ids)
def test_every_match_has_what_the_expression_needs(expression):
    chance, matches = random.Random(7), 0
    for _time in range(150):
        text = "".join([chance.choice("甲1，：(“\n"), sample(parsed(expression), chance, {}), chance.choice("甲1。\n")])
        for match in expression.pattern.finditer(text):
            matches += 1
            assert any(need in match[0] for need in expression.needs), match[0]
    assert matches


def test_what_is_found_is_the_same_everywhere():
    chance, found = random.Random(7), 0
    for _time in range(150):
        pieces = [sample(parsed(chance.choice(EXPRESSIONS)), chance, {}) for _piece in range(8)]
        text = "".join(piece + chance.choice(["", "\n", "。", "(", "甲" * chance.randrange(40)]) for piece in pieces)
        for expression in EXPRESSIONS:
            matches = [(match.span(), match.groups()) for match in expression.finditer(text)]
            assert matches == [(match.span(), match.groups()) for match in expression.pattern.finditer(text)]
            found += len(matches)
    assert found > 500


def test_a_match_as_long_as_it_may_be_is_found_from_the_first_character_on():
    expression = Expression("甲乙+丙", "丙", longest=4)
    for text in ("甲乙乙丙", "乙甲乙乙丙", "甲乙丙" * 2, f"甲乙乙丙{'丁' * 9}甲乙丙"):
        assert [match[0] for match in expression.finditer(text)] == expression.pattern.findall(text)


RANGES = [getattr(date_expressions, name) for name in ("RANGE", "DAYS_ALONE", "MONTHS", "YEARS", "HOURS")]
CHILDREN = [*named_persons._MINORS, named_persons._CHILD_NAMED, named_persons._PUPIL]


@pytest.mark.parametrize(
    ("expressions", "needed"),
    [(RANGES, date_expressions.TO_A_NUMBER), (CHILDREN, named_persons._OF_CHILDREN)],
    ids=["ranges", "children"],
)
def test_what_lets_expressions_be_passed_by_is_in_each_of_their_matches(expressions, needed):
    chance, matches = random.Random(7), 0
    for expression in expressions * 300:
        for match in expression.pattern.finditer(sample(parsed(expression), chance, {})):
            matches += 1
            assert needed.search(match[0]), match[0]
    assert matches > 500


def test_characters_that_are_not_normalised_are_normal():
    characters = [chr(code) for code in range(0x110000)]
    same = [character for character in characters if not plain_text._MAY_CHANGE.match(character)]
    assert len(same) > 20_000
    assert [character for character in same if plain_text._normalised(character) != character] == []


@given(st.text(st.sampled_from("“”‘’（）()《》\n甲")))
def test_marks_in_pairs_are_not_unpaired(text):
    if _are_all_paired(text):
        assert [place for line in text.split("\n") for place in _unpaired_marks(line)] == []
