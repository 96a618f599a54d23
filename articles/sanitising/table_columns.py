"""Columns of a table that its <col> hides, as Excel and WPS do: their cells stay out, others span fewer columns."""

from .open_elements import CELLS, FOREIGN_HTML
from .styles import Style
from .tokens import HtmlToken

_BEGINNING = ("table", FOREIGN_HTML)  # cells in a drawing are none of a table around it
_MOST_COLUMNS = 100  # that are looked after; tables of articles have fewer
_MOST_ROWS = 65_534  # that a cell spans


class OpenTables:
    """The tables that are open, from the outermost."""

    def __init__(self) -> None:
        self._open: list[TableColumns] = []

    def read_start(self, token: HtmlToken) -> HtmlToken | None:
        """Return the start tag as it is written; None for a cell without visible columns."""
        if token.value in _BEGINNING:
            self._open.append(TableColumns())
        elif self._open and token.value == "tr":
            self._open[-1].begin_row()
        elif self._open and token.value in CELLS:
            return self._open[-1].place_cell(token)
        return token

    def read_end(self, name: str) -> None:
        if name in _BEGINNING:
            self._open.pop()

    def add_column(self, attributes: dict[str, str], style: Style) -> None:
        """Read a <col> of the innermost table."""
        if self._open:
            self._open[-1].add_column(attributes, style)


class TableColumns:
    """The columns of one table: which are hidden, and down to which row each is taken by a cell above."""

    def __init__(self) -> None:
        self.count = 0
        self.hidden: set[int] = set()
        self.row = 0
        self.place = 0
        self.taken: dict[int, int] = {}

    def add_column(self, attributes: dict[str, str], style: Style) -> None:
        """Read a <col>."""
        span = _spanned(attributes, "span", _MOST_COLUMNS - self.count) if self.count < _MOST_COLUMNS else 0
        if style.get("display") == "none" or style.get("visibility") in ("collapse", "hidden"):
            self.hidden |= set(range(self.count, self.count + span))
        self.count += span

    def begin_row(self) -> None:
        self.row += 1
        self.place = 0

    def place_cell(self, token: HtmlToken) -> HtmlToken | None:
        """Return the start tag of the next cell with its visible columns, or None if it has none."""
        if not self.hidden:
            return token
        while self.taken.get(self.place, 0) >= self.row > 0:
            self.place += 1
        columns = range(self.place, self.place + _spanned(token.attributes, "colspan", _MOST_COLUMNS))
        last_row = self.row + _spanned(token.attributes, "rowspan", _MOST_ROWS) - 1
        if last_row > self.row:
            self.taken |= dict.fromkeys((column for column in columns if column < _MOST_COLUMNS), last_row)
        self.place = columns.stop
        shown = sum(column not in self.hidden for column in columns)
        if not shown:
            return None
        return token._replace(attributes={**token.attributes, "colspan": str(shown)}) if shown < len(columns) else token


def _spanned(attributes: dict[str, str], name: str, most: int) -> int:
    written = attributes.get(name, "").strip()
    return min(max(int(written), 1), most) if written.isascii() and written.isdigit() and len(written) < 7 else 1
