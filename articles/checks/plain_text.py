"""The text in which rules look for words: normalised, without tags, each character with its place in the source."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

# Fields of a revision's content that are a line of plain text.
LINES = ("kicker", "title", "subtitle", "short_title", "summary")

_MARK = re.compile(
    r"</?(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});)"
)
_INVISIBLE = ("Cf", "Cc", "Cs", "Mn")
# Tags inside a line: words continue across them. All others separate words.
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
    """`text` is what rules read; `places[n]` is where its character n begins in the source, `ends[n]` where it ends.

    The places are computed on demand: in most texts nothing is found. Compatibility characters are
    ordinary ones (NFKC: full-width digits, ligatures), invisible ones and tags inside words are left out, and a new
    block or a line break is a line end. In a written text characters are as they are.
    """

    source: str
    text: str
    is_html: bool
    as_written: bool

    @property
    def places(self) -> tuple[int, ...]:
        """The place in the source of each character of the text."""
        return self._places_and_ends[0]

    @property
    def ends(self) -> tuple[int, ...]:
        """Where each character of the text ends in the source."""
        return self._places_and_ends[1]

    @cached_property
    def _places_and_ends(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return _places_and_ends(self.source, is_html=self.is_html, as_written=self.as_written)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of text[start:end] in the source. `end` is greater than `start`."""
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

        Tags within a place are kept, after the words.
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


_EMPTY = PlainText("", "", is_html=False, as_written=True)
# All but characters that stay as they are
_MAY_CHANGE = re.compile("[^\n -~\u4e00-\u9fff“”‘’、。《》【】—·]")
_FEW = 30  # different characters that are replaced one after the other


def plain_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML."""
    return _text_of_html(source, as_written=False)


def plain_text_of_line(source: str) -> PlainText:
    """Return the text of a field without HTML."""
    return _text_of_line(source, as_written=False)


def written_text_of_html(source: str) -> PlainText:
    """Return the text of sanitised HTML with its characters as they are written, for rules about how they are typed."""
    return _text_of_html(source, as_written=True)


def written_text_of_line(source: str) -> PlainText:
    """Return the text of a field without HTML, unnormalised."""
    return _text_of_line(source, as_written=True)


def _text_of_line(source: str, *, as_written: bool) -> PlainText:
    return PlainText(source, source if as_written else _normalised_run(source), is_html=False, as_written=as_written)


def _text_of_html(source: str, *, as_written: bool) -> PlainText:
    written = _MARK.sub(_text_of_mark, source)
    return PlainText(source, written if as_written else _normalised_run(written), is_html=True, as_written=as_written)


def _text_of_mark(mark: re.Match[str]) -> str:
    """Return what a tag or an entity is in the written text."""
    if mark["entity"]:
        return html.unescape(mark["entity"])
    return "" if mark["tag"].lower() in _INLINE else "\n"


def _places_and_ends(source: str, *, is_html: bool, as_written: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where each character of the text of a source begins there, and where it ends."""
    places: list[int] = []
    ends: list[int] = []
    at = 0
    for mark in _MARK.finditer(source) if is_html else ():
        _add_run(source[at : mark.start()], at, as_written, places, ends)
        text = _text_of_mark(mark)
        count = len(text if as_written else _normalised_run(text))
        places += [mark.start()] * count
        ends += [mark.end()] * count
        at = mark.end()
    _add_run(source[at:], at, as_written, places, ends)
    return tuple(places), tuple(ends)


def _add_run(run: str, start: int, as_written: bool, places: list[int], ends: list[int]) -> None:
    """Add the places of untagged characters that begin at `start` in the source."""
    if as_written or all(len(_normalised(each)) == 1 for each in _changing_characters(run)):
        places += range(start, start + len(run))
        ends += range(start + 1, start + 1 + len(run))
        return
    for at, character in enumerate(run, start):
        count = len(_normalised(character))
        places += [at] * count
        ends += [at + 1] * count


def _changing_characters(run: str) -> set[str]:
    """Return the characters that may become others; most of a text stays as it is."""
    return set(_MAY_CHANGE.findall(run))


def _normalised_run(run: str) -> str:
    """Return what characters become, each by itself."""
    changed = {character: _normalised(character) for character in _changing_characters(run)}
    if len(changed) > _FEW or not changed.keys().isdisjoint("".join(changed.values())):
        return "".join(changed.get(character, character) for character in run)
    for character, normal in changed.items():
        run = run.replace(character, normal)
    return run


@lru_cache(maxsize=20_000)
def _normalised(character: str) -> str:
    """Return what a character becomes: '' for invisible ones, a space for all kinds of space."""
    if unicodedata.category(character) in _INVISIBLE and character not in "\n\t":
        return ""
    normal = unicodedata.normalize("NFKC", character)
    return "".join(" " if each.isspace() and each != "\n" else each for each in normal)


def fields_of_content(content: Mapping[str, Any]) -> Iterator[tuple[str, PlainText, PlainText]]:
    """Yield each field with its normalised and its written text."""
    for name, source in _sources_of_content(content):
        if not source:
            yield name, _EMPTY, _EMPTY
            continue
        is_html = name == "body"
        written = written_text_of_html(source) if is_html else written_text_of_line(source)
        yield name, PlainText(source, _normalised_run(written.text), is_html=is_html, as_written=False), written


def _sources_of_content(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, content.get(name, "")) for name in LINES)
    yield "body", content["body"]
    yield from (("alt", picture["alt"]) for picture in content["pictures"])
    yield from (("attachment", attachment["name"]) for attachment in content["attachments"])
    yield "credits", ""
    yield "ai_use", ""
