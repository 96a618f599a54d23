"""Builds a body of paragraphs, lists, tables and figures from tokens, whatever their order.

Every element becomes a mark, a line, a box or nothing; a <div> or a <section> only begins and ends a paragraph. So a
hundred thousand nested <b> or <div> are no deeper than one, and there is no input that has no reading.
"""

import html as entities
import re
from collections import Counter

from . import addresses
from .nodes import BOXES, BREAK, CELLS, HEADINGS, LISTS, MARKS, REMOVED_PICTURE, ROW_GROUPS, TABLE, BlockBox, TextLine
from .removed import STYLING_ATTRIBUTES, TOLD_AS
from .text import SPACES, plain_text, unwrap_lines, visible_text
from .tokens import HtmlToken

_RENAMED = {"b": "strong", "i": "em", "strike": "s", "del": "s", "menu": "ul", "dir": "ul"}
_RENAMED |= {"h1": "h2", "h5": "h4", "h6": "h4"}
# Only begin and end a paragraph.
_PARAGRAPHS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center", "details"}
    | {"summary", "dialog", "form", "fieldset", "legend", "dl", "dt", "dd", "pre", "option", "html", "head", "body"}
)
_CAPTIONED = {"caption": "table", "figcaption": "figure"}
# What text needs around it where it cannot stand by itself.
_IMPLIED = {"ul": "li", "ol": "li", "table": "tbody", "thead": "tr", "tbody": "tr", "tfoot": "tr", "tr": "td"}
# The nearest of these is where such a box goes; without one it is only a paragraph.
_HOMES = (
    {"li": LISTS, "tr": ROW_GROUPS | {"table"}}
    | dict.fromkeys(ROW_GROUPS, frozenset({"table"}))
    | dict.fromkeys(CELLS, ROW_GROUPS | {"table", "tr"})
)
# In a home such as these, it needs what is implied in between.
_TOO_WIDE = {"tr": frozenset({"table"})} | dict.fromkeys(CELLS, ROW_GROUPS | {"table"})

# Boxes, or marks, inside one another; what lies deeper is put beside. Ten lists in a list need twenty.
_DEEPEST_BOX = 50
_DEEPEST_MARK = 20
_LARGEST_SPAN = 100  # rows or columns
_LARGEST_PICTURE = 20_000  # pixels

# Google Docs wraps whole texts in a <b> that is not bold; Word's mso-bidi-font-weight is about other scripts than ours.
_NOT_BOLD = re.compile(r"(?:^|;)\s*font-weight\s*:\s*(?:normal|400)", re.I)


