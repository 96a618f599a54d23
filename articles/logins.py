"""Log-ins, log-outs and changes of one's own password: recorded in the audit, and refused where too many went wrong.

Django authenticates; what is recorded never contains a password.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from . import audit
from .models import AuditEntry
from .refusals import Problem, Refusal

# Refused log-ins from one address within this time, after which it has to wait. An office behind one address makes a few by
# itself.
REFUSED_LOGINS_ALLOWED, REFUSED_LOGINS_WITHIN = 20, timedelta(minutes=15)
LONGEST_USERNAME = 150  # characters, as in Django's table


TOO_MANY_LOGINS = Problem(
    "logins.too_many",
    _("Too many log-ins from here went wrong. Wait %(minutes)d minutes, then try again; nothing was checked."),
)


class TooManyLogins(Refusal):
    """The address has to wait; the sentence says how long."""


def refuse_login_flood() -> None:
    """Raise TooManyLogins where too many log-ins were refused a moment ago, from the address of `audit.acting_from`."""
    if audit.recent_count("session.refused", within=REFUSED_LOGINS_WITHIN) >= REFUSED_LOGINS_ALLOWED:
        raise TooManyLogins(TOO_MANY_LOGINS.filled(minutes=REFUSED_LOGINS_WITHIN // timedelta(minutes=1)))


def record_login(user: User) -> AuditEntry:
    """Record that the user logged in."""
    return audit.record_entry("session.opened", user, by=user)


def record_refused_login(username: str) -> AuditEntry:
    """Record a log-in that was refused, under the name that was typed; nobody is known to have acted."""
    tried = username.replace("\0", "")[:LONGEST_USERNAME]  # PostgreSQL stores no NUL
    return audit.record_entry("session.refused", User(), by=None, name=tried)


def record_logout(user: User) -> AuditEntry:
    """Record that the user logged out."""
    return audit.record_entry("session.closed", user, by=user)


def record_password_change(user: User) -> AuditEntry:
    """Record that the user changed their own password; call it in the transaction of the change."""
    return audit.record_entry("user.password_changed", user, by=user)
