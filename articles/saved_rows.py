"""What all functions that save one row share: lock, validate, write the changed fields, record them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from . import audit

Row = TypeVar("Row", bound=models.Model)


def lock_row(row: Row) -> Row | None:
    """Return the stored row, locked until the transaction ends, or None if there is none with this key."""
    rows = type(row)._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=row.pk).first() if row.pk else None


def write_row(row: Row, before: Row | None, fields: Iterable[str], *, by: User) -> set[str]:
    """Save those of the fields that differ from `before`, and return their names.

    Records `<model>.added` or `<model>.changed` with the old and new values; writes nothing if nothing changed. Raises
    ValidationError.
    """
    changed = check_row(row, before, fields)
    if changed:
        save_fields(row, before, changed)
        what = "added" if before is None else "changed"
        facts = recorded_changes(row, before, changed)
        audit.record_entry(f"{row._meta.model_name}.{what}", row, by=by, name=str(row), **facts)
    return set(changed)


def recorded_changes(
    row: models.Model, before: models.Model | None, changed: Iterable[str], *, private: Iterable[str] = ()
) -> dict[str, list[str]]:
    """What the audit keeps of a change: names of the fields, and their old and new values, in the same order.

    Of a new row (`before` is None), the fields that are not empty. Of `private` fields only that they changed.
    """
    names = list(changed)
    new = values_of(row, names)
    old = values_of(before, names) if before else [""] * len(names)
    hidden = set(private)
    kept = [
        (name, *(("…", "…") if name in hidden else (was, now)))
        for name, was, now in zip(names, old, new, strict=True)
        if before or now
    ]
    return {
        "fields": recorded_names(row, [name for name, _was, _now in kept]),
        "old": [was for _name, was, _now in kept],
        "new": [now for _name, _was, now in kept],
    }


def next_version(newest: datetime | None) -> datetime:
    """Return an instant later than `newest`, when the newest row was changed, also if the clock was set back.

    The caller holds the audit-chain lock, so that no other act changes rows before it commits.
    """
    return max(timezone.now(), newest + timedelta(microseconds=1)) if newest else timezone.now()


def check_row(row: Row, before: Row | None, fields: Iterable[str]) -> list[str]:
    """Validate the row and return the names of those fields that differ from `before`; all for a new row.

    Takes the audit-chain lock, so that a unique value that is free here is still free when it is written. Raises
    ValidationError.
    """
    audit.lock_audit_chain()
    written = list(fields)
    row._state.adding = before is None
    row.full_clean(exclude={field.name for field in row._meta.fields} - set(written))
    if before is None:
        return written
    return [name for name in written if _recorded_value(row, name) != _recorded_value(before, name)]


def save_fields(row: models.Model, before: models.Model | None, changed: Iterable[str]) -> None:
    """Insert the row if `before` is None; else update only the changed fields."""
    row.save(force_insert=True) if before is None else row.save(update_fields=list(changed))


def recorded_names(row: models.Model, fields: Iterable[str]) -> list[str]:
    """The fields as audit entries name them, like "source.url"; readers of entries see labels in their language."""
    return [f"{row._meta.model_name}.{name}" for name in fields]


def values_of(row: models.Model, fields: Iterable[str]) -> list[str]:
    """The values of these fields as text, in the order of the fields."""
    return ["" if (value := getattr(row, name)) is None else str(value) for name in fields]


def _recorded_value(row: models.Model, name: str) -> object:
    return getattr(row, getattr(row._meta.get_field(name), "attname", name))
