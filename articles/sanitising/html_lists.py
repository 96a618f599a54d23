"""The numberings of <ol>: an item whose number a plain list cannot show becomes a paragraph that begins with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from .numbering import list_style, written_number
from .styles import Style
from .tokens import HtmlToken


@dataclass
class HtmlList:
    """A list that is open; an <ol> begins with its first item that a plain list can show."""

    name: str
    style: str = ""
    number: int = 1  # of the next item
    begun: bool = True

    @classmethod
    def of(cls, token: HtmlToken, style: Style) -> "HtmlList":
        """Return the list that a start tag begins."""
        if token.value != "ol":
            return cls("ul")
        numbering = list_style(_numbering(style), token.attributes.get("type"))
        start = token.attributes.get("start", "").strip()
        return cls("ol", numbering, int(start) if start.isdecimal() and len(start) < 7 else 1, begun=False)

    def begin_item(self, token: HtmlToken, style: Style) -> tuple[list[HtmlToken], HtmlToken]:
        """Return the tokens before an item and the one that begins it: li, or p with the marker as its content."""
        numbering = list_style(_numbering(style) or self.style, token.attributes.get("type"))
        value = token.attributes.get("value", "").strip()
        number = int(value) if value.isdecimal() and len(value) < 7 else self.number
        is_plain = numbering == "decimal"
        before = [] if is_plain and number == self.number else list(self.end_list())
        self.number = number + 1
        if not is_plain:
            return before, HtmlToken("start", "p", token.attributes, content=written_number(numbering, number))
        if not self.begun:
            before.append(HtmlToken("start", "ol", {"start": str(number)} if number > 1 else {}))
            self.begun = True
        return before, HtmlToken("start", "li", token.attributes)

    def end_list(self) -> Iterator[HtmlToken]:
        """Yield the end tag, if the list has begun."""
        if self.begun:
            yield HtmlToken("end", self.name, {})
        self.begun = self.name == "ul"


def _numbering(style: Style) -> str:
    return style.get("list-style-type") or style.get("list-style") or ""
