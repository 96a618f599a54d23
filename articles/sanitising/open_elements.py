"""The elements that are open while HTML is read, with what they mean for the text inside. Every question is O(1)."""

from collections import defaultdict
from dataclasses import dataclass, field

from .style_sheets import NO_CONTEXT, Context
from .tokens import HtmlToken
from .unseen import PLAIN_INK, Ink

HEADING_NAMES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TABLE_PARTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
FOREIGN_HTML = "foreignObject"  # of a drawing: no tag has this name, since names of tags are in lower case
# Tags that begin and end paragraphs.
BLOCKS = (
    HEADING_NAMES
    | _TABLE_PARTS
    | {"p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center", "details"}
    | {"summary", "dialog", "form", "fieldset", "legend", "dl", "dt", "dd", "pre", "html", "head", "body", "blockquote"}
    | {"ul", "ol", "menu", "dir", "li", "figure", "figcaption", "listing", "xmp", FOREIGN_HTML}
)
VOID = frozenset({"br", "img", "hr", "embed", "input", "wbr", "col", "meta", "link", "source", "param", "base", "area"})
# Blocks after which a list of Word continues: wrappers and, until they turn out to have text, paragraphs.
TRANSPARENT = frozenset({"p", "div", "section", "article", "html", "head", "body"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
CELLS = frozenset({"td", "th"})
_READINGS = frozenset({"rt", "rp"})  # of the characters of a <ruby>
_ROW_GROUPS = ("thead", "tbody", "tfoot")
# What a start tag ends, and the boundary beyond which it does not.
_IMPLIED_ENDS = {
    "li": ("li", "list"),
    "td": ("cell", "table"),
    "th": ("cell", "table"),
    "tr": ("tr", "table"),
    "dt": ("dt", "cell"),
    "dd": ("dd", "cell"),
    **dict.fromkeys(("rt", "rp", "rb"), ("reading", "ruby")),
}


@dataclass(slots=True)
class HiddenPart:
    """A part of the text that readers of the original do not see; `reason` is counted once there is text in it."""

    reason: str


@dataclass(slots=True)
class OpenElement:
    """An element; `ends` are written when it ends, and replace its end tag if it `is_replaced`."""

    name: str
    hidden: HiddenPart | None = None
    is_invisible: bool = False
    ink: Ink = PLAIN_INK
    keeps_lines: bool = False
    symbol_font: str = ""
    alignment: str = ""
    is_marker: bool = False
    is_silent: bool = False  # neither its tags nor its text are written
    in_list_paragraph: bool = False
    context: Context = NO_CONTEXT  # for the selectors of style sheets
    is_replaced: bool = False
    background: str = ""  # the address of a background picture
    shown_before: int = 0  # texts and pictures before it
    ends: list[HtmlToken] = field(default_factory=list)

    def hidden_part(self, *, shows_white: bool) -> HiddenPart | None:
        """Return the hidden part that text in the element belongs to, or None for visible text."""
        if self.hidden or not (self.is_invisible or self.ink != PLAIN_INK):
            return self.hidden
        if self.is_invisible or self.ink.is_tiny or self.ink.is_blacked_out:
            return HiddenPart("hidden")
        is_lost = self.ink.is_pale and not self.ink.has_ground and not shows_white
        return HiddenPart("white") if is_lost else None


class OpenElements:
    """The stack, with the places of each name and of each group of names in it."""

    def __init__(self) -> None:
        self._stack = [OpenElement("")]
        self._places: dict[str, list[int]] = defaultdict(list)

    @property
    def innermost(self) -> OpenElement:
        """The innermost open element; a nameless one if there is none."""
        return self._stack[-1]

    @property
    def depth(self) -> int:
        """The place of the element that is opened next."""
        return len(self._stack)

    def at(self, place: int) -> OpenElement:
        return self._stack[place]

    def is_inside(self, group: str) -> bool:
        """Return True inside an element of this name, or a "heading"."""
        return bool(self._places[group])

    def hide_rest_of_block(self, part: HiddenPart) -> None:
        """Hide what follows in the innermost element that begins and ends paragraphs."""
        if place := self._last("block"):
            for element in self._stack[place:]:
                element.hidden = part

    def push(self, element: OpenElement) -> None:
        for group in _groups(element.name):
            self._places[group].append(len(self._stack))
        self._stack.append(element)

    def pop(self, place: int) -> list[OpenElement]:
        """Close the elements from this place inwards; return them, innermost first."""
        closed = []
        while len(self._stack) > place:
            closed.append(self._stack.pop())
            for group in _groups(closed[-1].name):
                self._places[group].pop()
        return closed

    def place_of_end(self, name: str) -> int | None:
        """Return the place of the element that an end tag ends, or None if it ends nothing."""
        place = self._last(name)
        if name in _TABLE_PARTS:
            barrier = self._last("table") if name != "table" else 0
        elif name in BLOCKS:
            barrier = max(self._last("cell"), self._last("list") if name == "li" else 0)
        else:
            barrier = self._last("block")
        return place if place > self._last(FOREIGN_HTML) and place >= barrier else None

    def place_of_implied_end(self, name: str) -> int | None:
        """Return the place of the element that a start tag ends: a paragraph ends where the next one begins."""
        if name in _ROW_GROUPS:
            outside = max(self._last("table"), self._last(FOREIGN_HTML))
            inside = [place for part in ("tr", *_ROW_GROUPS) if (place := self._last(part)) > outside]
            return min(inside, default=None)
        group, boundary = _IMPLIED_ENDS.get(name, ("p" if name in BLOCKS else "", "cell"))
        place = self._last(group)
        return place if place > max(self._last(boundary), self._last(FOREIGN_HTML)) else None

    def _last(self, group: str) -> int:
        places = self._places.get(group)
        return places[-1] if places else 0


def _groups(name: str) -> list[str]:
    groups = [name]
    if name in BLOCKS:
        groups.append("block")
    if name in LISTS:
        groups.append("list")
    elif name in CELLS:
        groups.append("cell")
    elif name in HEADING_NAMES:
        groups.append("heading")
    elif name in _READINGS:
        groups.append("reading")
    return groups
