"""The roster as a table (CSV): one holding of a post in each row, found again by name, unit, post and first day."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import csv_tables
from ..csv_tables import WORDS_PER_CELL, Cells, Columns
from ..models import RosterEntry
from ..models.roster import LEAVES_EARLY
from ..refusals import Problem, Refusal

COLUMNS = Columns(
    heads={
        "name": "姓名",
        "unit": "单位",
        "post": "职务",
        "since": "任职日",
        "until": "离任日",
        "rank": "排序",
        "forbidden": "禁用写法",
        "in_use": "启用",
    },
    needed=("name", "post"),
    most_rows=20_000,
)
_YES_OR_NO = {"": True, "是": True, "yes": True, "1": True, "否": False, "no": False, "0": False}

NO_NUMBER = Problem("roster.no_number", _("“%(word)s” is not a number; the order is given by whole numbers from 1."))
NO_YES_OR_NO = Problem("roster.no_yes_or_no", _("Column “%(head)s”: write 是 or 否, not “%(word)s”."))
ENDS_BEFORE_IT_BEGINS = Problem("roster.days", LEAVES_EARLY)


def read_roster(data: bytes) -> list[RosterEntry]:
    """Return the rows of a table, which are not saved. Raises UnusableTable with a problem for each refused line."""
    return csv_tables.read_rows(data, COLUMNS, _read_entry, lambda entry: " ".join(map(str, key_of_entry(entry))))


def write_roster(entries: Iterable[RosterEntry]) -> bytes:
    """Return the table of these rows."""
    return csv_tables.write_rows(COLUMNS, (_facts_of(entry) for entry in entries))


def key_of_entry(entry: RosterEntry) -> tuple[str, str, str, str]:
    """Return the key that identifies a row."""
    return entry.name, entry.unit, entry.post, str(entry.since or "")


def _facts_of(entry: RosterEntry) -> dict[str, Any]:
    facts = {name: getattr(entry, name) for name in COLUMNS.heads}
    return {
        **facts,
        "forbidden": WORDS_PER_CELL.join(entry.forbidden.split()),
        "in_use": "是" if entry.in_use else "否",
    }


def _read_entry(cells: Cells) -> RosterEntry:
    """Return the row of a line. Raises Refusal."""
    rank, in_use = cells["rank"], cells["in_use"].lower()
    if rank and not (rank.isascii() and rank.isdigit() and len(rank) < 10):
        raise Refusal(NO_NUMBER.filled(word=rank))
    if in_use not in _YES_OR_NO:
        raise Refusal(NO_YES_OR_NO.filled(head=COLUMNS.heads["in_use"], word=in_use))
    entry = RosterEntry(
        name=cells["name"],
        unit=cells["unit"],
        post=cells["post"],
        since=csv_tables.day_of_cell(cells["since"]),
        until=csv_tables.day_of_cell(cells["until"]),
        rank=int(rank) if rank else None,
        forbidden=cells["forbidden"].replace(WORDS_PER_CELL, "\n"),
        in_use=_YES_OR_NO[in_use],
    )
    try:
        entry.clean_fields(exclude={"changed_at"})
        entry.clean()
    except ValidationError as error:
        raise csv_tables.invalid_cells(error, COLUMNS) from error
    if entry.since and entry.until and entry.since > entry.until:
        raise Refusal(ENDS_BEFORE_IT_BEGINS)
    return entry
