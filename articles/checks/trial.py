"""Tries the rules: how many of the planted errors they find, and how often they wrongly report clean texts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from .. import sanitising
from ..bylines import merge_credits
from ..sanitising import text_lines
from ..similar_texts import MOST_DIFFERENT_BITS, text_bits
from .files import find_in_file
from .hit import Hit
from .hits import find_hits
from .plain_text import LINES
from .planting import MAKERS, ROSTER, plant_error, plant_sentence
from .rules import Severity
from .written_rules import WrittenRules, current_rules

FILE, TITLE, WRITTEN, SIMILAR = "file: ", "title_ends_with_mark", "rules of the newsroom", "text_published_before"
IN_FILES = ("identity_number", "bank_card", "mobile_number", "landline_number", "passport", "minor_harmed")
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

    def find_hits(self, body: str, rules: WrittenRules, *, title: str | None = None) -> list[Hit]:
        """Return what the rules, Newsroom's and these, find in this text with another body, or another title."""
        title = self.title if title is None else title
        content: dict[str, Any] = dict.fromkeys(LINES, "") | {"title": title, "body": body, "origin": "own"}
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
    classes: dict[str, str] = field(default_factory=dict)  # of rules that were found, by their names

    def by_class(self) -> dict[str, tuple[int, int, int, int]]:
        """Return how many were planted and found, and how many false hits weigh and do not, by class."""
        table: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 4)
        for counter, column in ((self.planted, 0), (self.found, 1)):
            for kind, count in counter.items():
                table[self.classes.get(kind.removeprefix(FILE), kind)][column] += count
        for (rule, severity), count in self.false_hits.items():
            table[self.classes.get(rule, rule)][3 if severity == Severity.INFO else 2] += count
        return {name: (row[0], row[1], row[2], row[3]) for name, row in sorted(table.items())}

    @property
    def found_share(self) -> float:
        """The share of the planted errors that was found."""
        return self.found.total() / max(self.planted.total(), 1)

    @property
    def false_hits_a_text(self) -> float:
        """The number of blocking hits and warnings per clean text."""
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
    """Plant that many errors, as many of each kind as of the others, and count; the same seed plants the same ones."""
    trial = Trial(texts=len(texts))
    rules = copy(current_rules())
    rules.roster = ROSTER
    planting = _Planting(rules, texts, Random(seed), trial)  # noqa: S311 (no secret)
    for text in texts:
        hits = planting.hits_before(text)
        trial.false_hits.update((hit.rule.name, Severity(hit.rule.severity)) for hit in hits)
    kinds = planting.kinds()
    for number in range(errors if texts else 0):
        kind = kinds[number % len(kinds)]
        trial.planted[kind] += 1
        trial.found[kind] += planting.is_found(kind)
    return trial


class _Planting:
    """Plants errors of each kind: of rules that are code, in texts, titles and files; of rows; and equal texts."""

    def __init__(self, rules: WrittenRules, texts: Sequence[CleanText], random: Random, trial: Trial) -> None:
        self.rules, self.texts, self.random, self.trial = rules, texts, random, trial
        self.before: dict[str, list[Hit]] = {}
        self.long = [text for text in texts if text_bits(text.body) is not None]

    def hits_before(self, text: CleanText) -> list[Hit]:
        """Return what is found in the clean text."""
        if text.name not in self.before:
            self.before[text.name] = self._noted(text.find_hits(text.body, self.rules))
        return self.before[text.name]

    def kinds(self) -> list[str]:
        """Return the kinds of errors that can be planted here."""
        kinds = [*MAKERS, TITLE, *(FILE + rule for rule in IN_FILES)]
        kinds += [WRITTEN] if self.rules.rules else []
        return [*kinds, *([SIMILAR] if self.long else [])]

    def is_found(self, kind: str) -> bool:
        """Plant an error of the kind into one of the texts, and return whether it is found."""
        text = self.random.choice(self.long if kind == SIMILAR else self.texts)
        if kind == SIMILAR:
            changed = text_bits(plant_error("word_twice", text.body, text.day, self.random))
            return ((text_bits(text.body) or 0) ^ (changed or 0)).bit_count() <= MOST_DIFFERENT_BITS
        if kind == TITLE:
            hits = text.find_hits(
                text.body, self.rules, title=f"{text.title or '大桥通车'}{self.random.choice('。，；')}"
            )
            return any(hit.rule.name == TITLE for hit in self._noted(hits))
        if kind.startswith(FILE):
            return self._is_found_in_file(kind.removeprefix(FILE), text)
        if kind == WRITTEN:
            rule, word = self.random.choice(self.rules.words_found(text.day))
            html = plant_sentence(("大家都说", word, "。"), text.body, self.random)
            kind = rule.name
        else:
            html = plant_error(kind, text.body, text.day, self.random)
        hits = self._noted(text.find_hits(sanitising.sanitise(html).html, self.rules))
        return _count(hits, kind) > _count(self.hits_before(text), kind)

    def _is_found_in_file(self, rule: str, text: CleanText) -> bool:
        lines = [*text_lines(text.body), "".join(MAKERS[rule](text.day, self.random))]
        self.random.shuffle(lines)
        finds = find_in_file([["row", "名单", number, line] for number, line in enumerate(lines, start=1)])
        return any(find.rule.name == rule for find in finds)

    def _noted(self, hits: list[Hit]) -> list[Hit]:
        self.trial.classes.update({hit.rule.name: str(hit.rule.subject) for hit in hits})
        return hits


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
