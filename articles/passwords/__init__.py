"""Passwords: who sets them, how long they hold, what they may be (`validators.py`).

Only the person sets a password: on the page for it, with a link (`password_resets.py`), or the owner of the machine
does
on its command line. Nobody else does; audit entries never contain one.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from .. import audit, desk_sessions
from ..models import AccountPassword

KEPT = 5  # hashes, so that none of the last five passwords is reused
DEMO_PASSWORD = "newsroom-demo"  # noqa: S105 (not a secret: the log-in page prints it)
REMINDED = timedelta(days=15)  # before the password has to be changed


@transaction.atomic
def change_own_password(user: User, password: str) -> None:
    """Set the password that the user has chosen on the desk, and end all their sessions."""
    facts = password_facts(_lock_account(user))
    write_password(user, password, is_confirmed=facts.is_confirmed)
    audit.record_entry("user.password_changed", user, by=user)


@transaction.atomic
def set_password_on_server(user: User, password: str, *, must_change: bool, by: User) -> None:
    """Set a password as the owner of the machine does, from the command line."""
    write_password(_lock_account(user), password, must_change=must_change)
    audit.record_entry("user.password_set_on_server", user, by=by, name=user.get_username())


@transaction.atomic
def set_demo_password(user: User) -> None:
    """Set the password of the demo, which everybody may know."""
    write_password(user, DEMO_PASSWORD, is_demo=True)


@transaction.atomic
def set_recovery_email(user: User, email: str) -> None:
    """Set the address to which the user's links for a forgotten password go; '' for none. The caller has checked their
    password."""
    facts = password_facts(_lock_account(user))
    if facts.recovery_email == email:
        return
    facts.recovery_email = email
    facts.save()
    audit.record_entry("user.recovery_set", user, by=user, name=user.get_username())


def void_unconfirmed_password(user: User) -> bool:
    """Make the password unusable if one person alone may know it; returns True if it was. Part of giving duties."""
    facts = password_facts(user)
    if facts.is_confirmed or not user.has_usable_password():
        return False
    user.set_unusable_password()
    user.save(update_fields=["password"])
    desk_sessions.end_sessions(user)
    audit.record_entry("user.password_voided", user, by=None, name=user.get_username())
    return True


def write_password(
    user: User, password: str, *, must_change: bool = False, is_confirmed: bool = True, is_demo: bool = False
) -> None:
    """Write the password and how it was set, and end the account's sessions. The caller has locked the account."""
    facts = password_facts(user)
    facts.former = [make_password(password), *known_hashes(user, facts)][:KEPT]
    user.password = facts.former[0]
    user.save(update_fields=["password"])
    facts.set_at, facts.must_change, facts.is_confirmed, facts.is_demo = (
        timezone.now(),
        must_change,
        is_confirmed,
        is_demo,
    )
    facts.save()
    desk_sessions.end_sessions(user)


def password_facts(user: User) -> AccountPassword:
    """Return how the account's password was set; an unsaved row if that is unknown."""
    return AccountPassword.objects.filter(user=user).first() or AccountPassword(user=user, set_at=user.date_joined)


def known_hashes(user: User, facts: AccountPassword) -> list[str]:
    """The hashes of the last passwords, the current one first, even if it was set by other means."""
    current = [user.password] if user.has_usable_password() and user.password not in facts.former else []
    return [*current, *facts.former][:KEPT]


def password_due_at(user: User) -> datetime | None:
    """Return when the password has to be changed, which may be in the past; None for a demo's, and without a password
    here.
    """
    facts = password_facts(user)
    if facts.is_demo or not user.has_usable_password():
        return None
    return facts.set_at if facts.must_change else facts.set_at + timedelta(days=settings.PASSWORD_DAYS)


def demo_accounts() -> list[str]:
    """The names of the accounts that have the demo's password, for the log-in page; at most twenty."""
    rows = AccountPassword.objects.filter(is_demo=True, user__is_active=True).order_by("user")
    return list(rows.values_list("user__username", flat=True)[:20])


def _lock_account(user: User) -> User:
    """Lock the account's row, and give the caller's object the password that is stored."""
    user.password = User.objects.select_for_update(no_key=True).get(pk=user.pk).password
    return user
