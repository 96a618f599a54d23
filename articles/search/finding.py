"""Runs a query: reads the newest candidates from the index, checks their text, and ranks those that match."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from ..models import SearchText, Section
from ..models.calendar_days import start_of_day
from ..models.expiry import unexpired
from ..models.search_text import FoldedText
from . import folding, index_store, tokens
from .index import MICROSECONDS_PER_SECOND
from .snippets import SearchHit, make_hits

MAX_QUERY_LENGTH, MAX_QUERY_WORDS = 100, 8
# A common word is in a hundred thousand articles, so only the newest candidates are checked; those with the word in
# their title have a limit of their own.
MAX_CANDIDATES, MAX_TITLE_CANDIDATES = 300, 100
MAX_ROUNDS = 3  # of reading more candidates, while most of them contain the pairs of a phrase but not the phrase
LEAD_LENGTH = 200  # characters
MAX_PIECE_LENGTH = 4  # characters of a word without hits, for suggestions
ALL_TIME = (-(2**62), 2**62)


@dataclass(frozen=True)
class SearchQuery:
    """A search. `words` are folded strings that the text must all contain; every other field may be empty."""

    words: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    persons: tuple[str, ...] = ()  # names, of which one must be credited
    keyword: str = ""
    sources: tuple[str, ...] = ()  # names, one of which it must come from
    credits: tuple[tuple[str, str], ...] = ()  # names and units as they are printed, one of which must be
    since: date | None = None
    until: date | None = None  # inclusive
    by_time: bool = False

    @staticmethod
    def words_in(text: str) -> tuple[str, ...]:
        """Split what a reader typed at spaces, but not within quotation marks."""
        found: list[str] = []
        word, quoted = "", False
        for character in " ".join(text.split())[:MAX_QUERY_LENGTH] + " ":
            quotes = folding.CLOSING_QUOTES if quoted else folding.OPENING_QUOTES
            if character in quotes or (character == " " and not quoted):
                found.append(word)
                word, quoted = "", character != " " and not quoted
            else:
                word += character
        found.append(word)
        folded = (tokens.strip_punctuation(folding.fold_text(word)) for word in found)
        return tuple(dict.fromkeys(word for word in folded if word))[:MAX_QUERY_WORDS]

    @property
    def is_empty(self) -> bool:
        return not (self.since or self.until or self.groups())

    def groups(self, *, in_title: bool = False) -> list[list[str]]:
        """Return the terms for the index: a row must have one term of every group."""
        found = tokens.query_groups(self.words, tokens.IN_TITLE if in_title else "")
        if self.sections:
            found.append([tokens.scope_term(tokens.OF_SECTION, str(section.pk)) for section in self.sections])
        for mark, names in (
            (tokens.OF_NAME, [(name,) for name in self.persons]),
            (tokens.OF_KEYWORD, [(self.keyword,)] if self.keyword else []),
            (tokens.OF_SOURCE, [(name,) for name in self.sources]),
            (tokens.OF_CREDIT, self.credits),
        ):
            if names:
                found.append([tokens.scope_term(mark, *name) for name in names])
        return found

    def span(self) -> tuple[int, int]:
        """Return the first and the last key of the days of the query, in the site's time zone."""
        first = _first_key(self.since) if self.since else ALL_TIME[0]
        last = _first_key(self.until + timedelta(days=1)) - 1 if self.until else ALL_TIME[1]
        return first, last


class SearchResult(NamedTuple):
    """A page of hits. If `more` is True, there are older hits that `total` does not count."""

    hits: list[SearchHit]
    total: int
    more: bool


def search_articles(query: SearchQuery, *, first: int = 0, most: int = 20) -> SearchResult:
    """Return at most `most` hits from index `first` on: best first, or newest first if the query says `by_time`."""
    if query.is_empty:
        return SearchResult([], 0, False)
    rows, more = _rows_holding(query)
    if not query.by_time and query.words:
        now = timezone.now().timestamp() * MICROSECONDS_PER_SECOND
        rows.sort(key=lambda row: (-_relevance(row, query.words, now), -row.pk))
    return SearchResult(make_hits(rows[first : first + most], query.words), len(rows), more)


