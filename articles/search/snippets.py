"""Snippets: what is shown of an article that matches a search, with the words of the query marked."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..models import SearchText
from . import tokens

SNIPPET_LENGTH = 90  # characters


class SnippetPart(NamedTuple):
    """A piece of text; `found` is True if it is a word of the query."""

    text: str
    found: bool


class SearchHit(NamedTuple):
    """An article that matches: its title and a snippet of its text, in parts."""

    number: int
    title: list[SnippetPart]
    snippet: list[SnippetPart]


def make_hit(row: SearchText, looked_for: Sequence[str]) -> SearchHit:
    """Return the hit of a row: its title, and about SNIPPET_LENGTH characters around the first word of the query."""
    text = row.text
    folded = tokens.fold_text(text)
    place = min((at for word in looked_for if (at := folded.find(word)) >= 0), default=0)
    start = max(0, place - SNIPPET_LENGTH // 3)
    # Begin at the start of the line or sentence, if that is near.
    start = max(start, *(text.rfind(end, start, place) + 1 for end in "\n。！？；"))
    piece = text[start : start + SNIPPET_LENGTH].split("\n")
    snippet = ("…" if start else "") + " ".join(piece) + ("…" if start + SNIPPET_LENGTH < len(text) else "")
    return SearchHit(
        row.article_id, list(_highlight_terms(row.title, looked_for)), list(_highlight_terms(snippet, looked_for))
    )


def _highlight_terms(text: str, looked_for: Sequence[str]) -> Iterator[SnippetPart]:
    """Yield the text in parts: words of the query, and what is between them."""
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
