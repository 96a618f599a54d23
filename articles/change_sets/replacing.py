"""Replacing words in the texts of an article: where they occur, across tags inside words, and the resulting texts.

Pure functions of a revision's content. Words are found in the normalised text that rules read (checks/plain_text.py).
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..checks.plain_text import PlainText, plain_text_of_html, plain_text_of_line
from ..refusals import Sentence

# Where words are replaced; captions are in the body, descriptions in its pictures.
LINES = ("kicker", "title", "subtitle", "short_title", "summary")
REPLACED_TEXTS: dict[str, Sentence] = {
    "kicker": _("kicker"),
    "title": _("title"),
    "subtitle": _("subtitle"),
    "short_title": _("short title"),
    "summary": _("summary"),
    "body": _("body"),
    "captions": _("captions of pictures"),
    "alts": _("descriptions of pictures"),
}
CONTEXT = 30  # characters shown on either side of a match
_CAPTION = re.compile(r"<figcaption\b.*?</figcaption>", re.S)
_ALT = re.compile(r'(<img\b[^>]*?\salt=")([^"]*)')


@dataclass(frozen=True)
class FoundWords:
    """An occurrence of the words: the text (a key of REPLACED_TEXTS), the words, and what surrounds them."""

    text: str
    before: str
    words: str
    after: str

    @property
    def text_name(self) -> Sentence:
        """The display name of the text."""
        return REPLACED_TEXTS[self.text]


@dataclass(frozen=True)
class Replacement:
    """`words` become `replacement` in these `texts`, but not where they are part of one of the `longer` words.

    All are normalised as texts are when rules read them, but for the replacement, which is put in as it is.
    """

    words: str
    replacement: str
    texts: tuple[str, ...] = tuple(REPLACED_TEXTS)
    longer: tuple[str, ...] = ()

    @classmethod
    def of_typed(cls, words: str, replacement: str, texts: tuple[str, ...], longer: str) -> "Replacement":
        """Return what a form says: `longer` has one word a line."""
        lines = (plain_text_of_line(line).text.strip() for line in longer.splitlines())
        return cls(plain_text_of_line(words).text.strip(), replacement, texts, tuple(filter(None, lines)))

    def find_words(self, content: Mapping[str, Any]) -> list[FoundWords]:
        """Return every place where words would be replaced, in reading order."""
        return [
            _found_words(text, plain, span) for text, plain, spans in self._places(content) for span in sorted(spans)
        ]

    def changed_texts(self, content: Mapping[str, Any]) -> dict[str, str]:
        """Return the new values of the fields in which words are replaced, by their names."""
        changed = {}
        for name in LINES:
            plain = plain_text_of_line(content[name])
            if name in self.texts and (spans := self.spans_in(plain)):
                changed[name] = plain.with_replaced(spans, self.replacement)
        if (body := self._changed_body(content["body"])) != content["body"]:
            changed["body"] = body
        return changed

    def spans_in(self, plain: PlainText) -> list[tuple[int, int]]:
        """Return where the words occur in a text, as [start, end), except inside the longer words."""
        if not self.words:
            return []
        taken = [span for word in self.longer if self.words in word for span in _occurrences(plain.text, word)]
        return [
            (start, end)
            for start, end in _occurrences(plain.text, self.words)
            if plain.is_whole(start, end) and not any(first <= start and end <= last for first, last in taken)
        ]

    def _changed_body(self, body: str) -> str:
        plain = plain_text_of_html(body)
        wanted = self._spans_of_body(plain)
        spans = [*wanted.get("body", []), *wanted.get("captions", [])]
        changed = plain.with_replaced(sorted(spans), html.escape(self.replacement, quote=False))
        return _ALT.sub(self._changed_alt, changed) if "alts" in self.texts else changed

    def _changed_alt(self, found: re.Match[str]) -> str:
        plain = plain_text_of_line(html.unescape(found[2]))
        spans = self.spans_in(plain)
        return found[1] + html.escape(plain.with_replaced(spans, self.replacement)) if spans else found[0]

    def _places(self, content: Mapping[str, Any]) -> Iterator[tuple[str, PlainText, list[tuple[int, int]]]]:
        for name in LINES:
            if name in self.texts:
                plain = plain_text_of_line(content[name])
                yield name, plain, self.spans_in(plain)
        body = plain_text_of_html(content["body"])
        for name, spans in self._spans_of_body(body).items():
            yield name, body, spans
        if "alts" in self.texts:
            for found in _ALT.finditer(content["body"]):
                plain = plain_text_of_line(html.unescape(found[2]))
                yield "alts", plain, self.spans_in(plain)

    def _spans_of_body(self, plain: PlainText) -> dict[str, list[tuple[int, int]]]:
        """The places in the body and in its captions, where those are chosen."""
        captions = [found.span() for found in _CAPTION.finditer(plain.source)]
        found: dict[str, list[tuple[int, int]]] = {name: [] for name in ("body", "captions") if name in self.texts}
        for span in self.spans_in(plain) if found else ():
            at = plain.places[span[0]]
            name = "captions" if any(start <= at < end for start, end in captions) else "body"
            if name in found:
                found[name].append(span)
        return found


def _occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    """The occurrences of a word, left to right, without overlaps, as in `str.replace`."""
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _found_words(name: str, plain: PlainText, span: tuple[int, int]) -> FoundWords:
    """The place with what surrounds it in its line, in the characters that are written there."""
    start, end = span
    first = max(start - CONTEXT, plain.text.rfind("\n", 0, start) + 1)
    line_end = plain.text.find("\n", end)
    last = min(end + CONTEXT, line_end if line_end >= 0 else len(plain.text))
    return FoundWords(name, plain.written(first, start), plain.written(start, end), plain.written(end, last))
