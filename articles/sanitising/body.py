"""Builds a body of paragraphs, lists, tables and figures from tokens in any order.

Every element becomes a mark, a line, a box or nothing; a <div> or a <section> only begins and ends a paragraph. So a
hundred thousand nested <b> or <div> are no deeper than one, and no input is invalid.
"""

import html as entities
import re
from collections import Counter

from . import addresses
from .attributes import box_attributes, written_picture
from .held import HeldPicture
from .nodes import BOXES, BREAK, CELLS, HEADINGS, LISTS, MARKS, REMOVED_PICTURE, ROW_GROUPS, TABLE, BlockBox, TextLine
from .open_elements import FOREIGN_HTML
from .picture_tags import emoji_text, is_placeholder, picture_address
from .removed import REPORTED_AS, STYLING_ATTRIBUTES
from .text import SPACES, unwrap_lines, visible_text
from .tokens import HtmlToken

_RENAMED = {"b": "strong", "i": "em", "strike": "s", "menu": "ul", "dir": "ul"}
# Only begin and end a paragraph.
_PARAGRAPHS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center", "details"}
    | {"summary", "dialog", "form", "fieldset", "legend", "dl", "dt", "dd", "pre", "option", "html", "head", "body"}
)
_CAPTIONED = {"caption": "table", "figcaption": "figure"}
# The child that text or another box needs in a box that cannot contain it directly.
_IMPLIED = {"ul": "li", "ol": "li", "table": "tbody", "thead": "tr", "tbody": "tr", "tfoot": "tr", "tr": "td"}
# The possible parents of a box: it goes into the nearest open one; without one it only begins a paragraph.
_PARENTS = (
    {"li": LISTS, "tr": ROW_GROUPS | {"table"}}
    | dict.fromkeys(ROW_GROUPS, frozenset({"table"}))
    | dict.fromkeys(CELLS, ROW_GROUPS | {"table", "tr"})
)
# In these parents, the box needs the implied child in between.
_NEEDS_IMPLIED = {"tr": frozenset({"table"})} | dict.fromkeys(CELLS, ROW_GROUPS | {"table"})

# Nesting limits; deeper boxes become siblings, deeper marks are dropped. Ten nested lists need twenty boxes.
_MAX_BOX_DEPTH = 50
_MAX_MARK_DEPTH = 20

# Google Docs wraps whole texts in a <b> that is not bold; Word's mso-bidi-font-weight concerns right-to-left scripts.
_NOT_BOLD = re.compile(r"(?:^|;)\s*font-weight\s*:\s*(?:normal|400)", re.I)


