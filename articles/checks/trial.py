"""Tries the rules: how much of what is planted they find, and how often they are wrong about clean texts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from .. import sanitising
from ..bylines import merge_credits
from ..sanitising import text_lines
from .hit import Hit
from .hits import find_hits
from .plain_text import LINES
from .planting import MAKERS, plant_error
from .rules import Severity
from .written_rules import WrittenRules, current_rules

ENDINGS = (".html", ".htm", ".txt")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_TITLE = re.compile(r"\s*<h1>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True)
class CleanText:
    """A text without errors: its title, its sanitised body and the day of its publication."""

    name: str
    title: str
    body: str
    day: date

    def find_hits(self, body: str, rules: WrittenRules) -> list[Hit]:
        """Return what the rules, Newsroom's and these, find in this text with another body."""
        content: dict[str, Any] = dict.fromkeys(LINES, "") | {"title": self.title, "body": body, "origin": "own"}
        credits = [
            {"role": role, "name": name} for role, name, _unit in merge_credits((), text_lines(self.body) or [""])
        ]
        content |= {"pictures": [], "attachments": [], "credits": credits}
        return find_hits(content, rules, at=timezone.make_aware(datetime.combine(self.day, time(12))))


@dataclass
class Trial:
    """What a trial counted: errors planted and found by rule, hits in clean texts by rule and severity."""

    texts: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false_hits: Counter[tuple[str, Severity]] = field(default_factory=Counter)

    @property
    def found_share(self) -> float:
        """The share of the planted errors that was found."""
        return self.found.total() / max(self.planted.total(), 1)

    @property
    def false_hits_a_text(self) -> float:
        """How many hits that block or are to be looked at a clean text has."""
        heavy = sum(count for (_rule, severity), count in self.false_hits.items() if severity != Severity.INFO)
        return heavy / max(self.texts, 1)


def read_clean_texts(folder: Path) -> Iterator[CleanText]:
    """Yield the texts of a folder; 2026-11-28 at the beginning of a file's name is its day, otherwise it is today.

    Raises OSError. Bytes that are not UTF-8 become U+FFFD, which is a hit.
    """
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in ENDINGS:
            yield _clean_text(file)


def try_rules(texts: Sequence[CleanText], *, errors: int, seed: int = 1) -> Trial:
    """Plant that many errors, as many of each rule as of the others, and count; the same seed plants the same ones."""
    trial = Trial(texts=len(texts))
    random = Random(seed)  # noqa: S311 (no secret)
    rules, before = current_rules(), dict[str, Counter[str]]()
    for text in texts:
        hits = text.find_hits(text.body, rules)
        before[text.name] = Counter(hit.rule.name for hit in hits)
        trial.false_hits.update((hit.rule.name, Severity(hit.rule.severity)) for hit in hits)
    for number in range(errors if texts else 0):
        rule, text = list(MAKERS)[number % len(MAKERS)], random.choice(texts)
        html = sanitising.sanitise(plant_error(rule, text.body, text.day, random)).html
        trial.planted[rule] += 1
        trial.found[rule] += _count(text.find_hits(html, rules), rule) > before[text.name][rule]
    return trial


def _count(hits: Sequence[Hit], rule: str) -> int:
    return sum(hit.rule.name == rule for hit in hits)


def _clean_text(file: Path) -> CleanText:
    html = file.read_text(encoding="utf-8", errors="replace")
    day = _DAY.match(file.name)
    title = ""
    if file.suffix.lower() == ".txt":
        title, _line, text = html.partition("\n")
        html = sanitising.as_paragraphs(text.splitlines())
    elif head := _TITLE.match(html):
        title, html = sanitising.plain_text(head[1]), html[head.end() :]
    body = sanitising.sanitise(html).html
    return CleanText(file.name, title.strip(), body, date.fromisoformat(day[0]) if day else timezone.localdate())
