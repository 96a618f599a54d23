"""The audit: who did what, to what, when, from where; a chain of hashes in which nothing can be changed unnoticed.

Every act records its entry in its own transaction, so an act without its entry, or an entry without its act, cannot be.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import DataError, connection, models, transaction
from django.utils import timezone

from .models import AuditEntry

GENESIS = "0" * 64
# What an entry's hash is of; the actor by number.
HASHED = ("at", "actor", "actor_name", "action", "object_type", "object_id", "details", "address", "previous_hash")
LOOKED_AT = 5000  # newest entries that are looked through for what happened lately: years of them cost nothing
CHUNK = 2000  # entries in memory at a time, walking
# What a field raises that was overwritten with no value of its kind.
UNREADABLE = (TypeError, ValueError, OverflowError, DataError)
CHAIN_LOCK = 0x6E657773  # any number that nothing else in this database locks

_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def acting_from(address: str | None) -> Iterator[None]:
    """Acts inside the block are recorded as coming from this IP address."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def acting_address() -> str | None:
    """The IP address that the current act comes from; None where nobody said."""
    return _address.get()


def recent_count(action: str, *, within: timedelta) -> int:
    """How often an act was recorded from where the current one comes from, among the newest entries."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    newest = AuditEntry.objects.filter(pk__gt=last - LOOKED_AT)
    return newest.filter(action=action, address=acting_address(), at__gt=timezone.now() - within).count()


def lock_audit_chain() -> None:
    """From here on one transaction at a time goes on, until it ends. Every act comes by here with its entry."""
    if connection.vendor == "postgresql":  # SQLite lets one writer in at BEGIN
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


@transaction.atomic(savepoint=False)  # in an act nobody goes on without its entry
def record_entry(action: str, obj: models.Model, *, by: Any, **details: Any) -> AuditEntry:
    """Append one entry. `action` is dotted (`article.published`); `details` hold strings, numbers, booleans and lists.

    `by` is the acting user, or None where nobody is known (a failed log-in).
    """
    lock_audit_chain()
    last = AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
    entry = AuditEntry(
        at=timezone.now(),
        actor=by,
        actor_name=account_name(by),
        action=action,
        object_type=str(obj._meta.model_name),
        object_id=str(obj.pk or ""),
        details=details,
        address=acting_address(),
        previous_hash=last or GENESIS,
    )
    entry.hash = entry_hash(entry)
    entry.save()
    return entry


def account_name(user: Any) -> str:
    """The real name of a user where the desk knows it, else the account's name; '' for nobody."""
    if user is None:
        return ""
    person = getattr(user, "person", None)
    return person.name if person else user.get_username()


def name_with_account(user: User) -> str:
    """The same with the account's name behind it, for choices: two people may have one name."""
    name, account = account_name(user), user.get_username()
    return account if name == account else f"{name}（{account}）"


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256, in hex, of the entry's facts and of the hash of the entry before."""
    return facts_hash({field: entry.serializable_value(field) for field in HASHED})


def facts_hash(facts: dict[str, Any]) -> str:
    """The same of an entry that is no row: read from a file, its instant as ISO 8601."""
    at = facts["at"] if isinstance(facts["at"], datetime) else datetime.fromisoformat(facts["at"])
    hashed = {**{field: facts[field] for field in HASHED}, "at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_canonical_value)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass
class ChainWalk:
    """What walking the chain found: how many entries fit, the hash of the last, the first that does not fit, and
    whether an expected hash was met.
    """

    count: int = 0
    head: str = GENESIS
    broken: AuditEntry | None = None
    found: bool = False


def walk_chain(*, expected: str | None = None) -> ChainWalk:
    """Walk the chain from its beginning, in a stream, up to its end or to the first entry that does not follow."""
    result = ChainWalk(found=expected == GENESIS)
    for entry in _stream_entries():
        if not _follows_previous(entry, result.head):
            result.broken = entry
            return result
        result.head = entry.hash
        result.count += 1
        result.found = result.found or entry.hash == expected
    return result


def first_broken_entry() -> AuditEntry | None:
    """The first entry that does not follow from the one before it, or None."""
    return walk_chain().broken


def _stream_entries() -> Iterator[AuditEntry]:
    """Every entry, in order; of one that cannot even be read, its number alone."""
    entries, last = AuditEntry.objects.order_by("pk"), None
    try:
        for entry in entries.iterator(chunk_size=CHUNK):
            last = entry.pk
            yield entry
    except UNREADABLE:
        # A driver may fail for the whole chunk: find the one among its rows.
        rest = entries if last is None else entries.filter(pk__gt=last)
        for key in rest.values_list("pk", flat=True)[:CHUNK]:
            try:
                entry = entries.get(pk=key)
            except UNREADABLE:
                entry = AuditEntry(pk=key)
            yield entry


def _follows_previous(entry: AuditEntry, head: str) -> bool:
    try:
        return entry.previous_hash == head and entry_hash(entry) == entry.hash
    except UNREADABLE:
        return False


def _canonical_value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
