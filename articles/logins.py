"""Log-ins, log-outs and password changes: recorded in the audit, and limited after too many failures.

Django authenticates; entries never contain a password.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from . import audit
from .models import AuditEntry
from .refusals import Problem, Refusal

# The most failed log-ins from one address within this time. Offices share one address and have a few failures anyway.
REFUSED_LOGINS_ALLOWED, REFUSED_LOGINS_WITHIN = 20, timedelta(minutes=15)
LONGEST_USERNAME = 150  # characters, as in Django's table

TOO_MANY_LOGINS = Problem(
    "logins.too_many",
    _("Too many failed log-ins from your address. Wait %(minutes)d minutes, then try again; nothing was checked."),
)


class TooManyLogins(Refusal):
    """Raised after too many failed log-ins; the message says how long to wait."""


def refuse_login_flood() -> None:
    """Raise TooManyLogins after too many recent failures from the address set by `audit.acting_from`."""
    if audit.recent_count("session.refused", within=REFUSED_LOGINS_WITHIN) >= REFUSED_LOGINS_ALLOWED:
        raise TooManyLogins(TOO_MANY_LOGINS.filled(minutes=REFUSED_LOGINS_WITHIN // timedelta(minutes=1)))


def record_login(user: User) -> AuditEntry:
    """Record that the user logged in."""
    return audit.record_entry("session.opened", user, by=user)


def record_refused_login(username: str) -> AuditEntry:
    """Record a failed log-in with the username that was typed; the entry has no actor."""
    tried = username.replace("\0", "")[:LONGEST_USERNAME]  # PostgreSQL stores no NUL
    return audit.record_entry("session.refused", User(), by=None, name=tried)


def record_logout(user: User) -> AuditEntry:
    """Record that the user logged out."""
    return audit.record_entry("session.closed", user, by=user)


def record_password_change(user: User) -> AuditEntry:
    """Record that the user changed their own password; call it in the transaction of the change."""
    return audit.record_entry("user.password_changed", user, by=user)
