"""People and their posts as the newsroom's roster has them (CHK-05): posts of the day, order, names, forbidden forms.

A post without its unit is checked only if no words that could be another unit precede it. Somebody's post is
wrong if they held it neither on the day of publication nor on a day that its sentence names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from ahocorasick_rs import AhoCorasick
from django.utils.translation import gettext_lazy as _

from ..models import RosterEntry
from .dates import days_said
from .plain_text import plain_text_of_line
from .roster_lists import runs_of_names
from .rules import Match, Rule, Severity
from .similar_characters import are_similar

PEOPLE = _("People and posts")
WRONG_POST = Rule(
    "wrong_post",
    PEOPLE,
    Severity.WARN,
    _("“%(words)s”: by the roster they do not hold this post then."),
    _("Look up the post; before a former one write 原 or 时任."),
)
WRONG_ORDER = Rule(
    "wrong_order",
    PEOPLE,
    Severity.WARN,
    _("“%(words)s” are not named in the order of the roster."),
    _("Change the order."),
)
NEARLY_A_NAME = Rule(
    "nearly_a_name",
    PEOPLE,
    Severity.WARN,
    _("“%(words)s” is nearly a name on the roster."),
    _("Correct it, or put this person on the roster, too."),
)
FORBIDDEN_FORM = Rule(
    "forbidden_form",
    PEOPLE,
    Severity.WARN,
    _("“%(words)s” is a form that the roster forbids."),
    _("Write it as the roster does."),
)
POST_ALONE = Rule(
    "post_without_name",
    PEOPLE,
    Severity.INFO,
    _("“%(words)s” is in the text, but the text does not say who holds this post."),
    _("Name them at least once."),
)

_SENTENCE_END = re.compile(r"[。!?;\n]")
_FORMER = re.compile(r"(?:原|前|时任|曾任|历任|首任)$")
# What may precede a post without its unit; after any other character it may be the post of another unit.
_BEFORE_POST = re.compile(r"(?:^|[^\u4e00-\u9fff]|[原前任由请与和同向受随陪是为及到对给让据经时现新])$")
Span = tuple[int, int]


@dataclass(frozen=True)
class Holding:
    """A row of the roster as it is applied; all words are normalised."""

    name: str
    title: str  # unit and post
    since: date
    until: date
    rank: int | None

    def covers(self, days: Iterable[tuple[date, date]]) -> bool:
        """Return True if the post was held on one of these days, each a first and a last one."""
        return any(self.since <= last and first <= self.until for first, last in days)


class Roster:
    """Rows, compiled. `version` is when the newest of all rows was changed; None without rows."""

    def __init__(self, rows: Iterable[RosterEntry] = (), version: datetime | None = None) -> None:
        self.version = version
        self.names: defaultdict[str, list[Holding]] = defaultdict(list)
        self._posts: defaultdict[str, set[str]] = defaultdict(set)  # the titles that a form of a post denotes
        self._holders: defaultdict[str, list[Holding]] = defaultdict(list)  # by title
        self._whole: set[str] = set()  # titles with a unit
        self._forbidden: dict[str, str] = {}
        self.size = 0  # rows
        for row in rows:
            self.size += 1
            self._add(row)
        self._words = list({**self.names, **self._posts, **self._forbidden})
        self._automaton = AhoCorasick(self._words)
        self._nearly = _NearlyNames(self.names)

    def find_matches(self, text: str, day: date) -> Iterator[Match]:
        """Yield what the roster finds in a normalised text that is published on that day."""
        if not self._words:
            return
        places = _Places(self, text)
        for start, end in places.forbidden:
            yield Match(FORBIDDEN_FORM, start, end, suggestion=self._forbidden[text[start:end]])
        for span in places.names:
            yield from self._find_wrong_posts(places, span, day)
        for run in runs_of_names(text, places.names, places.posts_by_end):
            yield from self._find_wrong_order(text, run, day)
        for (start, end), right in self._nearly.find(text, places.posts_by_end):
            if not any(start < last and first < end for first, last in places.names):
                yield Match(NEARLY_A_NAME, start, end, suggestion=right)

    def find_posts_alone(self, text: str, day: date) -> Iterator[Match]:
        """Yield the first place of each post, with its unit, whose holder a normalised text does not name."""
        if not self._words:
            return
        places = _Places(self, text)
        named = {text[slice(*span)] for span in places.names}
        followed = {end for name, _end in places.names for _start, end in places.posts_before(name)}
        seen: set[str] = set()
        for end, start in sorted(places.posts_by_end.items()):
            title = text[start:end]
            whole = self._holders[title] if title in self._whole else ()
            holders = [each.name for each in whole if each.covers([(day, day)])]
            if not holders or title in seen or named & set(holders) or end in followed:
                continue
            if not _FORMER.search(text[max(start - 2, 0) : start]):
                seen.add(title)
                yield Match(POST_ALONE, start, end, suggestion=f"{title}{holders[0]}" if len(holders) == 1 else "")

    def form_at(self, text: str, start: int, end: int) -> bool:
        """Return True if text[start:end] is a post, of the roster's and of no other unit."""
        word = text[start:end]
        return word in self._whole or (
            word in self._posts and bool(_BEFORE_POST.search(text[max(start - 1, 0) : start]))
        )

    def is_name(self, word: str) -> bool:
        """Return True for a name of the roster."""
        return word in self.names

    def is_forbidden(self, word: str) -> bool:
        """Return True for a forbidden form."""
        return word in self._forbidden

    def words_in(self, text: str) -> Iterator[Span]:
        """Yield the places of all names, posts and forbidden forms, also inside of one another."""
        yield from (
            (start, end) for _word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
        )

    def _add(self, row: RosterEntry) -> None:
        name, unit, post = (plain_text_of_line(words).text for words in (row.name, row.unit, row.post))
        holding = Holding(name, unit + post, row.since or date.min, row.until or date.max, row.rank)
        self.names[name].append(holding)
        if post:
            self._holders[unit + post].append(holding)
            if unit:
                self._whole.add(unit + post)
            for form in _forms_of_post(unit, post):
                self._posts[form].add(unit + post)
        for form in row.forbidden.split():
            self._forbidden[plain_text_of_line(form).text] = name

    def _find_wrong_posts(self, places: "_Places", name: Span, day: date) -> Iterator[Match]:
        """Yield the posts directly before a name that are another's, or its own on other days only."""
        holdings = [each for each in self.names[places.text[slice(*name)]] if each.title]
        days = [(day, day), *days_said(_sentence_at(places.text, name[0]), day)] if holdings else []
        for start, end in places.posts_before(name[0]) if holdings else ():
            form, before = places.text[start:end], places.text[max(start - 2, 0) : start]
            same = [each for each in holdings if each.title in self._posts[form]]
            former = _FORMER.search(before)
            if not any(each.since <= day if former else each.covers(days) for each in same):
                now = [each.title for each in holdings if each.covers([(day, day)])]
                suggestion = now[0] + holdings[0].name if len(now) == 1 and end == name[0] else ""
                yield Match(WRONG_POST, start, name[1], suggestion=suggestion)

    def _find_wrong_order(self, text: str, run: list[Span], day: date) -> Iterator[Match]:
        """Yield the part of a list of names that does not follow the ranks of the day."""
        ranked = [(span, rank) for span in run if (rank := self._rank_of(text[slice(*span)], day)) is not None]
        ranks = [rank for _span, rank in ranked]
        if ranks == sorted(ranks):
            return
        spans = [span for span, _rank in ranked]
        (first, _end), (_start, last) = spans[0], spans[-1]
        ordered = [text[slice(*span)] for span, _rank in sorted(ranked, key=lambda each: each[1])]
        between = [text[end:start] for (_s, end), (start, _e) in pairwise(spans)]
        bare = all(len(words) == 1 for words in between)
        right = "".join(word for pair in zip(ordered, [*between, ""], strict=True) for word in pair)
        yield Match(WRONG_ORDER, first, last, suggestion=right if bare else "")

    def _rank_of(self, name: str, day: date) -> int | None:
        ranks = [each.rank for each in self.names[name] if each.rank is not None and each.covers([(day, day)])]
        return min(ranks, default=None)


