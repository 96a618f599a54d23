"""Failed log-ins lock the account, and the address they come from, for a growing time.

A browser that the account has used has a separate lock, so that nobody can lock the person out from elsewhere. The
typed name counts: one without an account behaves like one with an account. An attempt is counted before the
password is checked, so that parallel attempts gain nothing over sequential ones.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, sanitising
from .backoff import Backoff
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import LoginLock
from .refusals import Problem, Refusal

Kind = LoginLock.Kind
LONGEST_NAME = 150  # characters, as in Django's table


@dataclass(frozen=True)
class LockRule:
    """So many failures lock; the pause doubles with every lock; after a quiet time all is forgotten."""

    failures: int
    pause: Backoff
    quiet: timedelta


_of_a_name = LockRule(5, Backoff(first=timedelta(minutes=5), longest=timedelta(hours=12)), timedelta(hours=24))
RULES = {
    Kind.ACCOUNT: _of_a_name,
    Kind.BROWSER: _of_a_name,
    # Three hundred people behind one address mistype now and then; their own browsers are not counted here.
    Kind.ADDRESS: LockRule(
        100, Backoff(first=timedelta(minutes=15), longest=timedelta(hours=12)), timedelta(minutes=15)
    ),
}
IPV6_PREFIX = 64  # bits of an address that a provider gives to one customer

KNOWN_BROWSER_SALT = "known-browser"
KNOWN_FOR = timedelta(days=180)
MOST_KNOWN = 10  # accounts of one browser

LOCKED = Problem(
    "login_locks.locked",
    _("There were too many failed log-ins. Try again in %(minutes)d minutes; nothing was checked."),
    _("Sooner: log in with a browser that you have used before, or ask the security administrator."),
)


class LoginLocked(Refusal):
    """Raised while a name or an address is locked; the message says how long to wait.

    `count`: how many attempts the locked address has made since; 0 if its address is not locked.
    """

    def __init__(self, problem: Problem, *, count: int) -> None:
        super().__init__(problem)
        self.count = count


@dataclass(frozen=True)
class LoginAttempt:
    """Who tries to log in, and from where: what decides which failures count together."""

    name: str  # '' where another service says later who it is
    address: str | None
    browser: str  # the identity in a known browser's cookie; '' for any other
    user_agent: str = ""

    def counted(self) -> list[tuple[Kind, str]]:
        """What the attempt counts against: only the known browser, or the name and the address."""
        name = folded_name(self.name)
        if self.browser:
            return [(Kind.BROWSER, f"{self.browser}:{name}")]
        address = address_network(self.address)
        return [*([(Kind.ACCOUNT, name)] if name else []), *([(Kind.ADDRESS, address)] if address else [])]


def begin_attempt(attempt: LoginAttempt) -> bool:
    """Count the attempt as failed, before its password is checked; returns True if that locks.

    The password may be checked all the same. Raises LoginLocked if the name, the address or the browser is locked.
    """
    with transaction.atomic():
        rows = [_lock_count(kind, subject) for kind, subject in attempt.counted()]
        now = timezone.now()
        until = max((row.locked_until for row in rows if row.locked_until and row.locked_until > now), default=None)
        if until is None:
            locking = [_count_failure(row, now) for row in rows]
            return any(locking)
        count = sum(_count_while_locked(row) for row in rows if row.kind == Kind.ADDRESS and row.locked_until)
    raise LoginLocked(LOCKED.filled(minutes=int((until - now).total_seconds() // 60) + 1), count=count)


@transaction.atomic
def end_attempt(attempt: LoginAttempt) -> None:
    """Take the attempt back, since the password was right: reset the name, and subtract one failure from the
    address.
    """
    for kind, subject in attempt.counted():
        row = LoginLock.objects.select_for_update(no_key=True).filter(key=_key(kind, subject)).first()
        if row is None:
            continue
        if kind != Kind.ADDRESS:
            row.delete()
        elif row.failures:
            row.failures -= 1
            row.save(update_fields=["failures"])


@transaction.atomic
def forget_failures(name: str) -> None:
    """Unlock the name everywhere except in known browsers: its password was reset."""
    LoginLock.objects.filter(key=_key(Kind.ACCOUNT, folded_name(name))).delete()


@transaction.atomic
def unlock(key: str, *, by: User) -> bool:
    """Unlock a name, an address or a browser; returns False if it is not locked. Raises PermissionDenied."""
    permissions.require_duty_everywhere(by, Duty.GRANT)
    row = locked_now().select_for_update(no_key=True).filter(pk=key).first()
    if row is None:
        return False
    row.delete()
    audit.record_entry("session.unlocked", User(), by=by, name=row.subject, origin=row.kind)
    return True


def locked_now() -> QuerySet[LoginLock]:
    """What is locked now, the longest first."""
    return LoginLock.objects.filter(locked_until__gt=timezone.now()).order_by("-locked_until")


def sweep_locks() -> int:
    """Delete the counts that are forgotten; returns how many."""
    return LoginLock.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]


def known_browser(cookie: str, name: str) -> str:
    """Return the identity of the browser if its cookie is ours and it has logged in with this name; otherwise ''."""
    identity, names = _read_known(cookie)
    return identity if _name_mark(name) in names else ""


def remember_browser(cookie: str, name: str, new_identity: str) -> str:
    """Return the cookie of a browser that has now logged in with this name, too."""
    identity, names = _read_known(cookie)
    mark = _name_mark(name)
    kept = [mark, *(one for one in names if one != mark)][:MOST_KNOWN]
    return signing.dumps([identity or new_identity, kept], salt=KNOWN_BROWSER_SALT)


def cleaned_name(name: str) -> str:
    """Return a name as typed, without control and bidi characters, and bounded: for the audit and for lists."""
    return sanitising.plain_text(name)[:LONGEST_NAME]


def account_named(name: str) -> User | None:
    """Return the account of a name as typed; None for a name that a database could not even look up."""
    return User.objects.filter(username=name).first() if name == cleaned_name(name) else None


def folded_name(name: str) -> str:
    """Return the name as it is counted: variants of case and width are one."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def address_network(address: str | None) -> str:
    """Return the address, or of an IPv6 address its /64; '' for none. An IPv4 address within IPv6 is that address."""
    if not address:
        return ""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, IPV6_PREFIX), strict=False))
    return str(found)


