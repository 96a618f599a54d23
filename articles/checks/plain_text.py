"""The text in which rules look for words: normalised, without tags, each character with its place in the source."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LINES = ("kicker", "title", "subtitle", "summary")  # fields of a revision's content that are a line of plain text

_MARK = re.compile(
    r"</?(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});)"
)
_INVISIBLE = ("Cf", "Cc", "Cs", "Mn")
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

    def written(self, start: int, end: int) -> str:
        """Return text[start:end], which is within a line, in the characters that are written in the source."""
        spans = dict.fromkeys(zip(self.places[start:end], self.ends[start:end], strict=True))
        pieces = (self.source[first:last] for first, last in spans)
        return "".join(html.unescape(piece) if len(piece) > 1 else piece for piece in pieces)

    def is_whole(self, start: int, end: int) -> bool:
        """Return True if text[start:end] neither begins nor ends within what one character of the source became."""
        parted = (at for at in (start, end) if 0 < at < len(self.text))
        return all(self.ends[at - 1] <= self.places[at] for at in parted)

    def with_replaced(self, spans: Iterable[tuple[int, int]], words: str) -> str:
        """Return the source with `words`, escaped if it is HTML, in these places of the text, which rise.

        Tags within a place stay, behind the words.
        """
        pieces, at = [], 0
        for start, end in spans:
            first, last = self.source_span(start, end)
            written = set(self.places[start:end])  # in a line, what looks like a tag is text
            tags = (
                mark[0]
                for mark in _MARK.finditer(self.source, first, last)
                if mark["tag"] and mark.start() not in written
            )
            pieces += [self.source[at:first], words, *tags]
            at = last
        return "".join([*pieces, self.source[at:]])


class _Normal(dict[int, str]):
    """What each character becomes, by code point, where that is one character; else _IRREGULAR.

    Filled as characters are met, so that whole runs of text are translated at the speed of C.
    """

    def __missing__(self, code: int) -> str:
        normal = _normalised(chr(code))
        self[code] = normal if len(normal) == 1 else _IRREGULAR
        return self[code]


_IRREGULAR = "\uffff"  # no character
_NORMAL = _Normal()


class _Collected:
    """The characters so far, normalised or as they are written, with their places."""

    def __init__(self, *, as_written: bool) -> None:
        self.as_written = as_written
        self.text: list[str] = []
        self.places: list[int] = []
        self.ends: list[int] = []

    def add_run(self, run: str, start: int) -> None:
        """Add characters that stand in the source from `start` on."""
        at = 0
        normal = run if self.as_written else run.translate(_NORMAL)
        while not self.as_written and (irregular := normal.find(_IRREGULAR, at)) >= 0:
            self._add_regular(normal[at:irregular], start + at)
            self.add_character(run[irregular], start + irregular, start + irregular + 1)
            at = irregular + 1
        self._add_regular(normal[at:], start + at)

    def add_character(self, character: str, start: int, end: int) -> None:
        """Add what a character becomes that stands at source[start:end]: one, several or none."""
        normal = character if self.as_written else _normalised(character)
        self.text.append(normal)
        self.places += [start] * len(normal)
        self.ends += [end] * len(normal)

    def plain(self, source: str) -> PlainText:
        """Return what was collected of this source."""
        return PlainText(source, "".join(self.text), tuple(self.places), tuple(self.ends))

    def _add_regular(self, run: str, start: int) -> None:
        self.text.append(run)
        self.places += range(start, start + len(run))
        self.ends += range(start + 1, start + 1 + len(run))


def plain_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML."""
    return _text_of_html(source, as_written=False)


def plain_text_of_line(source: str) -> PlainText:
    """Return the text of a field that holds no HTML."""
    return _text_of_line(source, as_written=False)


def written_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML with its characters as they are written, for rules about how they are typed."""
    return _text_of_html(source, as_written=True)


def written_text_of_line(source: str) -> PlainText:
    """Return the text of a field that holds no HTML, as it is written."""
    return _text_of_line(source, as_written=True)


def _text_of_line(source: str, *, as_written: bool) -> PlainText:
    collected = _Collected(as_written=as_written)
    collected.add_run(source, 0)
    return collected.plain(source)


def _text_of_html(source: str, *, as_written: bool) -> PlainText:
    collected = _Collected(as_written=as_written)
    at = 0
    for mark in _MARK.finditer(source):
        start, end = mark.span()
        collected.add_run(source[at:start], at)
        if mark["entity"]:
            for character in html.unescape(mark["entity"]):
                collected.add_character(character, start, end)
        elif mark["tag"].lower() not in _INLINE:
            collected.add_character("\n", start, end)
        at = end
    collected.add_run(source[at:], at)
    return collected.plain(source)


def _normalised(character: str) -> str:
    """Return what a character becomes: '' for invisible ones, a space for all kinds of space."""
    if unicodedata.category(character) in _INVISIBLE and character not in "\n\t":
        return ""
    normal = unicodedata.normalize("NFKC", character)
    return "".join(" " if each.isspace() and each != "\n" else each for each in normal)


def fields_of_content(content: Mapping[str, Any]) -> Iterator[tuple[str, PlainText, PlainText]]:
    """Yield each field with its normalised and its written text."""
    lines = [(name, content[name]) for name in LINES]
    for name, line in lines:
        yield name, plain_text_of_line(line), written_text_of_line(line)
    yield "body", plain_text_of_html(content["body"]), written_text_of_html(content["body"])
    lines = [("alt", picture["alt"]) for picture in content["pictures"]]
    lines += [("attachment", attachment["name"]) for attachment in content["attachments"]]
    lines.append(("credits", ""))
    for name, line in lines:
        yield name, plain_text_of_line(line), written_text_of_line(line)