class _Places:
    """Where a text has names, posts and forbidden forms, the longest where one is inside another."""

    def __init__(self, roster: Roster, text: str) -> None:
        self.text = text
        self.names: list[Span] = []
        self.forbidden: list[Span] = []
        self.posts_by_end: dict[int, int] = {}  # the start of the longest post that ends there
        for start, end in sorted(roster.words_in(text), key=lambda span: (span[0], -span[1])):
            word = text[start:end]
            if roster.is_forbidden(word):
                self.forbidden.append((start, end))
            if roster.is_name(word) and (not self.names or self.names[-1][1] <= start):
                self.names.append((start, end))
            if roster.form_at(text, start, end):
                self.posts_by_end[end] = min(start, self.posts_by_end.get(end, start))

    def posts_before(self, at: int) -> Iterator[Span]:
        """Yield the posts that end at `at`, and those joined to them by 、 or 兼, the nearest first."""
        while (start := self.posts_by_end.get(at)) is not None:
            yield start, at
            at = start - 1 if self.text[start - 1 : start] in ("、", "兼") else -1


class _NearlyNames:
    """Names of three characters or more, found where one character is replaced by one similar in sound or shape; names
    of two only after a post.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        # The first two and the last two characters, and the outer ones of three: one of these pairs is right.
        self._pairs: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._outer: defaultdict[str, list[str]] = defaultdict(list)
        self._short: defaultdict[str, list[str]] = defaultdict(list)  # names of two, by each of their characters
        for name in self._names:
            if len(name) == 2:
                for character in name:
                    self._short[character].append(name)
                continue
            self._pairs[name[:2]].append((name, 0))
            self._pairs[name[-2:]].append((name, len(name) - 2))
            if len(name) == 3:
                self._outer[name[0] + name[2]].append(name)

    def find(self, text: str, posts_by_end: dict[int, int]) -> Iterator[tuple[Span, str]]:
        """Yield places with the name that each nearly is."""
        found: dict[Span, str] = {}
        for at in range(len(text) - 1):
            for name, before in self._pairs.get(text[at : at + 2], ()):
                self._compare(text, at - before, name, found)
            for name in self._outer.get(text[at] + text[at + 2 : at + 3], ()):
                self._compare(text, at, name, found)
        for end in posts_by_end:
            for name in {name for each in text[end : end + 2] for name in self._short.get(each, ())}:
                self._compare(text, end, name, found)
        yield from sorted(found.items())

    def _compare(self, text: str, start: int, name: str, found: dict[Span, str]) -> None:
        words = text[start : start + len(name)] if start >= 0 else ""
        if len(words) == len(name) and words not in self._names:
            others = [pair for pair in zip(words, name, strict=True) if pair[0] != pair[1]]
            if len(others) == 1 and are_similar(*others[0]):
                found[(start, start + len(name))] = name


@lru_cache(maxsize=2)
def roster_at(version: datetime | None) -> Roster:
    """Return the roster of this version, as `written_rules.current_version` returns it; compiled once in each
    process.
    """
    return Roster(RosterEntry.objects.filter(in_use=True).order_by("pk") if version else (), version)


def _forms_of_post(unit: str, post: str) -> set[str]:
    """Return how a post is written: with the unit, with the end of the unit, alone; 霁川县县长 also as 霁川县长."""
    ends = [unit[at:] for at in range(len(unit) - 1)] if unit else []
    short = {end + post[1:] for end in ends if post[:1] == end[-1:] and len(post) > 1}
    return {post, *(end + post for end in ends), *short}


def _sentence_at(text: str, at: int) -> str:
    """Return the sentence around a place of a normalised text."""
    start = max((match.end() for match in _SENTENCE_END.finditer(text, max(at - 300, 0), at)), default=max(at - 300, 0))
    end = _SENTENCE_END.search(text, at)
    return text[start : end.start() if end else len(text)]
