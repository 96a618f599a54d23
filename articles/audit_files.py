"""The audit as files: exported by days for an inspector, and archived month by month.

A line of JSON has everything that an entry's hash covers, so that a file verifies without the database. Entries that
are archived stay in the table, which permits no deletion: docs/decisions/evidence.md.
"""

import csv
import gzip
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, takewhile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from . import audit
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import AuditEntry
from .models.calendar_days import start_of_day
from .outside_json import parse_outside_json
from .refusals import Problem, Refusal

ENTRIES_PER_BATCH = 2000  # read by one query, and in memory at a time
# A spreadsheet takes a cell that begins so for a formula; full-width signs, too.
FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")
BOM = "\ufeff"  # by which spreadsheets recognise UTF-8
# The object of the entries about archived months.
ARCHIVE_OBJECT = "archive"

LAST_BEFORE_FIRST = Problem("audit_files.last_before_first", gettext_lazy("The last day is before the first."))
NOT_AN_AUDIT_FILE = Problem(
    "audit_files.not_an_audit_file", gettext_lazy("%(name)s: line %(line)d is not an audit entry.")
)


class CannotExport(Refusal):
    """Raised for days in the wrong order, and for a file that does not come from the audit."""


class Format(models.TextChoices):
    CSV = "csv", gettext_lazy("Table (CSV), for reading")
    LINES = "jsonl", gettext_lazy("JSON lines, whose hashes can be verified")


# --- Exporting --------------------------------------------------------------------------------------------------


def export_audit(start: date, end: date, file_format: Format, *, by: User) -> Iterator[bytes]:
    """Record the export and return the entries of these days, the last included, as chunks of a file.

    In the order of the chain; the entry about the export is not among them. Raises PermissionDenied or CannotExport.
    """
    permissions.require_duty_everywhere(by, Duty.AUDIT)
    if end < start:
        raise CannotExport(LAST_BEFORE_FIRST)
    first, after = start_of_day(start), start_of_day(end + timedelta(days=1))
    days = AuditEntry.objects.filter(at__gte=first, at__lt=after)
    found = days.aggregate(first=Min("pk"), last=Max("pk"), count=Count("pk"))
    audit.record_entry(
        "audit.exported", AuditEntry(), by=by, start=str(start), end=str(end), count=found["count"], format=file_format
    )
    # By keys alone: with the days in the query, a database may read and sort all of them for every batch. A clock that
    # was set back has left entries of other days among these.
    entries = AuditEntry.objects.filter(pk__lte=found["last"] or 0)
    read = _batches_of_entries(entries, after=(found["first"] or 1) - 1)
    batches = ([entry for entry in batch if first <= entry.at < after] for batch in read)
    return _csv_chunks(batches, get_language()) if file_format == Format.CSV else map(_json_lines, batches)


def _batches_of_entries(entries: models.QuerySet[AuditEntry], after: int) -> Iterator[list[AuditEntry]]:
    """Yield the entries after this key in order.

    Each batch is a separate query, so a slow download keeps no transaction or cursor open.
    """
    rows = entries.select_related("actor").order_by("pk")
    while batch := list(rows.filter(pk__gt=after)[:ENTRIES_PER_BATCH]):
        yield batch
        after = batch[-1].pk


def _csv_chunks(batches: Iterable[list[AuditEntry]], language: str | None) -> Iterator[bytes]:
    """Yield a table in the words of the desk; the language of the request may have ended before it is sent."""
    with override(language):
        head = [
            _("number"),
            _("at"),
            _("real name"),
            _("account"),
            _("act"),
            _("on what"),
            _("details"),
            _("from"),
            "SHA-256",
        ]
        line = BOM + _csv_lines([head])
    yield line.encode()
    for batch in batches:
        with override(language):
            chunk = _csv_lines(map(_table_row, batch)).encode()
        yield chunk


def _table_row(entry: AuditEntry) -> list[str]:
    return [
        str(entry.pk),
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.actor_name,
        entry.actor.get_username() if entry.actor else "",
        entry.act,
        f"{entry.object_type} {entry.object_id}".strip(),
        "; ".join(f"{name}: {value}" for name, value in entry.facts),
        entry.address or "",
        entry.hash,
    ]


def _csv_lines(rows: Iterable[list[str]]) -> str:
    """Return the rows as CSV, with a ' before whatever a spreadsheet would calculate."""
    text = io.StringIO()
    csv.writer(text).writerows([f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell for cell in row] for row in rows)
    return text.getvalue()


