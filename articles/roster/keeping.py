"""Keeping the roster: one row at a time, or a table of many, all of them or none."""

from django.contrib.auth.models import User
from django.db import transaction

from .. import audit
from ..checks.written_rules import current_version
from ..csv_tables import ImportedRows, record_table_export, record_table_import
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import RosterEntry
from ..models.key_batches import in_groups
from ..saved_rows import lock_row, next_version, values_of, write_row
from .table import key_of_entry, read_roster, write_roster

ROSTER_FIELDS = ("name", "unit", "post", "since", "until", "rank", "forbidden", "in_use")
ROWS_PER_STATEMENT = 500


@transaction.atomic
def save_roster_entry(entry: RosterEntry, *, by: User) -> RosterEntry:
    """Add the row, or save its changed fields. Raises PermissionDenied or ValidationError; nothing has changed then."""
    before = lock_row(entry)
    permissions.require_duty_everywhere(by, Duty.ROSTER)
    entry.changed_at = entry.changed_at or next_version(None)
    if write_row(entry, before, ROSTER_FIELDS, by=by):
        entry.changed_at = next_version(current_version().roster)
        entry.save(update_fields=["changed_at"])
    return entry


@transaction.atomic
def import_roster(data: bytes, *, by: User) -> ImportedRows:
    """Save the rows of a table (table.read_roster), by name, unit, post and first day; idempotent.

    Rows that the table does not have stay as they are. Raises PermissionDenied, or UnusableTable with a problem for
    each refused line; nothing has changed then.
    """
    permissions.require_duty_everywhere(by, Duty.ROSTER)
    audit.lock_audit_chain()
    entries = read_roster(data)
    names = list({entry.name for entry in entries})
    stored = {
        key_of_entry(row): row
        for group in in_groups(names, ROWS_PER_STATEMENT)
        for row in RosterEntry.objects.filter(name__in=group)
    }
    added, changed, version = [], [], next_version(current_version().roster)
    for entry in entries:
        entry.changed_at = version
        known = stored.get(key_of_entry(entry))
        if known is None:
            added.append(entry)
        elif values_of(entry, ROSTER_FIELDS) != values_of(known, ROSTER_FIELDS):
            entry.pk = known.pk
            changed.append((known, entry))
    RosterEntry.objects.bulk_create(added, ROWS_PER_STATEMENT)
    rows = [entry for _known, entry in changed]
    RosterEntry.objects.bulk_update(rows, [*ROSTER_FIELDS, "changed_at"], ROWS_PER_STATEMENT // 5)
    if added or changed:
        record_table_import(RosterEntry(), data, ROSTER_FIELDS, added=len(added), changed=changed, by=by)
    return ImportedRows(len(added), len(changed), len(entries) - len(added) - len(changed))


@transaction.atomic
def export_roster(*, by: User) -> bytes:
    """Return the table of all rows; recorded in the audit. Raises PermissionDenied."""
    permissions.require_duty_everywhere(by, Duty.ROSTER)
    return record_table_export(RosterEntry(), write_roster(RosterEntry.objects.all()), by=by)
