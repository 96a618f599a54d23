"""Finds the passage of a note in a text that may have changed since: by its words, then by what surrounds them.

Pure functions of texts, after the TextQuoteSelector of the W3C's Web Annotation Data Model.
"""

import html as entities
import re
from collections.abc import Mapping
from os.path import commonprefix
from typing import Any, NamedTuple

from django.utils.html import escape

# Characters of the surroundings that are kept, on either side.
CONTEXT = 32
# To find changed words by their surroundings: how much of these must be there, and how much may be in between.
LEAST_CONTEXT = 4
FIELDS = ("title", "kicker", "subtitle", "summary", "body")
_PIECES = re.compile(r"<(?:\"[^\"]*\"|[^>\"])*>|[^<]+")
_LINE_END = re.compile(r"</(?:p|h\d|li|td|th|caption|figcaption|blockquote)>|<br")


class Passage(NamedTuple):
    """Where a passage is: the field, and the characters from `start` to `end` of its text.

    `is_reworded`: what surrounds it is there, but other words.
    """

    field: str
    start: int
    end: int
    is_reworded: bool = False


def field_text(content: dict[str, Any], field: str) -> str:
    """The text of a field of a revision's content without markup; in the body each line ends with a line break."""
    if field != "body":
        return str(content[field])
    return "".join(_piece_text(piece) for piece in _PIECES.findall(content["body"]))


def field_texts(content: dict[str, Any]) -> dict[str, str]:
    """The texts of all fields that notes quote."""
    return {field: field_text(content, field) for field in FIELDS}


def find_passage(texts: Mapping[str, str], quote: str, prefix: str = "", suffix: str = "") -> Passage | None:
    """Find the quoted words, by their surroundings if they occur more than once; None if they are gone.

    White space does not count. If the words are gone but their surroundings are there, return the text in between.
    """
    found = [
        (_context_score(text, start, end, prefix, suffix), Passage(field, start, end))
        for field, text in texts.items()
        for start, end in _occurrences(text, quote)
    ]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    return next(
        (passage for field, text in texts.items() if (passage := _reworded(text, field, quote, prefix, suffix))), None
    )


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """The text before and after a passage, at most CONTEXT characters each."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def replace_passage(content: dict[str, Any], passage: Passage, words: str) -> str:
    """The field of the passage with other words in its place; marks and pictures within it stay."""
    if passage.field != "body":
        text = field_text(content, passage.field)
        return text[: passage.start] + words + text[passage.end :]
    written, place, pending = [], 0, words
    for piece in _PIECES.findall(content["body"]):
        text = _piece_text(piece)
        start, end = max(passage.start - place, 0), min(passage.end - place, len(text))
        place += len(text)
        if piece.startswith("<") or start >= end:
            written.append(piece)
        else:
            written.append(escape(text[:start] + pending + text[end:]))
            pending = ""
    return "".join(written)


def _piece_text(piece: str) -> str:
    if piece.startswith("<"):
        return "\n" if _LINE_END.match(piece) else ""
    return entities.unescape(piece)


def _occurrences(text: str, quote: str) -> list[tuple[int, int]]:
    words = quote.split()
    return [found.span() for found in re.finditer(r"\s+".join(map(re.escape, words)), text)] if words else []


def _context_score(text: str, start: int, end: int, prefix: str, suffix: str) -> int:
    """How many characters next to the passage are unchanged."""
    before, after = surroundings(text, start, end)
    return len(commonprefix([before[::-1], prefix[::-1]])) + len(commonprefix([after, suffix]))


def _reworded(text: str, field: str, quote: str, prefix: str, suffix: str) -> Passage | None:
    """The text between the surroundings of removed words, unless it is empty or far longer than the words were."""
    if min(len(prefix), len(suffix)) < LEAST_CONTEXT:
        return None
    most = 2 * len(quote) + CONTEXT
    start = text.find(prefix) + len(prefix)
    end = text.find(suffix, start) if prefix in text else -1
    return Passage(field, start, end, is_reworded=True) if start < end <= start + most else None