def _json_lines(entries: Iterable[AuditEntry]) -> bytes:
    rows = ({"id": entry.pk, **audit.entry_facts(entry), "hash": entry.hash} for entry in entries)
    return "".join(f"{json.dumps(row, ensure_ascii=False, default=_spell_instant)}\n" for row in rows).encode()


def _spell_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


# --- Archiving --------------------------------------------------------------------------------------------------


def archive_audit() -> Path | None:
    """Write the oldest month that is not archived and whose days are all older than settings.AUDIT_ARCHIVE_DAYS.

    Returns the file, or None if no month is due. Its SHA-256 is in the audit, hence in the chain. Several workers may
    call this at the same time. Raises OSError; the month stays due then.
    """
    newest = _archive_entries().order_by("-pk").first()
    after = newest.details["last_entry"] if newest else 0
    first = AuditEntry.objects.filter(pk__gt=after).order_by("pk").first()
    if first is None:
        return None
    month = timezone.localdate(first.at).replace(day=1)
    end = start_of_day((month + timedelta(days=31)).replace(day=1))
    if end > timezone.now() - timedelta(days=settings.AUDIT_ARCHIVE_DAYS):
        return None
    # In the order of the chain: a clock that was set back may have left entries of an earlier month among these.
    entries = takewhile(
        lambda entry: entry.at < end, chain.from_iterable(_batches_of_entries(AuditEntry.objects.all(), after))
    )
    path = settings.AUDIT_ARCHIVE / f"audit-{month:%Y-%m}-{first.pk}.jsonl.gz"
    last, count = _write_archive(path, entries)
    return path if _record_archive(path, month, newest, last, count) else None


def _write_archive(path: Path, entries: Iterable[AuditEntry]) -> tuple[AuditEntry, int]:
    """Write the entries (at least one); return the last one and their number.

    Equal entries give equal bytes. The file has its name only when it is complete and on the disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    count = 0
    with unfinished.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for entry in entries:
            file.write(_json_lines([entry]))
            last, count = entry, count + 1
        file.close()
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(path)
    return last, count


@transaction.atomic
def _record_archive(path: Path, month: date, newest: AuditEntry | None, last: AuditEntry, count: int) -> bool:
    """Return True if this call recorded the file; another worker may have."""
    audit.lock_audit_chain()
    if _archive_entries().order_by("-pk").first() != newest:
        return False
    audit.record_entry(
        "audit.archived",
        AuditEntry(pk=ARCHIVE_OBJECT),
        by=None,
        name=path.name,
        month=f"{month:%Y-%m}",
        count=count,
        last_entry=last.pk,
        sha256=_file_hash(path),
    )
    return True


def _archive_entries() -> models.QuerySet[AuditEntry]:
    """The entries about archived months; by the index of objects, since the worker asks often."""
    return AuditEntry.objects.filter(object_type="auditentry", object_id=ARCHIVE_OBJECT, action="audit.archived")


def archive_faults() -> Iterator[str]:
    """Yield a sentence for each archived file that is missing or was changed."""
    for entry in _archive_entries().order_by("pk").iterator():
        path = settings.AUDIT_ARCHIVE / entry.details["name"]
        try:
            if _file_hash(path) != entry.details["sha256"]:
                yield f"{path} was changed: it is not the archive that was recorded as {entry.details['sha256']}."
        except OSError as error:
            yield f"{path}, an archive of the audit, cannot be read: {error.strerror}."


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- Verifying a file -------------------------------------------------------------------------------------------


@dataclass
class WalkedFile:
    """The entries of a file: how many follow one another, the hash of the last, and the line that breaks the chain."""

    count: int = 0
    head: str | None = None
    broken_line: int | None = None


def walk_file(path: Path, after: str | None = None) -> WalkedFile:
    """Verify exported or archived JSON lines without the database. Raises CannotExport for another file, or OSError.

    `after`: the head of the file before, if this one continues it.
    """
    result = WalkedFile(head=after)
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                facts = parse_outside_json(line)
                is_next = result.head in (None, facts["previous_hash"]) and audit.facts_hash(facts) == facts["hash"]
            except (ValueError, KeyError, TypeError) as error:
                raise CannotExport(NOT_AN_AUDIT_FILE.filled(name=path.name, line=number)) from error
            if not is_next:
                result.broken_line = number
                return result
            result.head, result.count = facts["hash"], number
    return result
