"""Reads tables of old addresses, as spreadsheets write them: text in any usual encoding, with any usual separator."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from ..csv_tables import UnusableTable, decode_table
from ..refusals import Problem
from .spelling import INVISIBLE

SEPARATORS = "\t,;，|"
# Names of the columns in the header, in lower case. Without such names, the first column is old and the second new.
OLD_NAMES = {
    "old path",
    "old",
    "old url",
    "old address",
    "from",
    "source",
    "旧址",
    "旧地址",
    "旧网址",
    "原地址",
    "原网址",
}
TARGET_NAMES = {
    "target",
    "new",
    "new url",
    "new path",
    "new address",
    "to",
    "目标",
    "目标地址",
    "新址",
    "新地址",
    "新网址",
}
QUOTES = "\"'"

HAS_NO_ROWS = Problem("old_paths.table_empty", _("It has no rows: each needs an old address and its target."))
IS_BROKEN = Problem("old_paths.table_broken", _("Line %(line)d: a cell is too long; do its quotation marks match?"))


class TableRow(NamedTuple):
    """One row: its line in the file (from 1), and both cells; `target` is None if there is no second cell."""

    line: int
    old: str
    target: str | None


def read_table(data: bytes) -> list[TableRow]:
    """Return the rows below the header, without empty ones. UTF-8, GB18030, or UTF-16 with a byte order mark.

    Raises UnusableTable.
    """
    text = decode_table(data)
    separator = _separator_of(text)
    rows = list(_read_rows(text, separator))
    old, target = 0, 1
    if rows and not any(set("/?.") & set(cell) for cell in rows[0][1]):
        names = [cell.lower() for cell in rows.pop(0)[1]]
        old_named = next((place for place, name in enumerate(names) if name in OLD_NAMES), None)
        target_named = next((place for place, name in enumerate(names) if name in TARGET_NAMES), None)
        if old_named is not None and target_named is not None:
            old, target = old_named, target_named
    if not rows:
        raise UnusableTable(HAS_NO_ROWS)
    return [
        TableRow(line, cells[old] if old < len(cells) else "", cells[target] if target < len(cells) else None)
        for line, cells in rows
    ]


def _separator_of(text: str) -> str:
    """Return the separator that yields the most cells that look like addresses."""

    def addresses(separator: str) -> int:
        cells = (cell for line in text.split("\n", 1000)[:1000] for cell in line.split(separator))
        return sum(_is_address(cell.strip(INVISIBLE + QUOTES)) for cell in cells)

    return max(SEPARATORS, key=addresses)


def _read_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row that is not empty begins, and its cells. Raises UnusableTable."""
    reader = csv.reader(text.split("\n"), delimiter=separator, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip(INVISIBLE) for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableTable(IS_BROKEN.filled(line=line)) from error


def _is_address(text: str) -> bool:
    return text.startswith("/") or text.lower().startswith(("http://", "https://"))
