"""Reads the paragraphs, tables and text boxes of a Word file into blocks, in reading order."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from xml.etree.ElementTree import Element

from .layout import Block, write_blocks, written_span
from .numbering import Numbering, ShownNumber
from .package import attribute, child, is_on
from .runs import REMOVED, TRANSPARENT, Piece, RunReader, chosen_alternative, content_of_control
from .styles import ParagraphForm, is_deleted_mark, is_drop_cap

_MOST_LEVELS = 3  # of headings that readers' pages have
_MOST_COLUMNS = 200
_LONGEST_HEADING = 120  # characters; with a whole paragraph after its heading it is text


@dataclass
class BlockReader:
    """Reads the content of a part. `held` is the text that marks the place of what cannot be converted."""

    runs: RunReader
    numbering: Numbering
    held: str
    carried: list[Piece] = field(default_factory=list)  # of drop caps, and of paragraphs whose end was deleted

    def read_blocks(self, container: Element) -> list[Block]:
        """Return the blocks of an element that contains paragraphs and tables."""
        blocks = list(self._blocks(container))
        if self.carried:
            blocks += self._paragraph_blocks(self._take_carried(), ParagraphForm(), None)
        return blocks

    def read_note(self, note: Element) -> str:
        """Return the paragraphs of a footnote as one line of HTML."""
        lines = [self._inline_html(self.runs.read_pieces(paragraph)) for paragraph in note.iter("w:p")]
        return "<br>".join(line for line in lines if line)

    def _blocks(self, container: Element) -> Iterator[Block]:
        for inner in container:
            match inner.tag:
                case "w:p":
                    yield from self._paragraph(inner)
                case "w:tbl":
                    if self.carried:
                        yield from self._paragraph_blocks(self._take_carried(), ParagraphForm(), None)
                    yield Block("table", html=self._table_html(inner))
                case "w:sdt":
                    content = content_of_control(inner)
                    yield from () if content is None else self._blocks(content)
                case "mc:AlternateContent":
                    yield from self._blocks(chosen_alternative(inner))
                case "w:altChunk":
                    self.runs.lost["embedded"] += 1
                    yield Block("paragraph", html=self.held, text=self.held)
                case tag if tag in TRANSPARENT:
                    yield from self._blocks(inner)
                case tag if tag in REMOVED:
                    self.runs.lost["deleted"] += 1

    # --- Paragraphs --------------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        properties = child(paragraph, "w:pPr")
        pieces = [*self._take_carried(), *self.runs.read_pieces(paragraph)]
        if is_deleted_mark(properties):
            self.carried = pieces
            return
        if is_drop_cap(properties):  # set so large that the text would be taken for a title
            self.carried = [piece._replace(size=0) for piece in pieces]
            return
        form = self.runs.styles.paragraph_form(properties)
        number = self.numbering.next_number(form.list_key, form.list_level) if form.list_key else None
        yield from self._paragraph_blocks(pieces, form, number)

    def _take_carried(self) -> list[Piece]:
        pieces, self.carried = self.carried, []
        return pieces

    def _paragraph_blocks(
        self, pieces: list[Piece], form: ParagraphForm, number: ShownNumber | None
    ) -> Iterator[Block]:
        """Yield the text of a paragraph, split at pictures and text boxes."""
        for is_text, group in groupby(pieces, key=lambda piece: piece.kind in ("text", "break", "held")):
            run = list(group)
            if is_text:
                block = self._text_block(run, form, number)
                if block:
                    number = None
                    yield block
                continue
            for piece in run:
                if piece.element is not None:
                    # Its text is outside the text around it, so its fields and changes are too.
                    yield from self._inner_blocks(piece.element)
                else:
                    yield Block("picture", text=piece.text, number=piece.number)

    def _text_block(self, pieces: list[Piece], form: ParagraphForm, number: ShownNumber | None) -> Block | None:
        text = "".join(self._plain_text(piece) for piece in pieces)
        if not text.strip():
            return None
        size = max((piece.size for piece in pieces if piece.kind == "text" and piece.text.strip()), default=0)
        block = Block("paragraph", text=text, role=form.role, align=form.alignment, size=size or form.size)
        block.level = min(form.level, _MOST_LEVELS)
        is_bold = all("strong" in piece.marks for piece in pieces if piece.kind == "text" and piece.text.strip())
        block.is_bold = is_bold
        if form.level and len(text) <= _LONGEST_HEADING:
            block.kind = "heading"
            pieces = [_without_bold(piece) for piece in pieces]
        elif number and number.is_item:
            block.kind, block.number, block.level = "item", number.plain, number.level
        if number and block.kind != "item":
            pieces = [Piece("text", number.label), *pieces]
            block.text = number.label + text
        block.html = self._inline_html(pieces)
        return block

    def _plain_text(self, piece: Piece) -> str:
        return {"break": "\n", "held": self.held}.get(piece.kind, piece.text)

    def _inline_html(self, pieces: Iterable[Piece]) -> str:
        """Return the text of pieces with their marks; pictures are left out."""
        written = ""
        shown = (piece for piece in pieces if piece.kind in ("text", "break", "held"))
        for marks, group in groupby(shown, key=lambda piece: piece.marks):
            inner = "".join(
                "<br>" if piece.kind == "break" else html.escape(self._plain_text(piece), quote=False)
                for piece in group
            )
            opened = "".join(f"<{mark}>" for mark in marks)
            closed = "".join(f"</{mark.split(' ')[0]}>" for mark in reversed(marks))
            written += f"{opened}{inner}{closed}" if inner else ""
        return written

    # --- Tables ------------------------------------------------------------------------------------------------

    def _table_html(self, table: Element) -> str:
        """Return a table with merged cells as spans; the rows that Word repeats on each page are its head."""
        rows = _settled_rows([_Row(row, self) for row in self._parts(table, "w:tr") if not self._is_removed(row)])
        written: list[str] = []
        head = next((place for place, row in enumerate(rows) if not row.is_head), len(rows))
        head = head if head < len(rows) else 0
        for place, row in enumerate(rows):
            cells = (self._cell_html(cell, rows[place + 1 :], "th" if place < head else "td") for cell in row.cells)
            written.append(f"<tr>{''.join(cells)}</tr>")
        top = f"<thead>{''.join(written[:head])}</thead>" if head else ""
        return f"<table>{top}<tbody>{''.join(written[head:])}</tbody></table>" if rows else ""

    def _cell_html(self, cell: "_Cell", below: list["_Row"], name: str) -> str:
        if cell.continues:
            return ""
        rows = 1
        for row in below:
            if not (cell.merges and any(other.column == cell.column and other.continues for other in row.cells)):
                break
            rows += 1
        spans = written_span("colspan", cell.width) + written_span("rowspan", rows)
        content = "" if cell.element is None else write_blocks(self._inner_blocks(cell.element))
        return f"<{name}{spans}>{content}</{name}>"

    def _inner_blocks(self, box: Element) -> list[Block]:
        """Return the blocks of a cell or a text box."""
        self.runs.boxes += 1
        blocks = BlockReader(self.runs, self.numbering, self.held).read_blocks(box)
        self.runs.boxes -= 1
        return blocks

    def _parts(self, element: Element, name: str) -> Iterator[Element]:
        """Yield the rows of a table or the cells of a row, also those in content controls and tracked insertions."""
        for inner in element:
            if inner.tag == name:
                yield inner
            elif inner.tag == "w:sdt" or inner.tag in TRANSPARENT:
                yield from self._parts(inner, name)

    def _is_removed(self, row: Element) -> bool:
        properties = child(row, "w:trPr")
        deleted = child(properties, "w:del") is not None
        self.runs.lost["deleted"] += deleted
        self.runs.lost["hidden"] += is_on(properties, "w:hidden")
        return deleted or is_on(properties, "w:hidden")

    def cells_of(self, row: Element) -> Iterator[Element]:
        """Yield the cells of a row."""
        return self._parts(row, "w:tc")


@dataclass
class _Cell:
    element: Element | None
    column: int
    width: int
    merges: bool = False  # begins cells merged downwards
    continues: bool = False


class _Row:
    def __init__(self, row: Element, reader: BlockReader) -> None:
        properties = child(row, "w:trPr")
        self.is_head = is_on(properties, "w:tblHeader")
        self.cells: list[_Cell] = []
        column = _width(attribute(properties, "w:gridBefore") or "0")
        if column:
            self.cells.append(_Cell(None, 0, column))
        for cell in reader.cells_of(row):
            form = child(cell, "w:tcPr")
            merge = child(form, "w:vMerge")
            starts = merge is not None and merge.get("w:val") == "restart"
            width = _width(attribute(form, "w:gridSpan") or "1") or 1
            if attribute(form, "w:hMerge") == "continue" and self.cells:
                self.cells[-1].width += width
            else:
                self.cells.append(_Cell(cell, column, width, starts, merge is not None and not starts))
            column += width


def _settled_rows(rows: list[_Row]) -> list[_Row]:
    """Return the rows that show anything: a row of continued cells only is not a row in HTML.

    A cell that continues nothing is a separate cell.
    """
    open_columns: set[int] = set()
    for row in rows:
        for cell in row.cells:
            cell.continues = cell.continues and cell.column in open_columns
        open_columns = {cell.column for cell in row.cells if cell.merges or cell.continues}
    return [row for row in rows if any(not cell.continues for cell in row.cells)]


def _width(text: str) -> int:
    return min(int(text), _MOST_COLUMNS) if text.isascii() and text.isdigit() else 0


def _without_bold(piece: Piece) -> Piece:
    return piece._replace(marks=tuple(mark for mark in piece.marks if mark != "strong"))
