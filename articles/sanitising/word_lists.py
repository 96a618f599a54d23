"""Word's and WPS's lists: paragraphs with a level and a marker, which become lists where lists can show the marker."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .numbering import is_bullet, marker_text, plain_number
from .styles import Style
from .tokens import HtmlToken

_LEVEL = re.compile(r"\bl[0-9]+ level([0-9])")


@dataclass
class ListParagraph:
    """A paragraph of a list while its marker is read, and the tags that begin it once it has text."""

    start: HtmlToken
    level: int
    marker: str = ""
    is_symbol: bool = False  # a picture, or a letter of a symbol font
    marks: list[HtmlToken] = field(default_factory=list)


def list_level(style: Style) -> int | None:
    """Return the level (from 1) of a paragraph in one of Word's lists, or None."""
    found = _LEVEL.search(style.get("mso-list", ""))
    return int(found[1]) if found else None


def is_list_marker(style: Style) -> bool:
    """Return True for the element in which Word writes the marker."""
    return style.get("mso-list", "") == "ignore"


class WordLists:
    """The lists that are open, from the outermost: level, ul or ol, and the number that the next item would have."""

    def __init__(self) -> None:
        self.open: list[tuple[int, str, int]] = []

    def begin_paragraph(self, paragraph: ListParagraph) -> Iterator[HtmlToken]:
        """Yield the tokens before the text of a paragraph: those of an item, or its own start tag and its marker."""
        marker = " ".join(paragraph.marker.split())
        number = plain_number(marker)
        bullet = is_bullet(marker) or paragraph.is_symbol
        if paragraph.start.value in ("p", "div", "li") and (bullet or number is not None):
            yield from self._begin_item(paragraph.level, "ul" if bullet else "ol", 0 if bullet else number or 0)
            yield from paragraph.marks
        else:
            yield from self.close_lists()
            yield paragraph.start
            yield from paragraph.marks
            if marker and not bullet:
                yield HtmlToken("text", marker_text(marker), {})

    def _begin_item(self, level: int, name: str, number: int) -> Iterator[HtmlToken]:
        while self.open and self.open[-1][0] > level:
            yield self._close_list()
        if self.open and self.open[-1][0] == level and self.open[-1][1:] != (name, number):
            yield self._close_list()
        if not self.open or self.open[-1][0] < level:
            yield HtmlToken("start", name, {"start": str(number)} if number > 1 else {})
            self.open.append((level, name, number))
        self.open[-1] = (level, name, number + (name == "ol"))
        yield HtmlToken("start", "li", {})

    def close_lists(self) -> Iterator[HtmlToken]:
        """Yield the end tags of the open lists."""
        while self.open:
            yield self._close_list()

    def _close_list(self) -> HtmlToken:
        return HtmlToken("end", self.open.pop()[1], {})
