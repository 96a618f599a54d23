"""The text in which rules look for words: normalised, without tags, each character with its place in the source."""

import html
import re
import unicodedata
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# Tags inside a line: a word goes on across them. All others part words.
_INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "q",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
}
_INLINE |= {"wbr", "mark", "font"}


@dataclass(frozen=True)
class PlainText:
    """`text` is what rules look at; `places[n]` is where its character n stands in the source, `ends[n]` where it ends.

    Compatibility characters are ordinary ones (NFKC: full-width digits, ligatures), invisible ones and tags inside
    words are left out, and a new block or a line break is a line end. In a written text characters are as they are.
    """

    source: str
    text: str
    places: tuple[int, ...]
    ends: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where text[start:end] stands in the source. `end` is behind `start`."""
        return self.places[start], self.ends[end - 1]


def plain_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML."""
    return _normalised(source, _pieces_of_html(source))


def plain_text_of_line(source: str) -> PlainText:
    """Return the text of a field that holds no HTML."""
    return _normalised(source, _pieces_of_line(source))


def written_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML with its characters as they are written, for rules about how they are typed."""
    return _as_written(source, _pieces_of_html(source))


def written_text_of_line(source: str) -> PlainText:
    """Return the text of a field that holds no HTML, as it is written."""
    return _as_written(source, _pieces_of_line(source))


def _as_written(source: str, pieces: list[tuple[str, int, int]]) -> PlainText:
    text, places, ends = zip(*pieces, strict=True) if pieces else ((), (), ())
    return PlainText(source, "".join(text), places, ends)


def _pieces_of_line(source: str) -> list[tuple[str, int, int]]:
    return [(character, at, at + 1) for at, character in enumerate(source)]


def _pieces_of_html(source: str) -> list[tuple[str, int, int]]:
    """The characters of the text, each with its place and end in the source."""
    pieces: list[tuple[str, int, int]] = []
    at = 0
    while at < len(source):
        character = source[at]
        if character == "<" and (tag := _TAG.match(source, at)):
            if tag[2].lower() not in _INLINE:
                pieces.append(("\n", at, tag.end()))
            at = tag.end()
        elif character == "&" and (entity := _ENTITY.match(source, at)):
            pieces += [(each, at, entity.end()) for each in html.unescape(entity[0])]
            at = entity.end()
        else:
            pieces.append((character, at, at + 1))
            at += 1
    return pieces


def _normalised(source: str, pieces: list[tuple[str, int, int]]) -> PlainText:
    text: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    for piece, start, end in pieces:
        if unicodedata.category(piece) in ("Cf", "Cc", "Cs", "Mn") and piece not in "\n\t":
            continue
        for character in unicodedata.normalize("NFKC", piece):
            text.append(" " if character.isspace() and character != "\n" else character)
            places.append(start)
            ends.append(end)
    return PlainText(source, "".join(text), tuple(places), tuple(ends))
