"""Imports a table of old addresses: all of its rows, or none."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..csv_tables import ImportedRows, UnusableTable
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import OldPath
from ..models.key_batches import in_groups
from ..refusals import Problem
from .spelling import UnusableOldPath, parse_old_path, parse_target, stored_spelling
from .table import TableRow, read_table

ROWS_PER_STATEMENT = 500

IS_REFUSED = Problem("old_paths.line_refused", _("Line %(line)d: %(why)s"))
HAS_NO_TARGET = Problem(
    "old_paths.no_target",
    _("The target is missing; an empty second column means that the page is gone for good."),
)
CONTRADICTS = Problem("old_paths.contradicts", _("“%(path)s” has another target on line %(other)d."))
LEADS_IN_A_CIRCLE = Problem("old_paths.circle", _("“%(path)s” leads back to itself."))


class WantedPath(NamedTuple):
    """Where a line of the table wants an old path to lead."""

    line: int
    target: str


@transaction.atomic
def import_old_paths(data: bytes, *, by: User) -> ImportedRows:
    """Save every row of a table (read_table) of old addresses and targets; idempotent.

    Targets that are old addresses themselves, in the table or stored, are replaced by where those lead. Raises
    PermissionDenied, or UnusableTable with a problem for each refused line; nothing has changed then.
    """
    audit.lock_audit_chain()
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    problems: list[tuple[int, Problem]] = []
    wanted = _wanted_paths(read_table(data), problems)
    stored = _stored_targets([*wanted, *(stored_spelling(row.target) for row in wanted.values() if row.target)])
    last = {path: _last_target(path, row, wanted, stored, problems) for path, row in wanted.items()}
    if problems:
        problems.sort(key=lambda found: found[0])
        raise UnusableTable(*(IS_REFUSED.filled(line=line, why=problem) for line, problem in problems))
    added = [OldPath(path=path, target=target) for path, target in last.items() if path not in stored]
    changed = [path for path, target in last.items() if path in stored and stored[path] != target]
    OldPath.objects.bulk_create(added, ROWS_PER_STATEMENT)
    for path in changed:
        OldPath.objects.filter(path=path).update(target=last[path])
    for earlier in _rows_leading_to([row.path for row in added] + changed):
        OldPath.objects.filter(pk=earlier.pk).update(target=last[earlier.target])
    if added or changed:
        old, new = [stored[path] for path in changed], [last[path] for path in changed]
        digest = sha256(data).hexdigest()
        audit.record_entry(
            "oldpath.imported", OldPath(), by=by, count=len(added), sha256=digest, fields=changed, old=old, new=new
        )
    return ImportedRows(len(added), len(changed), len(last) - len(added) - len(changed))


def _wanted_paths(rows: Iterable[TableRow], problems: list[tuple[int, Problem]]) -> dict[str, WantedPath]:
    """Return the targets of the rows, by path; the problems of refused rows are added to `problems`."""
    wanted: dict[str, WantedPath] = {}
    for row in rows:
        try:
            path = parse_old_path(row.old)
            if row.target is None:
                raise UnusableOldPath(HAS_NO_TARGET)
            target = parse_target(row.target)
        except UnusableOldPath as refusal:
            problems += [(row.line, problem) for problem in refusal.problems]
            continue
        known = wanted.setdefault(path, WantedPath(row.line, target))
        if known.target != target:
            problems.append((row.line, CONTRADICTS.filled(path=path, other=known.line)))
    return wanted


def _stored_targets(paths: list[str]) -> dict[str, str]:
    """Return the stored target of each of these paths that is stored."""
    found: dict[str, str] = {}
    for group in in_groups(paths, ROWS_PER_STATEMENT):
        rows = OldPath.objects.filter(path__in=group)
        found.update(rows.values_list("path", "target"))
    return found


def _last_target(
    path: str,
    row: WantedPath,
    wanted: dict[str, WantedPath],
    stored: dict[str, str],
    problems: list[tuple[int, Problem]],
) -> str:
    """Return where the row leads in the end; a circle is added to `problems`."""
    target, seen = row.target, {path}
    while target:
        further = stored_spelling(target)
        if further in seen:
            problems.append((row.line, LEADS_IN_A_CIRCLE.filled(path=path)))
            break
        seen.add(further)
        if further in wanted:
            target = wanted[further].target
        elif further in stored:
            target = stored[further]
        else:
            break
    return target


def _rows_leading_to(paths: list[str]) -> list[OldPath]:
    """Return the rows that lead to one of these paths."""
    return [row for group in in_groups(paths, ROWS_PER_STATEMENT) for row in OldPath.objects.filter(target__in=group)]