class BodyBuilder:
    """Builds the tree `root` from the tokens passed to `add_token`, and counts in `removed` what it drops.

    Pictures that are not in the library are left out too, or, with `held`, are added to it and get a held place each.
    `first` is the number of the first.
    """

    def __init__(self, removed: Counter[str], held: list[HeldPicture] | None = None, *, first: int = 1) -> None:
        self.root = BlockBox("body")
        self.removed = removed
        self.held = held
        self.first = first
        self.alignment = ""
        self.open = [self.root]
        self.marks: list[tuple[str, str | None]] = []  # name, and how to write it; None if it is not written
        self.line: TextLine | None = None
        self.around: list[tuple[int, list[tuple[str, str | None]], TextLine | None]] = []  # the HTML of drawings

    def add_token(self, token: HtmlToken) -> None:
        """Add the next token to the tree."""
        name = _RENAMED.get(token.value, token.value)
        self.alignment = token.alignment
        if token.kind == "text":
            self._add_text(visible_text(unwrap_lines(token.value)))
        elif token.kind == "start":
            self._count_removed(name, token.attributes)
            self._start_tag(name, token.attributes)
        else:
            self._end_tag(name)

    def _count_removed(self, name: str, attributes: dict[str, str]) -> None:
        if name in REPORTED_AS:
            self.removed[REPORTED_AS[name]] += 1
        if not attributes:
            return
        self.removed["styling"] += any(
            attributes[styling].strip() for styling in STYLING_ATTRIBUTES & attributes.keys()
        )
        self.removed["script"] += sum(attribute.startswith("on") for attribute in attributes)

    def _start_tag(self, name: str, attributes: dict[str, str]) -> None:
        if name in MARKS:
            self._open_mark(name, attributes)
        elif name == FOREIGN_HTML:
            self._split_paragraph()
            self.around.append((len(self.open), self.marks[:], self.line))
        elif name == "br":
            self._add_break()
        elif name == "img":
            self._add_picture(attributes)
        elif name in _PARAGRAPHS or (name in HEADINGS and self.line and self.line.name in _CAPTIONED):
            self._split_paragraph()
            if name == "p" and self.open[-1].name not in _IMPLIED:
                self._current_line()
        elif name in HEADINGS:
            self.line = TextLine(name)
            self._flow_box().children.append(self.line)
        elif name in _CAPTIONED:
            self._open_caption(name)
        elif name == "hr":
            self.line = None
            self._flow_box().children.append(BlockBox("hr"))
        elif name in BOXES:
            self._open_box(name, attributes)

    def _end_tag(self, name: str) -> None:
        if name in MARKS:
            self._close_mark(name)
        elif name == FOREIGN_HTML:
            depth, marks, line = self.around.pop()
            self._close_boxes(depth)
            self.marks, self.line = marks, line
            self._split_paragraph()
        elif name == "br":  # browsers read </br> as <br>
            self._add_break()
        elif name in _PARAGRAPHS:
            self._split_paragraph()
        elif name in HEADINGS or name in _CAPTIONED:
            if self.line and (self.line.name == name or {self.line.name, name} <= HEADINGS):
                self.line = None
            else:
                self._split_paragraph()
        elif name in BOXES:
            self._split_paragraph()
            self._close_boxes(self._nearest_box({name}, LISTS | CELLS if name == "li" else CELLS))

    # --- Content of a line ---------------------------------------------------------------------------------

    def _add_text(self, text: str) -> None:
        between_boxes = SPACES if self.open[-1].name in _IMPLIED else " "
        if self.line or text.strip(between_boxes):
            self._add_run(entities.escape(text, quote=False))

    def _add_break(self) -> None:
        if self.line or self.open[-1].name not in _IMPLIED:
            self._add_run(BREAK)

    def _add_picture(self, attributes: dict[str, str]) -> None:
        original = picture_address(attributes)
        address = addresses.library_picture(original)
        if address:
            self._add_run(written_picture(address, attributes))
            return
        if emoji := emoji_text(attributes):
            self._add_text(visible_text(emoji))
            return
        link = next((written for name, written in self.marks if name == "a"), None)
        if not original or is_placeholder(original, attributes):
            self.removed["picture link"] += link is not None
        elif self.held is None:
            kind = "local picture" if addresses.is_on_a_computer(original) else "foreign picture"
            self.removed[kind] += 1
        else:
            self._hold_place(self.held, original, link)
            return
        if self.line:
            self._add_run(REMOVED_PICTURE)

    def _hold_place(self, held: list[HeldPicture], address: str, link: str | None) -> None:
        """Add a line with the placeholder of a picture, and with the link around it as the first words of its
        caption.
        """
        held.append(HeldPicture(self.first + len(held), address))
        self._split_paragraph()
        line = self._current_line()
        line.runs.append(((), entities.escape(held[-1].place, quote=False)))
        if link:
            line.runs.append(((link,), link.split('"')[1]))
        self._split_paragraph()

    def _add_run(self, piece: str) -> None:
        marks = dict.fromkeys(written for _, written in self.marks if written)
        line = self._current_line()
        if not line.runs:
            line.alignment = self.alignment
        line.runs.append((tuple(marks), piece))

    def _open_mark(self, name: str, attributes: dict[str, str]) -> None:
        if name == "a":  # a link cannot be inside a link
            self._close_mark("a")
        if len(self.marks) >= _MAX_MARK_DEPTH:
            return
        written: str | None = name
        if name == "a":
            written = self._link_tag(attributes.get("href", "").strip())
        elif name == "strong" and _NOT_BOLD.search(attributes.get("style", "")):
            written = None
        self.marks.append((name, written))

    def _close_mark(self, name: str) -> None:
        for place in reversed(range(len(self.marks))):
            if self.marks[place][0] == name:
                del self.marks[place]
                return

    def _link_tag(self, href: str) -> str | None:
        if not href or href.startswith("#"):
            self.removed["link within"] += bool(href)
            return None
        address = addresses.safe_link(href)
        if address is None:
            self.removed["unsafe link"] += 1
            return None
        rel = ' rel="noopener"' if addresses.is_external_link(address) else ""
        return f'a href="{entities.escape(address)}"{rel}'

    # --- Lines and boxes ---------------------------------------------------------------------------------------

    def _split_paragraph(self) -> None:
        """Begin or end a paragraph; within a heading or a caption, add a line break."""
        if self.line and self.line.name != "p":
            self._add_run(BREAK)
        else:
            self.line = None

    def _current_line(self) -> TextLine:
        if self.line is None:
            place = self._flow_box()
            self.line = TextLine("p")
            place.children.append(self.line)
        return self.line

    def _open_caption(self, name: str) -> None:
        place = self._nearest_box({_CAPTIONED[name]}, CELLS)
        if place is None:
            self._split_paragraph()
            return
        self._close_boxes(place + 1)
        earlier = [line for line in self.open[-1].children if isinstance(line, TextLine) and line.name == name]
        if earlier:
            self.line = earlier[0]
            self._add_run(BREAK)
        else:
            self.line = TextLine(name)
            self.open[-1].children.append(self.line)

    def _open_box(self, name: str, attributes: dict[str, str]) -> None:
        self.line = None
        if len(self.open) >= _MAX_BOX_DEPTH:
            return
        if name in _PARENTS:
            place = self._nearest_box(_PARENTS[name], CELLS)
            if place is None:
                return
            self._close_boxes(place + 1)
            while self.open[-1].name in _NEEDS_IMPLIED.get(name, ()):
                self._push_box(BlockBox(_IMPLIED[self.open[-1].name]))
        else:
            self._flow_box()
        self._push_box(BlockBox(name, box_attributes(name, attributes)))

    def _push_box(self, box: BlockBox) -> None:
        box.marks = len(self.marks)
        self.open[-1].children.append(box)
        self.open.append(box)

    def _reopen_item(self) -> None:
        """Open the last item again, because Word and Google Docs put a nested list after its item, not in it."""
        item = self.open[-1].children.pop()
        if isinstance(item, BlockBox):  # always true: a list contains items only
            self._push_box(item)

    def _flow_box(self) -> BlockBox:
        """Return the box that the next line or box goes into; open implied ones, or a list's last item again."""
        if self.open[-1].name in LISTS and self.open[-1].children:
            self._reopen_item()
        while self.open[-1].name in _IMPLIED:
            self._push_box(BlockBox(_IMPLIED[self.open[-1].name]))
        return self.open[-1]

    def _nearest_box(self, names: set[str] | frozenset[str], inside: frozenset[str]) -> int | None:
        """Return the depth of the innermost open box with one of these names, or None.

        Except for parts of tables, the search stops at a box named in `inside`; always where HTML of a drawing begins.
        """
        for place in reversed(range(self.around[-1][0] if self.around else 1, len(self.open))):
            if self.open[place].name in names:
                return place
            if self.open[place].name in inside and not names & TABLE:
                return None
        return None

    def _close_boxes(self, place: int | None) -> None:
        """Close the line and every box from depth `place` inwards; do nothing for None."""
        if place is None:
            return
        self.line = None
        while len(self.open) > place:
            del self.marks[self.open.pop().marks :]
