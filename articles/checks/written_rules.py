"""The rules that newsrooms write themselves, as rows: all live ones are looked for in one pass over a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick
from django.db.models import Subquery, Value
from django.utils.translation import gettext_lazy as _

from ..models import CheckRule, RosterEntry, Section
from ..models.check_rule import Severity
from ..refusals import Sentence
from .patterns import any_of, compile_pattern, expression_of, required_word, words_of
from .roster import Roster, roster_at
from .rules import Match, Rule

FOUND: Sentence = _("“%(words)s” is found by the rule “%(rule)s”.")
MOST_PLACES = 20  # of one rule that does not block, in one field
_WEIGHTS = {Severity.INFO: 0, Severity.WARN: 1, Severity.BLOCK: 2}
Span = tuple[int, int]


@dataclass(frozen=True)
class WrittenRule:
    """A row as it is applied: `expression` is None for words. `sections` are keys; empty means every section."""

    rule: Rule
    expression: Any
    suggestion: str
    sections: frozenset[int]
    valid_from: date
    valid_until: date

    def applies(self, day: date, section: int | None) -> bool:
        """Return True if the rule is valid on that day in that section (None: in any)."""
        in_section = not self.sections or section is None or section in self.sections
        return in_section and self.valid_from <= day <= self.valid_until


class RulesVersion(NamedTuple):
    """When the newest of all rules was changed, and the newest row of the roster; None without any."""

    rules: datetime | None
    roster: datetime | None


class WrittenRules:
    """Rows, compiled. `version` is when the newest of all rules was changed; None without rules."""

    def __init__(
        self, rows: Iterable[CheckRule], version: datetime | None = None, roster: Roster | None = None
    ) -> None:
        self.version = version
        self.roster = roster or Roster()
        self.rules: list[WrittenRule] = []
        # What each word of the automaton is for: finding (rule), allowing (rule) or leading to an expression (rule).
        self._finds: defaultdict[str, list[int]] = defaultdict(list)
        self._allows: defaultdict[str, list[int]] = defaultdict(list)
        self._leads: defaultdict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        rows = list(rows)
        below = _sections_below() if any(row.sections.all() for row in rows) else {}
        for row in rows:
            self._add(row, below)
        self._words = list({**self._finds, **self._allows, **self._leads})
        self._automaton = AhoCorasick(self._words)
        self._any_always = any_of([self.rules[n].expression for n in self._always])

    def find_matches(self, text: str, day: date, section: int | None = None) -> list[Match]:
        """Return what the rules that apply find in a normalised text, longest first where one is inside another."""
        finds: defaultdict[int, list[Span]] = defaultdict(list)
        allowed: defaultdict[int, list[Span]] = defaultdict(list)
        led = set(self._always) if self._any_always is None or self._any_always.search(text) else set()
        for place, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            word = self._words[place]
            led.update(self._leads.get(word, ()))
            if not _is_part_of_a_word(text, start, end):
                for n in self._finds.get(word, ()):
                    finds[n].append((start, end))
                for n in self._allows.get(word, ()):
                    allowed[n].append((start, end))
        for n in led:
            spans = (match.span() for match in self.rules[n].expression.finditer(text))
            finds[n] += [(start, end) for start, end in spans if start < end]
        return list(self._longest(self._kept(finds, allowed, day, section)))

    def words_found(self, day: date) -> list[tuple[Rule, str]]:
        """Return each word that a rule finds on that day, outside of templates and expressions."""
        pairs = [(self.rules[n], word) for word, found in self._finds.items() for n in found]
        return [(written.rule, word) for written, word in pairs if written.applies(day, None)]

    def _add(self, row: CheckRule, below: dict[int, set[int]]) -> None:
        n = len(self.rules)
        words = row.kind == CheckRule.Kind.WORDS
        expression = None if words else compile_pattern(row)
        sections = frozenset[int]().union(*(below[section.pk] for section in row.sections.all()))
        days = (row.valid_from or date.min, row.valid_until or date.max)
        self.rules.append(WrittenRule(_rule_of(row), expression, row.suggestion, sections, *days))
        for word in words_of(row.pattern) if words else ():
            self._finds[word].append(n)
        for word in words_of(row.allowed):
            self._allows[word].append(n)
        if not words:
            needed = required_word(expression_of(row))
            self._leads[needed].append(n) if needed else self._always.append(n)

    def _kept(
        self, finds: dict[int, list[Span]], allowed: dict[int, list[Span]], day: date, section: int | None
    ) -> Iterator[tuple[Span, int]]:
        """The places of rules that apply, outside of their allowed longer words."""
        for n, spans in finds.items():
            written = self.rules[n]
            if not written.applies(day, section):
                continue
            kept = [span for span in spans if not any(a <= span[0] and span[1] <= b for a, b in allowed.get(n, ()))]
            yield from ((span, n) for span in (kept if self._blocks(n) else kept[:MOST_PLACES]))

    def _blocks(self, n: int) -> bool:
        return self.rules[n].rule.severity == Severity.BLOCK

    def _longest(self, found: Iterable[tuple[Span, int]]) -> Iterator[Match]:
        """The matches that are not inside a longer one of the same or higher severity, in reading order."""
        furthest = [-1, -1, -1]  # the end of what was found so far, by weight
        ordered = sorted(found, key=lambda each: (each[0][0], -each[0][1], each[1]))
        for (start, end), same in groupby(ordered, key=lambda each: each[0]):
            rules = [self.rules[n] for _span, n in same]
            weights = [_WEIGHTS[Severity(written.rule.severity)] for written in rules]
            for written, weight in zip(rules, weights, strict=True):
                if max(furthest[weight:]) < end:
                    yield Match(written.rule, start, end, suggestion=written.suggestion)
            for weight in weights:
                furthest[weight] = max(furthest[weight], end)


def current_rules() -> WrittenRules:
    """Return the live rules and the roster, compiled once in each process for each version.

    One query if they have not changed.
    """
    return rules_at(current_version())


def current_version() -> RulesVersion:
    """Return when the newest of all rules and of all rows of the roster were changed; None without any. One query."""
    newest = [
        rows.filter(pk=Subquery(rows.order_by("-changed_at").values("pk")[:1]))
        .order_by()
        .annotate(of=Value(of))
        .values_list("of", "changed_at")
        for of, rows in (("rules", CheckRule.objects.all()), ("roster", RosterEntry.objects.all()))
    ]
    versions = dict(newest[0].union(newest[1]))
    return RulesVersion(versions.get("rules"), versions.get("roster"))


@lru_cache(maxsize=2)
def rules_at(version: RulesVersion) -> WrittenRules:
    """Return the live rules and the roster of this version, which `current_version` has just returned."""
    live = CheckRule.objects.filter(state=CheckRule.State.LIVE).prefetch_related("sections").order_by("pk")
    return WrittenRules(live if version.rules else [], version.rules, roster_at(version.roster))


def _rule_of(row: CheckRule) -> Rule:
    advice = f"{row.advice}（{row.source}）" if row.source else row.advice
    return Rule(row.name, CheckRule.Subject(row.subject).label, Severity(row.severity), FOUND, advice, row.pk)


def _sections_below() -> dict[int, set[int]]:
    """Return, for each section, the keys of it and of those below it."""
    below: dict[int, set[int]] = defaultdict(set)
    for section in Section.objects.select_related("parent"):
        for key in (section.pk, section.parent_id, section.parent.parent_id if section.parent else None):
            if key:
                below[key].add(section.pk)
    return below


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """Return True if letters or digits of the match go on outside of it: “km” in “kmh”, “90” in “1990”."""
    before, after = text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1]
    return any(len(pair) == 2 and pair.isascii() and (pair.isalpha() or pair.isdigit()) for pair in (before, after))
