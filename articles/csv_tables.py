"""Tables (CSV) of rows that people keep, as spreadsheets write and read them: all rows are imported, or none."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from . import audit
from .refusals import Problem, Refusal
from .saved_rows import values_of

MOST_BYTES = 64 * 2**20
MOST_PROBLEMS = 100  # of one table that are reported
# A cell that begins with one of these would be a formula to a spreadsheet; it gets a quotation mark in front.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORDS_PER_CELL = "|"
_DATE = re.compile(r"([12]\d{3})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)

IS_TOO_LARGE = Problem("csv_tables.too_large", _("It is larger than %(size)d MB: split it up."))
IS_NO_TEXT = Problem("csv_tables.no_text", _("It is not text: save the table as CSV, in UTF-8 or GBK."))
IS_REFUSED = Problem("csv_tables.line_refused", _("Line %(line)d: %(why)s"))
HAS_NO_COLUMN = Problem(
    "csv_tables.no_column", _("The column “%(head)s” is missing."), _("Export a table to see how it begins.")
)
HAS_TOO_MANY_ROWS = Problem("csv_tables.too_many_rows", _("It has more than %(most)d rows: split it."))
IS_BROKEN = Problem("csv_tables.broken", _("Line %(line)d: a cell is too long; is a quotation mark missing?"))
NO_SUCH_CHOICE = Problem("csv_tables.no_such_choice", _("Column “%(head)s”: “%(word)s” is none of %(choices)s."))
NO_DATE = Problem("csv_tables.no_date", _("“%(word)s” is not a date; write it like 2026-05-31."))
NAMED_TWICE = Problem("csv_tables.named_twice", _("“%(name)s” is also on line %(other)d."))

Row = TypeVar("Row")
Cells = dict[str, str]  # by the name of the field


class UnusableTable(Refusal):
    """Raised for a table that is not imported; each problem names its line."""


class ImportedRows(NamedTuple):
    """How many rows the import of a table added, changed, and found as they should be."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Columns:
    """The heads of a table's columns by field, those that it must have, and how many rows it may have.

    In an imported table, a head may also be the name of the field.
    """

    heads: Mapping[str, str]
    needed: tuple[str, ...]
    most_rows: int


def read_rows(
    data: bytes, columns: Columns, read_row: Callable[[Cells], Row], key_of: Callable[[Row], str]
) -> list[Row]:
    """Return the rows of a table in UTF-8 or GB18030, each read by `read_row` from the cells of all columns.

    A cell that a row does not have is ''. `read_row` raises Refusal.
    Raises UnusableTable with a problem for each refused line; a second row with the same key is one.
    """
    rows = _cells(decode_table(data))
    fields = _fields_of_heads(next(rows, (1, []))[1], columns)
    found: dict[str, tuple[int, Row]] = {}
    problems: list[Problem] = []
    for line, cells in rows:
        try:
            known = {name: cell for name, cell in zip(fields, cells, strict=False) if name}
            row = read_row(dict.fromkeys(columns.heads, "") | known)
            key = key_of(row)
            if key in found:
                raise Refusal(NAMED_TWICE.filled(name=key, other=found[key][0]))
        except Refusal as refusal:
            problems += [IS_REFUSED.filled(line=line, why=problem) for problem in refusal.problems]
        else:
            found[key] = line, row
        if len(found) > columns.most_rows:
            raise UnusableTable(HAS_TOO_MANY_ROWS.filled(most=columns.most_rows))
    if problems:
        raise UnusableTable(*problems[:MOST_PROBLEMS])
    return [row for _line, row in found.values()]


def decode_table(data: bytes) -> str:
    """Return the text of a table in UTF-8, GB18030, or UTF-16 with a byte order mark. Raises UnusableTable."""
    if len(data) > MOST_BYTES:
        raise UnusableTable(IS_TOO_LARGE.filled(size=MOST_BYTES >> 20))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UnusableTable(IS_NO_TEXT)


def write_rows(columns: Columns, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a table of these values by field: UTF-8 with a byte order mark, by which spreadsheets know it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns.heads.values())
    for facts in rows:
        cells = ("" if facts[name] is None else str(facts[name]) for name in columns.heads)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def record_table_import(
    row: models.Model,
    data: bytes,
    fields: Iterable[str],
    *,
    added: int,
    changed: Iterable[tuple[models.Model, models.Model]],
    by: User,
) -> None:
    """Record one entry: the table's digest, how many rows it added, and the (old, new) values of each changed one.

    `row` is any row of the model, stored or not.
    """
    pairs, names = list(changed), tuple(fields)

    def described(each: models.Model) -> str:
        return " · ".join(value for value in values_of(each, names) if value)

    audit.record_entry(
        f"{row._meta.model_name}.imported",
        row,
        by=by,
        count=added,
        sha256=sha256(data).hexdigest(),
        fields=[str(old) for old, _new in pairs],
        old=[described(old) for old, _new in pairs],
        new=[described(new) for _old, new in pairs],
    )


def record_table_export(row: models.Model, table: bytes, *, by: User) -> bytes:
    """Record that the table of all rows is given out, with its digest, and return it. `row` is any row of the model."""
    digest = sha256(table).hexdigest()
    audit.record_entry(f"{row._meta.model_name}.exported", row, by=by, sha256=digest)
    return table


def day_of_cell(cell: str) -> date | None:
    """Return the date in a cell, as spreadsheets write it: 2026-05-31, 2026/5/31; None for an empty one.

    Raises Refusal.
    """
    if not cell:
        return None
    parts = _DATE.fullmatch(cell)
    try:
        if parts:
            return date(*map(int, parts.groups()))
    except ValueError as error:
        raise Refusal(NO_DATE.filled(word=cell)) from error
    raise Refusal(NO_DATE.filled(word=cell))


def labels_of_choices(model: type[models.Model], field: str) -> list[tuple[str, Any]]:
    """Return the values of a field with their labels."""
    return list(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]


def choices_by_word(model: type[models.Model], field: str) -> dict[str, str]:
    """Return the values of a field by all words for them: the value itself, and its label in both languages."""
    words: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with override(language):
            for value, label in labels_of_choices(model, field):
                words |= {str(label).lower(): value, value: value}
    return words


def invalid_cells(error: ValidationError, columns: Columns) -> Refusal:
    """Return the refusal of a row whose fields are invalid, each named by its column."""
    said = error.message_dict.items()
    sentences = [f"{columns.heads.get(field, '')} {' '.join(each)}".strip() for field, each in said]
    return Refusal(*(Problem("csv_tables.invalid", sentence) for sentence in sentences))


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row that is not empty ends, and its cells. Raises UnusableTable."""
    reader = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnusableTable(IS_BROKEN.filled(line=reader.line_num)) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [_unescaped(cell.strip()) for cell in cells]


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _fields_of_heads(heads: list[str], columns: Columns) -> list[str]:
    """Return the name of the field of each column; '' for columns that are not ours. Raises UnusableTable."""
    known = {**{head: name for name, head in columns.heads.items()}, **{name: name for name in columns.heads}}
    fields = [known.get(head.strip().lower(), "") for head in heads]
    missing = [name for name in columns.needed if name not in fields]
    if missing:
        raise UnusableTable(*(HAS_NO_COLUMN.filled(head=columns.heads[name]) for name in missing))
    return fields
