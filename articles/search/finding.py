"""Finding: what a reader asked for, the newest articles that may hold it, and of those the ones that do, best first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from ..models import SearchText, Section
from ..models.calendar_days import start_of_day
from ..models.expiry import unexpired
from . import index_store, tokens
from .index import SECOND

LONGEST, MOST_WORDS = 100, 8
# A common word is in a hundred thousand articles: the newest so many are looked at, and of those with the word in their titles so
# many of the newest.
NEWEST, TITLED = 300, 100
ROUNDS = 3  # how often more are read when most of them hold the pairs of a phrase but not the phrase
LEAD, SNIPPET = 200, 90  # characters
LONGEST_PIECE = 4  # of a word that is nowhere
OPENING, CLOSING = '"“「『', '"”」』'
ALL_TIME = (-(2**62), 2**62)


@dataclass(frozen=True)
class SearchQuery:
    """What to look for. `words` are strings that all must stand in the text, folded; the others may be empty."""

    words: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    person: str = ""
    keyword: str = ""
    source: str = ""
    credit: tuple[str, str] | None = None  # a person's name and unit, as they are printed
    since: date | None = None
    until: date | None = None  # this day is in it
    by_time: bool = False

    @staticmethod
    def words_in(text: str) -> tuple[str, ...]:
        """The words of what a reader typed: parted by spaces, but not within quotation marks."""
        found: list[str] = []
        word, quoted = "", False
        for character in tokens.fold_text(" ".join(text.split()))[:LONGEST] + " ":
            if character in (CLOSING if quoted else OPENING) or (character == " " and not quoted):
                found.append(word)
                word, quoted = "", character != " " and not quoted
            else:
                word += character
        found.append(word)
        return tuple(dict.fromkeys(w for word in found if (w := tokens.strip_punctuation(word))))[:MOST_WORDS]

    @property
    def is_empty(self) -> bool:
        return not (self.since or self.until or self.groups())

    def groups(self, *, in_title: bool = False) -> list[list[str]]:
        """What the index is asked: every word, or for sections any of them."""
        mark = tokens.IN_TITLE if in_title else ""
        asked = [[mark + word] for word in dict.fromkeys(w for text in self.words for w in tokens.query_terms(text))]
        if self.sections:
            asked.append([tokens.scope_term(tokens.OF_SECTION, str(section.pk)) for section in self.sections])
        for mark, name in (
            (tokens.OF_NAME, self.person),
            (tokens.OF_KEYWORD, self.keyword),
            (tokens.OF_SOURCE, self.source),
        ):
            if name:
                asked.append([tokens.scope_term(mark, name)])
        if self.credit:
            asked.append([tokens.scope_term(tokens.OF_CREDIT, *self.credit)])
        return asked

    def span(self) -> tuple[int, int]:
        """The first and the last key of the days asked for, in the site's zone."""
        first = _first_key(self.since) if self.since else ALL_TIME[0]
        last = _first_key(self.until + timedelta(days=1)) - 1 if self.until else ALL_TIME[1]
        return first, last


class SnippetPart(NamedTuple):
    """A piece of text, and whether it is what was looked for."""

    text: str
    found: bool


class SearchHit(NamedTuple):
    """An article that was found: its title and a piece of its text, in parts."""

    number: int
    title: list[SnippetPart]
    snippet: list[SnippetPart]


class SearchResult(NamedTuple):
    """A page of hits. `more`: there are more than `total`; those beyond are older and were not counted."""

    hits: list[SearchHit]
    total: int
    more: bool


def search_articles(query: SearchQuery, *, first: int = 0, most: int = 20) -> SearchResult:
    """The hits from place `first` on, at most `most`: the best, or the newest where the query says `by_time`."""
    if query.is_empty:
        return SearchResult([], 0, False)
    rows, more = _rows_holding(query)
    if not query.by_time and query.words:
        now = timezone.now().timestamp() * SECOND
        rows.sort(key=lambda row: (-_relevance(row, query.words, now), -row.pk))
    return SearchResult([_make_hit(row, query.words) for row in rows[first : first + most]], len(rows), more)


def newest_numbers(query: SearchQuery, most: int) -> list[int]:
    """The numbers of the newest articles that belong to what the query names, at most `most`; its words are not looked for."""
    keys = _matching_keys(query.groups(), *query.span(), most)
    return list(_search_texts(keys).values_list("article_id", flat=True))


