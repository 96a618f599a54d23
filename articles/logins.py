"""Log-ins and log-outs: recorded in the audit, refused while locked (`login_locks.py`), and reported to the people
concerned.

Django authenticates; entries never contain a password.
"""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, desk_sessions, login_locks, mailing, passwords, sanitising
from .duty_assignments.permissions import Duty
from .login_locks import LoginAttempt, LoginLocked
from .models import AuditEntry

LONGEST_BROWSER = 200  # characters of the name that a browser sends
# Reported to the person on the desk's first page.
PERSONAL_ACTIONS = (
    "session.new_browser",
    "session.locked",
    *(
        "user.reset_started",
        "user.reset_confirmed",
        "user.password_reset",
        "user.password_set_on_server",
        "user.recovery_set",
    ),
)
GLASS_BROKEN = "session.glass_broken"  # a superuser logged in
TOLD_FOR = timedelta(days=7)
MOST_TOLD = 10


def record_login(user: User, attempt: LoginAttempt, *, way: str, session_key: str, was_here_before: bool) -> None:
    """Record that the user logged in, and how (`sign_on`); notify the person of a new browser, and the chief and
    security administrators of a superuser.

    `was_here_before`: the account was used before this log-in. Without SEVERAL_SESSIONS the others end.
    """
    browser = cleaned_browser(attempt.user_agent)
    if not settings.SEVERAL_SESSIONS:
        desk_sessions.end_sessions(user, but=session_key)
    audit.record_entry(GLASS_BROKEN if user.is_superuser else "session.opened", user, by=user, browser=browser, way=way)
    if was_here_before and not attempt.browser:
        audit.record_entry("session.new_browser", user, by=user, browser=browser)
        _tell_new_browser(user, browser)
    if user.is_superuser:
        _tell_glass_broken(user)


def record_refused_login(attempt: LoginAttempt, *, locked: LoginLocked | None = None, way: str = "password") -> None:
    """Record a failed log-in with the name that was typed or confirmed, and the browser; the entry has no actor.

    An address that is locked may try on and on: of its refusals, the first, tenth, hundredth and so on are recorded.
    """
    count = locked.count if locked else 0
    if count and not re.fullmatch("10*", str(count)):
        return
    facts: dict[str, object] = {"name": login_locks.cleaned_name(attempt.name), "way": way}
    if attempt.user_agent:
        facts["browser"] = cleaned_browser(attempt.user_agent)
    if locked:
        facts["why"] = "locked"
    if count:
        facts["count"] = count
    audit.record_entry("session.refused", User(), by=None, **facts)


def record_lock(attempt: LoginAttempt) -> None:
    """Record that an attempt locked a name, an address or a browser; with the account, if there is one, to notify
    it.
    """
    account = login_locks.account_named(attempt.name) or User()
    audit.record_entry("session.locked", account, by=None, name=login_locks.cleaned_name(attempt.name))


def record_logout(user: User) -> AuditEntry:
    """Record that the user logged out."""
    return audit.record_entry("session.closed", user, by=user)


def personal_notices(user: User, *, before: datetime | None) -> list[AuditEntry]:
    """What happened to the user's account within TOLD_FOR, or since their log-in `before` this one if longer ago."""
    since = min(before or timezone.now(), timezone.now() - TOLD_FOR)
    return list(_entries_about(Q(object_id=str(user.pk)), PERSONAL_ACTIONS, since)[:MOST_TOLD])


def superuser_logins() -> list[AuditEntry]:
    """The log-ins of superusers within TOLD_FOR, for chief and security."""
    keys = [str(key) for key in User.objects.filter(is_superuser=True).values_list("pk", flat=True)[:100]]
    return list(_entries_about(Q(object_id__in=keys), [GLASS_BROKEN], timezone.now() - TOLD_FOR)[:MOST_TOLD])


def cleaned_browser(user_agent: str) -> str:
    """Return what a browser calls itself, without control and bidi characters, and bounded."""
    return sanitising.plain_text(user_agent)[:LONGEST_BROWSER]


def _entries_about(whom: Q, actions: tuple[str, ...] | list[str], since: datetime) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(whom, object_type="user", action__in=actions, at__gt=since)


def _tell_new_browser(user: User, browser: str) -> None:
    text = _(
        "Your account %(account)s was used in a browser that is new to it:\n\n%(browser)s\n%(address)s\n\n"
        "If this was not you, change the password now: that ends all sessions. Then tell the security administrator."
    ) % {"account": user.get_username(), "browser": browser, "address": audit.acting_address() or ""}
    mailing.send_after_commit(passwords.password_facts(user).recovery_email, _("Log-in from a new browser"), text)


def _tell_glass_broken(user: User) -> None:
    """Mail the final readers and those who assign duties, in all sections."""
    told = User.objects.filter(
        is_active=True, assignments__duty__in=[Duty.FINAL, Duty.GRANT], assignments__section=None
    ).exclude(pk=user.pk)
    text = _("The account %(account)s, which may do everything, has logged in, from %(address)s.") % {
        "account": user.get_username(),
        "address": audit.acting_address() or "–",
    }
    for address in set(told.values_list("email", flat=True)[:50]):
        mailing.send_after_commit(address, _("An administrator has logged in"), text)