class BodyBuilder:
    """The body built so far; `take` it tokens, then read `root`. Counts in `told` what it leaves out."""

    def __init__(self, told: Counter[str]) -> None:
        self.root = BlockBox("body")
        self.told = told
        self.open = [self.root]
        self.marks: list[tuple[str, str | None]] = []  # the mark's name, and how to write it, if at all
        self.line: TextLine | None = None

    def take(self, token: HtmlToken) -> None:
        """Adds one token."""
        name = _RENAMED.get(token.value, token.value)
        if token.kind == "text":
            self._text(visible_text(unwrap_lines(token.value)))
        elif token.kind == "start":
            self._tell(name, token.attributes)
            self._start(name, token.attributes)
        else:
            self._end(name)

    def _tell(self, name: str, attributes: dict[str, str]) -> None:
        if name in TOLD_AS:
            self.told[TOLD_AS[name]] += 1
        self.told["styling"] += any(attributes[styling].strip() for styling in STYLING_ATTRIBUTES & attributes.keys())
        self.told["script"] += sum(attribute.startswith("on") for attribute in attributes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in MARKS:
            self._mark(name, attributes)
        elif name == "br":
            self._break()
        elif name == "img":
            self._picture(attributes)
        elif name in _PARAGRAPHS or (name in HEADINGS and self.line and self.line.name in _CAPTIONED):
            self._paragraph()
            if name == "p" and self.open[-1].name not in _IMPLIED:
                self._current_line()
        elif name in HEADINGS:
            self.line = TextLine(name)
            self._flow().children.append(self.line)
        elif name in _CAPTIONED:
            self._caption(name)
        elif name == "hr":
            self.line = None
            self._flow().children.append(BlockBox("hr"))
        elif name in BOXES:
            self._box(name, attributes)

    def _end(self, name: str) -> None:
        if name in MARKS:
            self._unmark(name)
        elif name == "br":  # browsers read </br> as <br>
            self._break()
        elif name in _PARAGRAPHS:
            self._paragraph()
        elif name in HEADINGS or name in _CAPTIONED:
            if self.line and (self.line.name == name or {self.line.name, name} <= HEADINGS):
                self.line = None
            else:
                self._paragraph()
        elif name in BOXES:
            self._paragraph()
            self._close(self._nearest({name}, LISTS | CELLS if name == "li" else CELLS))

    # --- What stands in a line ---------------------------------------------------------------------------------

    def _text(self, text: str) -> None:
        between_boxes = SPACES if self.open[-1].name in _IMPLIED else " "
        if self.line or text.strip(between_boxes):
            self._run(entities.escape(text, quote=False))

    def _break(self) -> None:
        if self.line or self.open[-1].name not in _IMPLIED:
            self._run(BREAK)

    def _picture(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "")
        address = addresses.library_picture(source)
        if address:
            alt = entities.escape(plain_text(attributes.get("alt", "")))
            sizes = {name: _positive_attribute(attributes, name) for name in ("width", "height")}
            written = "".join(
                _written_attribute(name, size) for name, size in sizes.items() if size <= _LARGEST_PICTURE
            )
            self._run(f'<img src="{address}" alt="{alt}"{written}>')
            return
        original = attributes.get("data-src") or source  # WeChat loads its pictures late, from there
        kind = "local picture" if addresses.is_on_a_computer(original) else "foreign picture"
        self.told[kind] += bool(original.strip())
        if self.line:
            self._run(REMOVED_PICTURE)

    def _run(self, piece: str) -> None:
        marks = dict.fromkeys(written for _, written in self.marks if written)
        self._current_line().runs.append((tuple(marks), piece))

    def _mark(self, name: str, attributes: dict[str, str]) -> None:
        if name == "a":  # a link cannot be inside a link
            self._unmark("a")
        if len(self.marks) >= _DEEPEST_MARK:
            return
        written: str | None = name
        if name == "a":
            written = self._link(attributes.get("href", "").strip())
        elif name == "strong" and _NOT_BOLD.search(attributes.get("style", "")):
            written = None
        self.marks.append((name, written))

    def _unmark(self, name: str) -> None:
        for place in reversed(range(len(self.marks))):
            if self.marks[place][0] == name:
                del self.marks[place]
                return

    def _link(self, href: str) -> str | None:
        if not href or href.startswith("#"):
            self.told["link within"] += bool(href)
            return None
        address = addresses.safe_link(href)
        if address is None:
            self.told["unsafe link"] += 1
            return None
        rel = ' rel="noopener"' if addresses.is_external_link(address) else ""
        return f'a href="{entities.escape(address)}"{rel}'

    # --- Lines and boxes ---------------------------------------------------------------------------------------

    def _paragraph(self) -> None:
        """Begins or ends a paragraph; within a heading or a caption, that is a break."""
        if self.line and self.line.name != "p":
            self._run(BREAK)
        else:
            self.line = None

    def _current_line(self) -> TextLine:
        if self.line is None:
            place = self._flow()
            self.line = TextLine("p")
            place.children.append(self.line)
        return self.line

    def _caption(self, name: str) -> None:
        place = self._nearest({_CAPTIONED[name]}, CELLS)
        if place is None:
            self._paragraph()
            return
        self._close(place + 1)
        earlier = [line for line in self.open[-1].children if isinstance(line, TextLine) and line.name == name]
        if earlier:
            self.line = earlier[0]
            self._run(BREAK)
        else:
            self.line = TextLine(name)
            self.open[-1].children.append(self.line)

    def _box(self, name: str, attributes: dict[str, str]) -> None:
        self.line = None
        if len(self.open) >= _DEEPEST_BOX:
            return
        if name in _HOMES:
            place = self._nearest(_HOMES[name], CELLS)
            if place is None:
                return
            self._close(place + 1)
            while self.open[-1].name in _TOO_WIDE.get(name, ()):
                self._open(BlockBox(_IMPLIED[self.open[-1].name]))
        elif name in LISTS and self.open[-1].name in LISTS and self.open[-1].children:
            self._reopen_item()
        else:
            self._flow()
        self._open(BlockBox(name, _parsed_attributes(name, attributes)))

    def _open(self, box: BlockBox) -> None:
        box.marks = len(self.marks)
        self.open[-1].children.append(box)
        self.open.append(box)

    def _reopen_item(self) -> None:
        """Word and Google Docs put a nested list beside its item, not in it."""
        item = self.open[-1].children.pop()
        if isinstance(item, BlockBox):  # always: a list holds items alone
            self._open(item)

    def _flow(self) -> BlockBox:
        """The box that the next line or box goes into."""
        while self.open[-1].name in _IMPLIED:
            self._open(BlockBox(_IMPLIED[self.open[-1].name]))
        return self.open[-1]

    def _nearest(self, names: set[str] | frozenset[str], inside: frozenset[str]) -> int | None:
        """How deep the innermost open box of one of these names is; parts of tables apart, not across `inside`."""
        for place in reversed(range(1, len(self.open))):
            if self.open[place].name in names:
                return place
            if self.open[place].name in inside and not names & TABLE:
                return None
        return None

    def _close(self, place: int | None) -> None:
        """Ends the line and every box from `place` inwards; nothing for None."""
        if place is None:
            return
        self.line = None
        while len(self.open) > place:
            del self.marks[self.open.pop().marks :]


def _parsed_attributes(name: str, attributes: dict[str, str]) -> str:
    if name == "ol":
        return _written_attribute("start", _positive_attribute(attributes, "start"))
    if name not in CELLS:
        return ""
    scope = attributes.get("scope", "").strip().lower()
    written = f' scope="{scope}"' if name == "th" and scope in ("row", "col", "rowgroup", "colgroup") else ""
    for span in ("colspan", "rowspan"):
        written += _written_attribute(span, min(_positive_attribute(attributes, span), _LARGEST_SPAN))
    return written


def _positive_attribute(attributes: dict[str, str], name: str) -> int:
    """A positive number of up to six digits; 0 when it is anything else."""
    value = attributes.get(name, "").strip()
    return int(value) if re.fullmatch("[0-9]{1,6}", value) else 0


def _written_attribute(name: str, number: int) -> str:
    return f' {name}="{number}"' if number else ""
