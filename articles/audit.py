"""The audit log: who did what to which object, when and from where; a hash chain that reveals any change.

Every action records its entry in its own transaction, so both are committed or neither is.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DataError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Assignment, AuditEntry, Person

GENESIS = "0" * 64
# The fields that an entry's hash covers; the actor by key.
HASHED = ("at", "actor", "actor_name", "action", "object_type", "object_id", "details", "address", "previous_hash")
RECENT_ENTRIES = 5000  # newest entries that `recent_count` looks through, so that its cost does not grow with the log
ENTRIES_PER_CHUNK = 2000  # entries in memory at a time while walking the chain
# What reading a field raises that was overwritten with a value of another type.
UNREADABLE_ENTRY = (TypeError, ValueError, OverflowError, DataError)
# An account's refusals and views of personal data that are recorded: so many in an hour, each object once in a day. A
# script must neither flood the audit nor keep others waiting for its lock.
REFUSALS_AN_HOUR = 30
VIEWING_AGAIN_AFTER = timedelta(days=1)
LONGEST_PAGE, LONGEST_REASON = 200, 400  # characters that are recorded of a refusal
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAY_ACT = ("is_active", "is_staff", "is_superuser")  # columns of an account without which it may do less
CHAIN_LOCK = 0x6E657773  # an advisory lock key that nothing else in this database uses

_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def acting_from(address: str | None) -> Iterator[None]:
    """Context manager: entries recorded inside it have this IP address."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def acting_address() -> str | None:
    """The IP address set by `acting_from`, or None."""
    return _address.get()


def recent_count(action: str, *, within: timedelta) -> int:
    """Count the entries of this action from the current IP address within this time, among RECENT_ENTRIES."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    newest = AuditEntry.objects.filter(pk__gt=last - RECENT_ENTRIES)
    return newest.filter(action=action, address=acting_address(), at__gt=timezone.now() - within).count()


def lock_audit_chain() -> None:
    """Take the audit-chain lock until the transaction ends: one transaction at a time. `record_entry` takes it too."""
    if connection.vendor == "postgresql":  # SQLite allows one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


@transaction.atomic(savepoint=False)  # an error here rolls back the whole action
def record_entry(action: str, obj: models.Model, *, by: User | None, **details: Any) -> AuditEntry:
    """Append one entry. `action` is dotted (`article.published`); `details` are strings, numbers, booleans and lists.

    `by` is the current user, or None if unknown (a failed log-in). Characters that no database stores are replaced.
    Raises PermissionDenied if the account was closed, or lost a duty, while it acted.
    """
    lock_audit_chain()
    name = _require_unchanged(by) if by else ""
    last = AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
    entry = AuditEntry(
        at=timezone.now(),
        actor=by,
        actor_name=name,
        action=action,
        object_type=str(obj._meta.model_name),
        object_id=str(obj.pk or ""),
        details={name: _storable_value(value) for name, value in details.items()},
        address=acting_address(),
        previous_hash=last or GENESIS,
    )
    entry.hash = entry_hash(entry)
    entry.save()
    return entry


def _require_unchanged(by: User) -> str:
    """Return the name of the account. Raises PermissionDenied if it may do less than when `by` was read.

    The caller has the audit-chain lock. Whoever closes an account or takes a duty away needs it too, so that an act is
    in the audit before that, or refused. After a refusal, `by` knows of the change.
    """
    columns = ("person__name", "assignments__duty", "assignments__section", *MAY_ACT)
    rows = list(User.objects.filter(pk=by.pk).values(*columns))
    now = rows[0] if rows else dict.fromkeys(columns)
    held = {(row["assignments__duty"], row["assignments__section"]) for row in rows}
    if not set(Assignment.known_of(by)) <= held or any(getattr(by, name) and not now[name] for name in MAY_ACT):
        Assignment.forget(by)
        for name in MAY_ACT:
            setattr(by, name, bool(now[name]))
        raise PermissionDenied(
            _("“%(user)s” was closed or lost a duty while doing this; nothing has changed.")
            % {"user": by.get_username()}
        )
    return str(now["person__name"] or by.get_username())


def _storable_value(value: object) -> object:
    """The value without NUL, which PostgreSQL does not store, and lone surrogates, which cannot be hashed."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return [_storable_value(part) for part in value] if isinstance(value, list | tuple) else value


