"""Sessions of the desk: how long they last, whose they are, ending them.

Django stores them; a session that is not used for SESSION_COOKIE_AGE ends by itself (`store.py` adds who and where).
"""

from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import audit
from ..models import DeskSession

LONGEST = timedelta(hours=12)  # of a session, however often it is used
SEEN_EVERY = timedelta(minutes=1)  # how exactly the time of last use is known
# The keys in a session's data.
STARTED, SEEN, ADDRESS, BROWSER = "started", "seen", "address", "browser"
MOST_LISTED = 100


def instant_in(data: Mapping[str, Any], key: str) -> datetime | None:
    """Return an instant that is stored in a session's data, in seconds since 1970."""
    return datetime.fromtimestamp(data[key], UTC) if key in data else None


def keep_session(data: MutableMapping[str, Any], *, browser: str, is_used: bool = True) -> bool:
    """Note that the session is used now, if it is; returns False if it has lasted LONGEST.

    The first time, and from another address, it also notes whence, `browser` being the name that the browser sends.
    """
    now = timezone.now()
    started, seen = instant_in(data, STARTED), instant_in(data, SEEN)
    if started and now - started >= LONGEST:
        return False
    if not is_used:
        return True
    if started is None:
        data[STARTED] = now.timestamp()
    if seen is None or now - seen >= SEEN_EVERY or data.get(ADDRESS) != audit.acting_address():
        data[SEEN], data[ADDRESS], data[BROWSER] = now.timestamp(), audit.acting_address(), browser
    return True


def sessions_of(user: User) -> QuerySet[DeskSession]:
    """The user's open sessions, the one used last first."""
    idle = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    started = timezone.now() - LONGEST
    rows = DeskSession.objects.filter(user=user, expire_date__gt=timezone.now(), seen_at__gt=idle)
    return rows.exclude(started_at__lte=started).order_by("-seen_at")


def session_handle(session_key: str) -> str:
    """Return a name for a session on a page; its key would let anyone who sees the page use it."""
    return sha256(f"desk-session:{session_key}".encode()).hexdigest()[:32]


@transaction.atomic
def end_session(handle: str, *, by: User) -> None:
    """End one of the user's own sessions; idempotent."""
    for session in sessions_of(by)[:MOST_LISTED]:
        if session_handle(session.session_key) == handle:
            session.delete()
            audit.record_entry("session.ended", by, by=by, browser=session.browser)


@transaction.atomic
def end_other_sessions(user: User, *, but: str) -> int:
    """End all of the user's sessions but the one with the key `but`, which makes the request; returns how many."""
    count = end_sessions(user, but=but)
    if count:
        audit.record_entry("session.ended", user, by=user, count=count)
    return count


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the user's sessions, except the one with the key `but`; returns how many. Part of acts that record why."""
    return DeskSession.objects.filter(user=user).exclude(session_key=but or "").delete()[0]


def sweep_sessions() -> int:
    """Delete the sessions that are over, by time of use or by age; returns how many."""
    now = timezone.now()
    over = DeskSession.objects.filter(expire_date__lte=now) | DeskSession.objects.filter(started_at__lte=now - LONGEST)
    return over.delete()[0]
