"""Places in a text as a browser can count them: by visible characters.

Blanks, line ends, invisible characters and tags differ between the edited and the stored text, so none of them
counts. Characters count as in JavaScript: one beyond U+FFFF is two (static/desk/typed_text.js counts the same way).
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .hit import Hit
from .personal_data import masked_number
from .plain_text import LINES, PlainText, written_text_of_html, written_text_of_line

_NOT_SEEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn")
_SENTENCE_ENDS = "。！？；\n"
_LONGEST_AROUND = 60  # characters of the sentence, on each side
Span = tuple[int, int]


@dataclass(frozen=True)
class PlacedHit:
    """A hit with its words and their place among the visible characters of its field, and that of what its suggestion
    replaces; and with its sentence, in which all numbers of persons are masked.
    """

    hit: Hit
    words: str = ""
    place: Span = (0, 0)
    replaced: Span = (0, 0)
    sentence: tuple[str, str, str] = ("", "", "")  # before, the words, after


def is_seen(character: str) -> bool:
    """Return False for blanks, line ends and invisible characters."""
    return unicodedata.category(character) not in _NOT_SEEN


def seen_text(text: str) -> str:
    """Return the visible characters of a text."""
    return "".join(filter(is_seen, text))


def place_hits(found: Sequence[Hit], content: Mapping[str, Any]) -> list[PlacedHit]:
    """Return the hits with their places, in the same order; hits in fields that are not texts have none."""
    placed = {hit: PlacedHit(hit) for hit in found}
    for field in (*LINES, "body"):
        source = content.get(field, "")
        written = written_text_of_html(source) if field == "body" else written_text_of_line(source)
        here = [hit for hit in found if hit.field == field]
        spans = [span for hit in here for span in ((hit.start, hit.end), hit.replaced)]
        places = seen_places(written, spans)
        masked = _masked_text(written, here)
        for hit, (place, words), (replaced, _words) in zip(here, places[::2], places[1::2], strict=True):
            placed[hit] = PlacedHit(hit, words, place, replaced, _sentence_of(hit, written, masked))
    return [placed[hit] for hit in found]


def seen_places(written: PlainText, spans: Iterable[Span]) -> list[tuple[Span, str]]:
    """Return, for each span of the source of a written text, its place among the visible characters, and its own."""
    seen = [(place, char) for place, char in zip(written.places, written.text, strict=True) if is_seen(char)]
    places = [place for place, _char in seen]
    units = [0]
    for _place, char in seen:
        units.append(units[-1] + 1 + (char > "\uffff"))
    found = []
    for span in spans:
        start, end = (bisect_left(places, at) for at in span)
        found.append(((units[start], units[end]), "".join(char for _place, char in seen[start:end])))
    return found


def _masked_text(written: PlainText, found: Sequence[Hit]) -> str:
    """Return the text with the numbers of persons masked, each character in its place."""
    text = list(written.text)
    for hit in found:
        if hit.can_be_masked:
            start, end = _within(hit, written)
            text[start:end] = masked_number("".join(text[start:end]))
    return "".join(text)


def _sentence_of(hit: Hit, written: PlainText, masked: str) -> tuple[str, str, str]:
    """Return the words in their sentence; nothing for a place without words."""
    start, end = _within(hit, written)
    if start == end:
        return ("", "", "")
    begin = max(masked.rfind(mark, 0, start) for mark in _SENTENCE_ENDS) + 1
    stops = [at for mark in _SENTENCE_ENDS if (at := masked.find(mark, end)) >= 0]
    stop = min(stops) + 1 if stops else len(masked)
    before, after = masked[max(begin, start - _LONGEST_AROUND) : start], masked[end : min(stop, end + _LONGEST_AROUND)]
    return before.lstrip(), masked[start:end], after.rstrip()


def _within(hit: Hit, written: PlainText) -> Span:
    return bisect_left(written.places, hit.start), bisect_left(written.places, hit.end)
