"""The text of a revision as tokens: words with their marks, pictures, and the ends of lines with their kinds."""

from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from ..comparing import WORD_PATTERN

MARKS = ("strong", "em", "u", "s", "sub", "sup", "cite")
LINES = ("p", "h2", "h3", "h4", "caption", "figcaption")
BOXES = ("blockquote", "ul", "ol", "table")
PICTURE = "picture"
CELL_END = "｜"


class TextToken(NamedTuple):
    """What is compared: a word or a single character, a picture, or the end of a line.

    `form`: the names of a word's marks with blanks between them; "picture" and its address; the kind of the line
    that ends, such as "p", "h2", "li", "row" or the name of a field. Only the end of a line has the text "\\n".
    """

    text: str
    form: str

    @property
    def ends_line(self) -> bool:
        return self.text == "\n"


TokenLine = tuple[TextToken, ...]  # ends with the token that ends it


def field_token_lines(lines: list[str], field: str) -> list[TokenLine]:
    """Lines of plain text in tokens; each is of the kind `field`."""
    end = TextToken("\n", field)
    return [(*(TextToken(word, "") for word in WORD_PATTERN.findall(line.replace("\n", " "))), end) for line in lines]


def picture_token_lines(pictures: Iterable[Mapping[str, Any]], field: str) -> list[TokenLine]:
    """Pictures of a content in tokens, a line each of the kind `field`: the picture, then its description and its
    credit as words, so that the picture is the same if only they differ.
    """
    lines = []
    for picture in pictures:
        shown = TextToken(_("[picture]"), f"{PICTURE} {picture_address(picture)}")
        (line,) = field_token_lines(
            ["".join(f" {picture[name]}" for name in ("alt", "credit") if picture[name])], field
        )
        lines.append((shown, *line))
    return lines


def picture_address(picture: Mapping[str, Any]) -> str:
    """The address that the body has of a picture of a content."""
    return f"{settings.MEDIA_URL}{picture['file']}"


def _picture_token(alt: str, address: str) -> TextToken:
    text = _("[picture: %(alt)s]") % {"alt": alt}
    return TextToken(text.replace("\n", " "), f"{PICTURE} {address}")


def body_token_lines(html: str) -> list[TokenLine]:
    """The lines of a sanitised body in tokens. A row of a table is one line, and each of its cells ends with a bar."""
    reader = _BodyReader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.lines


class _BodyReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[TokenLine] = []
        self.line: list[TextToken] = []  # the one that has begun
        self.open: list[str] = []
        self.hrefs: list[str] = []
        # One object for equal tokens: a long text has far fewer than characters.
        self.known: dict[tuple[str, str], TextToken] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in (*LINES, *BOXES, "li", "figure", "hr") and "tr" not in self.open:
            self.end_line()
        if tag == "img":
            self.line.append(_picture_token(facts.get("alt") or "", facts.get("src") or ""))
        elif tag == "hr":
            self.line.append(TextToken("———", ""))
            self.end_line("hr")
        elif tag == "br":
            self._break_line()
        elif tag == "a":
            self.hrefs.append(facts.get("href") or "")
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.hrefs:
            self._add_words(f"〔{self.hrefs.pop()}〕")
        elif tag in ("td", "th"):
            self.line.append(TextToken(CELL_END, ""))
        elif tag == "tr" or (tag in (*LINES, "li", "figure") and "tr" not in self.open):
            self.end_line()
        elif tag == "p":
            self._break_line()
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if data.strip() or self.line:
            self._add_words(data.replace("\n", " "))

    def _add_words(self, text: str) -> None:
        form = " ".join(mark for mark in MARKS if mark in self.open)
        for word in WORD_PATTERN.findall(text):
            key = (word, form)
            self.line.append(self.known.get(key) or self.known.setdefault(key, TextToken(word, form)))

    def _break_line(self) -> None:
        """A break within a paragraph; within a cell, whose row is one line, it is a blank."""
        if "tr" in self.open:
            self.line.append(TextToken(" ", ""))
        else:
            self.end_line("br")

    def end_line(self, kind: str = "") -> None:
        """End the line of the innermost open element, if it has begun."""
        if self.line:
            self.lines.append((*self.line, TextToken("\n", kind or self._kind())))
            self.line = []

    def _kind(self) -> str:
        if "tr" in self.open:
            return "row"
        innermost = next((tag for tag in reversed(self.open) if tag in (*LINES, *BOXES, "li")), "p")
        return innermost if innermost != "p" else "blockquote" if "blockquote" in self.open else "p"
