"""What a rule of the machine's reading is, and what it finds."""

from dataclasses import dataclass

from ..models.check_rule import Severity
from ..refusals import Sentence

__all__ = ["Match", "Rule", "Severity"]


@dataclass(frozen=True)
class Rule:
    """A rule: its name in the audit and on review sheets, its class, and its sentence about the words (`%(words)s`)."""

    name: str
    subject: Sentence
    severity: Severity
    reason: Sentence
    advice: Sentence


@dataclass(frozen=True)
class Match:
    """Where a rule applies in a normalised text, and how messages show the words ('' for the words themselves)."""

    rule: Rule
    start: int
    end: int
    shown: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class SourceMatch:
    """Where a rule about a whole text applies: source[start:end] of the field, and how messages show it."""

    rule: Rule
    field: str
    start: int
    end: int
    shown: str