def _lock_count(kind: Kind, subject: str) -> LoginLock:
    """Lock the counter's row, created if missing; an expired one starts from zero."""
    now = timezone.now()
    # For a browser, store the name that was tried in it: its identity stays private.
    shown = cleaned_name(subject.partition(":")[2] if kind == Kind.BROWSER else subject)
    facts = {"kind": kind, "subject": shown, "failed_at": now, "forgotten_at": now + RULES[kind].quiet}
    key = _key(kind, subject)
    LoginLock.objects.get_or_create(key=key, defaults=facts)
    row = LoginLock.objects.select_for_update(no_key=True).get(key=key)
    if row.forgotten_at <= now:
        row.locks = row.failures = 0
    if row.locked_until and row.locked_until <= now:
        row.failures, row.locked_until = 0, None
    return row


def _count_failure(row: LoginLock, now: datetime) -> bool:
    """Count one more failure; returns True if it locks."""
    rule = RULES[Kind(row.kind)]
    row.failures += 1
    row.failed_at = now
    is_locked = row.failures >= rule.failures
    if is_locked:
        row.locks, row.locked_until = rule.pause.after_failure(row.locks)
        row.failures = 0
    row.forgotten_at = max(now, row.locked_until or now) + rule.quiet
    row.save()
    return is_locked


def _count_while_locked(row: LoginLock) -> int:
    row.failures += 1
    row.save(update_fields=["failures"])
    return row.failures


def _key(kind: Kind, subject: str) -> str:
    return sha256(f"{kind}:{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def _name_mark(name: str) -> str:
    """A short mark of a name in the cookie, which need not reveal who uses the browser."""
    return _key(Kind.BROWSER, folded_name(name))[:16]


def _read_known(cookie: str) -> tuple[str, list[str]]:
    try:
        identity, names = signing.loads(cookie, salt=KNOWN_BROWSER_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return "", []
    return identity, names
