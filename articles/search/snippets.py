"""Snippets: the part shown of an article that matches a search, with the words of the query marked."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import F

from ..models import Article, SearchText
from . import folding, tokens
from .index import searchable_text, searchable_title

SNIPPET_LENGTH = 90  # characters


class SnippetPart(NamedTuple):
    """A piece of text; `found` is True if it is a word of the query."""

    text: str
    found: bool


class SearchHit(NamedTuple):
    """An article that matches, loaded as for a list: its title and a snippet of its text, in parts."""

    article: Article
    title: list[SnippetPart]
    snippet: list[SnippetPart]

    @property
    def number(self) -> int:
        return self.article.number


def make_hits(rows: Sequence[SearchText], looked_for: Sequence[str]) -> list[SearchHit]:
    """Return the hits of these rows, in their order, without those that are not public any more. One query."""
    public = Article.objects.public().for_lists().annotate(content=F("live__revision__content"))
    found = public.in_bulk([row.article_id for row in rows])
    shown = ((row, found[row.article_id]) for row in rows if row.article_id in found)
    return [_make_hit(row, article, article.content, looked_for) for row, article in shown]


def _make_hit(row: SearchText, article: Article, content: dict[str, Any], looked_for: Sequence[str]) -> SearchHit:
    """Return the hit of a row: its title, and about SNIPPET_LENGTH characters around the first word of the query."""
    text = searchable_text(content)
    found = (tokens.find_word(word, row.text) for word in looked_for)
    place = _original_place(text, row.text, min((span[0] for span in found if span), default=0))
    start = max(0, place - SNIPPET_LENGTH // 3)
    # Begin at the start of the line or sentence, if that is near.
    start = max(start, *(text.rfind(end, start, place) + 1 for end in "\n。！？；"))
    piece = text[start : start + SNIPPET_LENGTH].split("\n")
    snippet = ("…" if start else "") + " ".join(piece) + ("…" if start + SNIPPET_LENGTH < len(text) else "")
    title = searchable_title(content)
    return SearchHit(article, list(_highlight_terms(title, looked_for)), list(_highlight_terms(snippet, looked_for)))


def _original_place(text: str, folded: str, place: int) -> int:
    """Return the position in `text` of the character at `place` of `folded`; only its line is folded again."""
    line_number = folded.count("\n", 0, place)
    lines = text.split("\n")
    _folded_line, positions = folding.fold_with_positions(lines[line_number])
    return sum(len(line) + 1 for line in lines[:line_number]) + positions[place - folded.rfind("\n", 0, place) - 1]


def _highlight_terms(text: str, looked_for: Sequence[str]) -> Iterator[SnippetPart]:
    """Yield the text in parts: words of the query, and the text between them."""
    folded, positions = folding.fold_with_positions(text)
    place, shown = 0, 0  # how far the folded text was searched, and the text was yielded
    while looked_for and place < len(folded):
        nexts = [span for word in looked_for if (span := tokens.find_word(word, folded, place))]
        if not nexts:
            break
        at, place = min(nexts, key=lambda span: (span[0], -span[1]))
        start, end = positions[at], positions[place - 1] + 1
        if start > shown:
            yield SnippetPart(text[shown:start], False)
        yield SnippetPart(text[start:end], True)
        shown = end
    if shown < len(text):
        yield SnippetPart(text[shown:], False)