def newest_numbers(query: SearchQuery, most: int) -> list[int]:
    """Return the numbers of the newest articles of the query's section, person, source …, ignoring its words."""
    keys = _matching_keys(query.groups(), *query.span(), most)
    return list(_search_texts(keys).values_list("article_id", flat=True))


def numbers_titled(words: tuple[str, ...]) -> list[int]:
    """Return the numbers of the newest articles, at most MAX_CANDIDATES, whose titles have all these folded words."""
    query = SearchQuery(words=words)
    if query.is_empty:
        return []
    rows = _search_texts(_matching_keys(query.groups(in_title=True), *ALL_TIME, MAX_CANDIDATES))
    return [row.article_id for row in rows if all(tokens.holds_word(word, row.title) for word in words)]


def suggest_searches(query: SearchQuery) -> list[str]:
    """Return shorter searches with hits for a query that has none: each word, or the beginning and end of a single
    word.
    """
    if len(query.words) > 1:
        return [word for word in query.words if _is_found(word)][:3]
    ends: list[list[str]] = [[], []]
    for word in query.words:
        pieces = range(min(len(word) - 1, MAX_PIECE_LENGTH), 1, -1)
        ends = [[word[:length] for length in pieces], [word[-length:] for length in pieces]]
    finding = (next(filter(_is_found, end), "") for end in ends)
    return [word for word in dict.fromkeys(finding) if word and all(map(tokens.is_chinese_run, tokens.text_runs(word)))]


def _is_found(word: str) -> bool:
    return bool(_rows_holding(SearchQuery(words=(word,)))[0])


def _rows_holding(query: SearchQuery) -> tuple[list[SearchText], bool]:
    """Return the rows that contain all words, newest first, and True if older rows were left out."""
    first, last = query.span()
    groups = query.groups()
    found: dict[int, SearchText] = {}
    more, end = True, last
    for _round in range(MAX_ROUNDS):
        keys = _matching_keys(groups, first, end, MAX_CANDIDATES)
        found |= {row.pk: row for row in _search_texts(keys) if holds_exactly(row, query.words)}
        more = len(keys) == MAX_CANDIDATES
        if not more or len(found) >= MAX_CANDIDATES // 2:
            break
        end = keys[-1] - 1
    if more and query.words:
        titled = _matching_keys(query.groups(in_title=True), first, last, MAX_TITLE_CANDIDATES)
        found |= {
            row.pk: row
            for row in _search_texts([k for k in titled if k not in found])
            if holds_exactly(row, query.words)
        }
    return sorted(found.values(), key=lambda row: -row.pk), more


def _matching_keys(groups: list[list[str]], first: int, last: int, most: int) -> list[int]:
    if groups:
        return index_store.matching_rows(SearchText, groups, first=first, last=last, most=most)
    return list(SearchText.objects.filter(pk__range=(first, last)).order_by("-pk").values_list("pk", flat=True)[:most])


def _search_texts(keys: list[int]) -> QuerySet[SearchText]:
    """Return the rows with these keys that have not expired, newest first."""
    return SearchText.objects.filter(unexpired("expires_at"), pk__in=keys).order_by("-pk")


def holds_exactly(row: FoldedText, looked_for: Sequence[str]) -> bool:
    """Return True if the row contains all words as typed; checks only words that the index does not contain whole."""
    longer = [word for word in looked_for if not tokens.is_indexed_whole(word)]
    if not longer:
        return True
    return all(tokens.holds_word(word, row.text) or tokens.holds_word(word, row.title) for word in longer)


def _relevance(row: SearchText, looked_for: Sequence[str], now: float) -> float:
    """Return the score of a row: words count most in the title, then in the lead; newer rows get a small bonus."""
    score = 0.0
    for word in looked_for:
        score += 10 * tokens.holds_word(word, row.title) + 3 * tokens.holds_word(word, row.text[:LEAD_LENGTH])
        score += min(tokens.count_word(word, row.text), 5) / 2
    years = max(0.0, now - row.pk) / MICROSECONDS_PER_SECOND / (365 * 86400)
    return score + 4 / (1 + years)


def _first_key(day: date) -> int:
    """Return the key of the first microsecond of a day."""
    return int(start_of_day(day).timestamp() * MICROSECONDS_PER_SECOND)
