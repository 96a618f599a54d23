"""Writes the HTML of a stored body into a Word document."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import lxml.html
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from .typesetting import CENTER, RIGHT, add_image, loosen, without_indent, xml_text

Element: TypeAlias = lxml.html.HtmlElement

_HEADINGS = {"h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_CELL_SIZE = Pt(12)
_ITEM_INDENT = Pt(32)  # two characters
_MOST_CELLS = 20_000  # of a table; python-docx needs a second for a thousand
_MARKS: dict[str, Callable[[Run], object]] = {
    "strong": lambda run: setattr(run.font, "bold", True),
    "em": lambda run: setattr(run.font, "italic", True),
    "cite": lambda run: setattr(run.font, "italic", True),
    "u": lambda run: setattr(run.font, "underline", True),
    "s": lambda run: setattr(run.font, "strike", True),
    "sub": lambda run: setattr(run.font, "subscript", True),
    "sup": lambda run: setattr(run.font, "superscript", True),
}


@dataclass
class BodyTypesetter:
    """Adds a body to `place`, a document or a cell. `picture` returns the bytes of a picture by its address.

    It returns None where there is no such picture.
    """

    place: Document | _Cell
    picture: Callable[[str], bytes | None]
    site: str
    lists: list[str] = field(default_factory=list)

    def add_body(self, body: str) -> None:
        """Add the paragraphs, lists, tables and figures of a sanitised body."""
        if body.strip():
            self._add_children(lxml.html.fragment_fromstring(body, create_parent="div"))

    def _add_children(self, element: Element) -> None:
        if (element.text or "").strip() or any(self._is_inline(inner) for inner in element):
            self._add_line(element, "Normal")
            element = [inner for inner in element if not self._is_inline(inner)]
        for inner in element:
            self._add_element(inner)

    def _is_inline(self, element: Element) -> bool:
        return element.tag in _MARKS or element.tag in ("a", "br", "img")

    def _add_element(self, element: Element) -> None:
        match element.tag:
            case "p":
                self._add_line(element, "Normal")
            case "h2" | "h3" | "h4":
                self._add_line(element, _HEADINGS[element.tag])
            case "ul" | "ol":
                self._add_list(element)
            case "blockquote":
                for inner in element:
                    if inner.tag == "p":
                        self._add_line(inner, "Quote")
                    else:
                        self._add_element(inner)
                if (element.text or "").strip():
                    self._add_line(element, "Quote")
            case "figure":
                self._add_figure(element)
            case "table":
                self._add_table(element)
            case "hr":
                self._paragraph("Caption").add_run("＊　＊　＊")

    def _paragraph(self, style: str) -> Paragraph:
        return self.place.add_paragraph(style=style)

    def _add_line(self, element: Element, style: str) -> Paragraph:
        paragraph = self._paragraph(style)
        words = f"{element.get('class', '')} {element.get('style', '')}"
        if "center" in words or "right" in words:
            without_indent(paragraph).alignment = CENTER if "center" in words else RIGHT
        self._add_runs(paragraph, element, ())
        return paragraph

    def _add_runs(self, paragraph: Paragraph, element: Element, marks: tuple[str, ...]) -> None:
        self._add_text(paragraph, element.text, marks)
        for inner in element:
            if inner.tag == "br":
                paragraph.add_run().add_break()
            elif inner.tag == "img":
                self._add_picture(paragraph, inner)
            elif inner.tag == "a":
                self._add_link(paragraph, inner, marks)
            elif inner.tag in _MARKS or inner.tag == "p":
                self._add_runs(paragraph, inner, (*marks, inner.tag))
            self._add_text(paragraph, inner.tail, marks)

    def _add_text(self, paragraph: Paragraph, text: str | None, marks: tuple[str, ...]) -> Run | None:
        if not text:
            return None
        run = paragraph.add_run(xml_text(text))
        for mark in marks:
            _MARKS.get(mark, lambda _run: None)(run)
        return run

    def _add_link(self, paragraph: Paragraph, link: Element, marks: tuple[str, ...]) -> None:
        """Add the runs of a link within a hyperlink, underlined as Chinese readers expect a link."""
        address = link.get("href", "")
        address = self.site + address if address.startswith("/") else address
        before = len(paragraph.runs)
        self._add_runs(paragraph, link, (*marks, "u"))
        made = OxmlElement("w:hyperlink")
        made.set(qn("r:id"), paragraph.part.relate_to(address, _HYPERLINK, is_external=True))
        runs = [run._r for run in paragraph.runs[before:]]
        if runs:
            runs[0].addprevious(made)
            for run in runs:
                made.append(run)

    def _add_picture(self, paragraph: Paragraph, image: Element) -> None:
        data = self.picture(image.get("src", ""))
        if data is None or not add_image(paragraph, data):
            paragraph.add_run(f"[{xml_text(image.get('alt', ''))}]")

    def _add_figure(self, figure: Element) -> None:
        for inner in figure:
            if inner.tag == "img":
                paragraph = self._paragraph("Normal")
                loosen(paragraph)
                self._add_picture(paragraph, inner)
            elif inner.tag == "figcaption":
                self._add_runs(self._paragraph("Caption"), inner, ())
            else:
                self._add_element(inner)

    # --- Lists and tables --------------------------------------------------------------------------------------

    def _add_list(self, element: Element) -> None:
        """Add a list with its numbers as text: Word's own would go on counting from the list before."""
        start = element.get("start", "1")
        number = int(start) if start.isdigit() else 1
        self.lists.append(element.tag)
        for item in element.iterchildren("li"):
            paragraph = self._paragraph("Normal")
            paragraph.paragraph_format.left_indent = (len(self.lists) - 1) * _ITEM_INDENT
            paragraph.add_run("● " if element.tag == "ul" else f"{number}. ")
            number += 1
            self._add_item(paragraph, item)
        self.lists.pop()

    def _add_item(self, paragraph: Paragraph, item: Element) -> None:
        self._add_text(paragraph, item.text, ())
        first = True
        for inner in item:
            if self._is_inline(inner) or (inner.tag == "p" and first):
                holder = lxml.html.Element("span")
                tail, inner.tail = inner.tail, None
                holder.append(inner)
                self._add_runs(paragraph, holder, ())
                self._add_text(paragraph, tail, ())
                first = first and inner.tag != "p"
            else:
                self._add_element(inner)

    def _add_table(self, element: Element) -> None:
        rows = list(element.iter("tr"))
        rows = [row for row in rows if next(row.iterancestors("table")) is element]
        cells, width = _grid(rows)
        for caption in element.iterchildren("caption"):
            self._add_runs(self._paragraph("Caption"), caption, ())
        if not rows or not width:
            return
        if len(rows) * width > _MOST_CELLS:
            for row in rows:
                self._paragraph("Normal").add_run(xml_text("\t".join(cell.text_content() for cell in row)))
            return
        table = self._new_table(len(rows), width)
        for (top, left), (bottom, right), cell in cells:
            merged = table.cell(top, left)
            if (bottom, right) != (top, left):
                merged = merged.merge(table.cell(bottom, right))
            self._fill_cell(merged, cell)

    def _new_table(self, rows: int, width: int) -> Table:
        table = self.place.add_table(rows, width)
        table.style = "Table Grid"
        return table

    def _fill_cell(self, cell: _Cell, element: Element) -> None:
        inner = BodyTypesetter(cell, self.picture, self.site)
        empty = cell.paragraphs[0]
        inner._add_children(element)
        if len(cell.paragraphs) > 1:
            empty._p.getparent().remove(empty._p)
        for paragraph in cell.paragraphs:
            alignment = paragraph.alignment
            loosen(paragraph)
            paragraph.alignment = alignment
            for run in paragraph.runs:
                run.font.size = _CELL_SIZE
                run.font.bold = run.font.bold or element.tag == "th" or None


_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
Place = tuple[int, int]


def _grid(rows: list[Element]) -> tuple[list[tuple[Place, Place, Element]], int]:
    """Return the first and the last place (row, column) of each cell, and the number of columns."""
    taken: set[Place] = set()
    cells = []
    for top, row in enumerate(rows):
        left = 0
        for cell in row.iterchildren("td", "th"):
            while (top, left) in taken:
                left += 1
            bottom = min(top + _span(cell, "rowspan"), len(rows)) - 1
            right = left + _span(cell, "colspan") - 1
            covered = set(_places((top, left), (bottom, right)))
            if covered & taken:  # spans that overlap
                bottom, right, covered = top, left, {(top, left)}
            taken |= covered
            cells.append(((top, left), (bottom, right), cell))
            left = right + 1
    return cells, max((column for _row, column in taken), default=-1) + 1


def _places(first: Place, last: Place) -> Iterator[Place]:
    return ((row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1))


def _span(cell: Element, name: str) -> int:
    written = cell.get(name, "1")
    return max(1, int(written)) if written.isdigit() else 1
