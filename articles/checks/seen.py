"""Places in a text as a browser can count them: by the characters that are seen.

Blanks, line ends, invisible characters and tags differ between what is edited and what is stored, so none of them
counts. Characters count as in JavaScript: one beyond U+FFFF is two (static/desk/typed_text.js counts the same way).
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable

from .plain_text import written_text_of_html, written_text_of_line

_NOT_SEEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn")
Span = tuple[int, int]


def is_seen(character: str) -> bool:
    """Return False for blanks, line ends and invisible characters."""
    return unicodedata.category(character) not in _NOT_SEEN


def seen_text(text: str) -> str:
    """Return the characters of a text that are seen."""
    return "".join(filter(is_seen, text))


def seen_places(source: str, spans: Iterable[Span], *, is_html: bool) -> list[tuple[Span, str]]:
    """Return, for each span of the source, where it is among the seen characters, and those it has."""
    written = written_text_of_html(source) if is_html else written_text_of_line(source)
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