def suggest_searches(query: SearchQuery) -> list[str]:
    """Where nothing was found: shorter searches that find something; each word by itself, or the ends of a single one."""
    if len(query.words) > 1:
        return [word for word in query.words if search_articles(SearchQuery(words=(word,)), most=1).hits][:3]
    ends: list[list[str]] = [[], []]
    for word in query.words:
        pieces = range(min(len(word) - 1, LONGEST_PIECE), 1, -1)
        ends = [[word[:length] for length in pieces], [word[-length:] for length in pieces]]
    finding = (next((w for w in end if search_articles(SearchQuery(words=(w,)), most=1).hits), "") for end in ends)
    return [word for word in dict.fromkeys(finding) if word and all(map(tokens.is_chinese_run, tokens.text_runs(word)))]


def _rows_holding(query: SearchQuery) -> tuple[list[SearchText], bool]:
    """The rows that hold all words, newest first, and whether older ones were left out."""
    first, last = query.span()
    groups = query.groups()
    found: dict[int, SearchText] = {}
    more, end = True, last
    for _round in range(ROUNDS):
        keys = _matching_keys(groups, first, end, NEWEST)
        found |= {row.pk: row for row in _search_texts(keys) if _holds_exactly(row, query.words)}
        more = len(keys) == NEWEST
        if not more or len(found) >= NEWEST // 2:
            break
        end = keys[-1] - 1
    if more and query.words:
        titled = _matching_keys(query.groups(in_title=True), first, last, TITLED)
        found |= {
            row.pk: row
            for row in _search_texts([k for k in titled if k not in found])
            if _holds_exactly(row, query.words)
        }
    return sorted(found.values(), key=lambda row: -row.pk), more


def _matching_keys(groups: list[list[str]], first: int, last: int, most: int) -> list[int]:
    if groups:
        return index_store.matching_rows(groups, first=first, last=last, most=most)
    return list(SearchText.objects.filter(pk__range=(first, last)).order_by("-pk").values_list("pk", flat=True)[:most])


def _search_texts(keys: list[int]) -> QuerySet[SearchText]:
    """The rows of these keys whose time is not over."""
    return SearchText.objects.filter(unexpired("expires_at"), pk__in=keys).order_by("-pk")


def _holds_exactly(row: SearchText, looked_for: Sequence[str]) -> bool:
    """Whether all words stand there as they were typed; where the index does not say so already."""
    longer = [word for word in looked_for if not tokens.is_indexed_whole(word)]
    if not longer:
        return True
    title, text = _folded_row(row)
    return all(word in text or word in title for word in longer)


def _folded_row(row: SearchText) -> tuple[str, str]:
    """Title and text as words are compared; reckoned once for a row, for hundreds are looked at in one search."""
    if "folded" not in row.__dict__:
        row.__dict__["folded"] = tokens.fold_text(row.title), tokens.fold_text(row.text)
    return row.__dict__["folded"]


def _relevance(row: SearchText, looked_for: Sequence[str], now: float) -> float:
    """How well a text fits: a word in the title above one in the lead, above one further down; what is new a little more."""
    title, text = _folded_row(row)
    worth = 0.0
    for word in looked_for:
        worth += 10 * (word in title) + 3 * (word in text[:LEAD]) + min(text.count(word), 5) / 2
    years = max(0.0, now - row.pk) / SECOND / (365 * 86400)
    return worth + 4 / (1 + years)


def _make_hit(row: SearchText, looked_for: Sequence[str]) -> SearchHit:
    text = row.text
    folded = tokens.fold_text(text)
    place = min((at for word in looked_for if (at := folded.find(word)) >= 0), default=0)
    start = max(0, place - SNIPPET // 3)
    # From the beginning of its line or sentence, where that is near.
    start = max(start, *(text.rfind(end, start, place) + 1 for end in "\n。！？；"))
    piece = text[start : start + SNIPPET].split("\n")
    snippet = ("…" if start else "") + " ".join(piece) + ("…" if start + SNIPPET < len(text) else "")
    return SearchHit(
        row.article_id, list(_highlight_terms(row.title, looked_for)), list(_highlight_terms(snippet, looked_for))
    )


def _highlight_terms(text: str, looked_for: Sequence[str]) -> Iterator[SnippetPart]:
    """The text in parts: what was looked for, and what stands between."""
    folded, place = tokens.fold_text(text), 0
    while looked_for and place < len(text):
        nexts = [(at, -len(word)) for word in looked_for if (at := folded.find(word, place)) >= 0]
        if not nexts:
            break
        at, length = min(nexts)
        if at > place:
            yield SnippetPart(text[place:at], False)
        yield SnippetPart(text[at : at - length], True)
        place = at - length
    if place < len(text):
        yield SnippetPart(text[place:], False)


def _first_key(day: date) -> int:
    """The key of the first microsecond of a day."""
    return int(start_of_day(day).timestamp() * SECOND)
