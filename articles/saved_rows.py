"""What the acts that save one row have in common: the lock, the check, the fields that changed, and the audit entry."""

from collections.abc import Iterable
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import override

from . import audit

Row = TypeVar("Row", bound=models.Model)


def lock_row(row: Row) -> Row | None:
    """The row as the database has it, locked until the transaction ends; None where it has none with this key."""
    rows = type(row)._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=row.pk).first() if row.pk else None


def write_row(row: Row, before: Row | None, fields: Iterable[str], *, by: User) -> set[str]:
    """Write these fields of the row where they differ from `before`; the names of those that do.

    Raises ValidationError where the row is not valid. What changed goes into the audit as `<model>.added` or
    `<model>.changed`, with the old and the new values; nothing is written or recorded where nothing changed.
    """
    changed = check_row(row, before, fields)
    if changed:
        save_fields(row, before, changed)
        kind = row._meta.model_name
        if before is None:
            audit.record_entry(f"{kind}.added", row, by=by, name=str(row), fields=[])
        else:
            old, new = values_of(before, changed), values_of(row, changed)
            labels = labels_of(row, changed)
            audit.record_entry(f"{kind}.changed", row, by=by, name=str(row), fields=labels, old=old, new=new)
    return set(changed)


def check_row(row: Row, before: Row | None, fields: Iterable[str]) -> list[str]:
    """Raise ValidationError where the row is not valid; else the names, among `fields`, of those that differ from
    `before`, all of them for a new row. Takes the audit-chain lock: a name that is free here is free when it is written.
    """
    audit.lock_audit_chain()
    written = list(fields)
    row._state.adding = before is None
    row.full_clean(exclude={field.name for field in row._meta.fields} - set(written))
    if before is None:
        return written
    return [name for name in written if _recorded_value(row, name) != _recorded_value(before, name)]


def save_fields(row: models.Model, before: models.Model | None, changed: Iterable[str]) -> None:
    """Insert a new row; of one that was there before, write the changed fields alone."""
    row.save(force_insert=True) if before is None else row.save(update_fields=list(changed))


def labels_of(row: models.Model, fields: Iterable[str]) -> list[str]:
    """What forms call these fields, in the language of the source: entries are written once, for readers of any."""
    with override(None):
        return [capfirst(str(getattr(row._meta.get_field(name), "verbose_name", name))) for name in fields]


def values_of(row: models.Model, fields: Iterable[str]) -> list[str]:
    """The values of these fields as text, in the order of the fields."""
    return ["" if (value := getattr(row, name)) is None else str(value) for name in fields]


def _recorded_value(row: models.Model, name: str) -> object:
    return getattr(row, getattr(row._meta.get_field(name), "attname", name))
