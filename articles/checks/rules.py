"""What a rule of the machine's reading is, and what it finds."""

from dataclasses import dataclass

from ..models.check_rule import Severity
from ..refusals import Sentence

__all__ = ["Match", "Rule", "Severity"]


@dataclass(frozen=True)
class Rule:
    """A rule: its name in the audit and on review sheets, its class, and its sentence about the words (`%(words)s`).

    `row` is the key of the row that it is written in; None for rules that are code.
    """

    name: str
    subject: Sentence
    severity: Severity
    reason: Sentence
    advice: Sentence
    row: int | None = None


@dataclass(frozen=True)
class Match:
    """Where a rule applies in a normalised text, and how messages show the words ('' for the words themselves).

    The suggestion replaces the whole, or `replaced` only: for example the weekday of a date.
    """

    rule: Rule
    start: int
    end: int
    shown: str = ""
    suggestion: str = ""
    replaced: tuple[int, int] | None = None


@dataclass(frozen=True)
class SourceMatch:
    """Where a rule about a whole text applies: source[start:end] of the field, and how messages show it."""

    rule: Rule
    field: str
    start: int
    end: int
    shown: str
    other: int = 0  # the number of another article that it is about