def record_refusal(by: User, *, page: str, method: str, reason: str) -> AuditEntry | None:
    """Record that the account was refused this page of the desk; None after REFUSALS_AN_HOUR within an hour.

    The last entry of an hour is marked (`last`), since the refusals after it are not recorded.
    """
    recent = AuditEntry.objects.filter(
        object_type="user", object_id=str(by.pk), action="access.refused", at__gt=timezone.now() - timedelta(hours=1)
    )
    count = recent.count()
    if count >= REFUSALS_AN_HOUR:
        return None
    return record_entry(
        "access.refused",
        by,
        by=by,
        page=page[:LONGEST_PAGE],
        method=method,
        reason=reason[:LONGEST_REASON],
        last=count + 1 == REFUSALS_AN_HOUR,
    )


def record_viewing(obj: models.Model, *, by: User) -> AuditEntry | None:
    """Record that the account saw personal data of this object, `<model>.viewed`; None if it did within a day."""
    action = f"{obj._meta.model_name}.viewed"
    # By the object's index; with the actor in the condition, SQLite would look through all that the account ever did.
    lately = AuditEntry.objects.filter(
        object_type=str(obj._meta.model_name),
        object_id=str(obj.pk or ""),
        action=action,
        at__gt=timezone.now() - VIEWING_AGAIN_AFTER,
    )
    has_seen = by.pk in lately.values_list("actor", flat=True)
    return None if has_seen else record_entry(action, obj, by=by)


def account_name(user: User | None) -> str:
    """The real name of the user's person, or else the username; '' for None."""
    if user is None:
        return ""
    person: Person | None = getattr(user, "person", None)
    return person.name if person else user.get_username()


def name_with_account(user: User) -> str:
    """`account_name` followed by the username, for choices: two people may have the same name."""
    name, account = account_name(user), user.get_username()
    return account if name == account else f"{name}（{account}）"


def entry_hash(entry: AuditEntry) -> str:
    """Return the SHA-256, in hexadecimal, of the entry's fields and the previous entry's hash."""
    return facts_hash(entry_facts(entry))


def entry_facts(entry: AuditEntry) -> dict[str, Any]:
    """The fields that the entry's hash covers, as `facts_hash` takes them."""
    return {field: entry.serializable_value(field) for field in HASHED}


def facts_hash(facts: dict[str, Any]) -> str:
    """`entry_hash` for an entry read from a file, with `at` as ISO 8601."""
    at = facts["at"] if isinstance(facts["at"], datetime) else datetime.fromisoformat(facts["at"])
    hashed = {**{field: facts[field] for field in HASHED}, "at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_canonical_value)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass
class ChainWalk:
    """The result of `walk_chain`: the number of valid entries, the hash of the last one, the first broken entry, and
    whether the expected hash was found.
    """

    count: int = 0
    head: str = GENESIS
    broken: AuditEntry | None = None
    found: bool = False


def walk_chain(*, expected: str | None = None) -> ChainWalk:
    """Verify the chain from its beginning to its end or the first broken entry; entries are streamed."""
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
    """Return the first entry that breaks the chain, or None."""
    return walk_chain().broken


def _stream_entries() -> Iterator[AuditEntry]:
    """Yield every entry in order; an unreadable one has only its key."""
    entries, last = AuditEntry.objects.order_by("pk"), None
    try:
        for entry in entries.iterator(chunk_size=ENTRIES_PER_CHUNK):
            last = entry.pk
            yield entry
    except UNREADABLE_ENTRY:
        # The driver may fail for the whole chunk: read its rows one by one.
        rest = entries if last is None else entries.filter(pk__gt=last)
        for key in rest.values_list("pk", flat=True)[:ENTRIES_PER_CHUNK]:
            try:
                entry = entries.get(pk=key)
            except UNREADABLE_ENTRY:
                entry = AuditEntry(pk=key)
            yield entry


def _follows_previous(entry: AuditEntry, head: str) -> bool:
    try:
        return entry.previous_hash == head and entry_hash(entry) == entry.hash
    except UNREADABLE_ENTRY:
        return False


def _canonical_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
