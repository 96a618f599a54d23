"""Patterns that no rule may have: without words, found in nearly every text, or too slow."""

from typing import Any

import re2
from django.utils.translation import gettext_lazy as _

from ..checks.patterns import UnknownPlace, compile_pattern, words_of
from ..models import CheckRule
from ..refusals import Problem, Refusal

MOST_WORDS = 200  # of one rule
MOST_STEPS = 3000  # of a compiled expression; a page of text takes 5 ms with the slowest of this size
SHORTEST_WORD = 2

NO_WORDS = Problem("check_rules.no_words", _("Write at least one word."), "", "pattern")
TOO_MANY_WORDS = Problem(
    "check_rules.too_many_words",
    _("One rule has at most %(most)d words."),
    _("Split it into several rules, or import a table."),
    "pattern",
)
TOO_SHORT = Problem(
    "check_rules.too_short",
    _("“%(word)s” is a single character, which occurs in nearly every text."),
    _("Add the words around it."),
    "pattern",
)
UNKNOWN_PLACE = Problem(
    "check_rules.unknown_place",
    _("A template has no placeholder “%(place)s”."),
    _("Use {数} for a number, {字} for one character and {…} for up to ten within a sentence."),
    "pattern",
)
NOT_AN_EXPRESSION = Problem(
    "check_rules.not_an_expression",
    _("This expression cannot be used: %(why)s."),
    _("RE2's syntax has no look-around and no back-references; instead, list the longer words that are allowed."),
    "pattern",
)
TOO_SLOW = Problem(
    "check_rules.too_slow",
    _("This expression would slow down every text that is read."),
    _("Write smaller numbers into its braces, or split it into several rules."),
    "pattern",
)
MATCHES_NOTHING = Problem(
    "check_rules.matches_nothing",
    _("This expression also matches empty text."),
    _("It must require at least one character: write + instead of *."),
    "pattern",
)


class UnusablePattern(Refusal):
    """Raised for a pattern that cannot be a rule's."""


def refuse_unusable_pattern(rule: CheckRule) -> None:
    """Raise UnusablePattern if the pattern or the allowed longer words of the rule cannot be used."""
    if rule.kind != CheckRule.Kind.WORDS:
        expression = _compiled(rule)
        if expression.search("") is not None:
            raise UnusablePattern(MATCHES_NOTHING)
        if expression.programsize > MOST_STEPS:
            raise UnusablePattern(TOO_SLOW)
    elif not words_of(rule.pattern):
        raise UnusablePattern(NO_WORDS)
    for words in (words_of(rule.allowed), words_of(rule.pattern) if rule.kind == CheckRule.Kind.WORDS else []):
        if len(words) > MOST_WORDS:
            raise UnusablePattern(TOO_MANY_WORDS.filled(most=MOST_WORDS))
        for word in words:
            if len(word) < SHORTEST_WORD:
                raise UnusablePattern(TOO_SHORT.filled(word=word))


def _compiled(rule: CheckRule) -> Any:
    try:
        return compile_pattern(rule)
    except UnknownPlace as error:
        raise UnusablePattern(UNKNOWN_PLACE.filled(place=error)) from error
    except re2.error as error:
        why = error.args[0]
        why = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise UnusablePattern(NOT_AN_EXPRESSION.filled(why=why)) from error
