"""Accounts: open, change, deactivate. They are never deleted, since audit entries refer to them.

They are opened without a password; the person sets it with a link (`password_resets.py`).
What an account may do is decided by its duties (`duty_assignments/assigning.py`).
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import audit, desk_sessions, passwords
from .duty_assignments import assigning, permissions
from .duty_assignments.permissions import Duty
from .models import Person
from .persons import PERSON_FIELDS, write_person
from .saved_rows import check_row, lock_row, recorded_changes, recorded_names, save_fields

COMMAND_LINE = "command-line"
SWITCHES = ["is_active", "is_staff", "is_superuser"]
ACCOUNT_FIELDS = ("username", "first_name", "last_name", "email", *SWITCHES)


def may_open_accounts(user: User) -> bool:
    """Return True if the user may open and close accounts."""
    return permissions.has_duty_everywhere(user, Duty.ACCOUNTS)


def may_change_account(user: User, account: User | None) -> bool:
    """Return True if the user may change the account, or, if None, any.

    Only superusers may change the accounts of superusers and of those who assign duties or read the audit (三员): with
    a new password, others could log in to them and gain their rights.
    """
    if user.is_superuser or account is None or not may_open_accounts(user):
        return may_open_accounts(user)
    apart = account.assignments.filter(duty__in=[Duty.GRANT, Duty.AUDIT])
    return not account.is_superuser and not apart.exists()


@transaction.atomic
def open_account(account: User, *, by: User, person: Person | None = None) -> User:
    """Add the account, without a password, and link it to its person. Nobody can log in to it before a reset.

    Raises PermissionDenied or ValidationError.
    """
    permissions.require_duty_everywhere(by, Duty.ACCOUNTS)
    if account.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("Only administrators make others administrators."))
    account.set_unusable_password()
    person_before = lock_row(person) if person else None  # before check_row takes the audit-chain lock
    check_row(account, None, (*ACCOUNT_FIELDS, "password"))
    save_fields(account, None, ())
    if person:
        _name_account(account, person, person_before, by=by)
    _record_account_change(account, None, ACCOUNT_FIELDS, by=by)
    return account


@transaction.atomic
def save_account(account: User, *, by: User, person: Person | None = None) -> User:
    """Save the changed fields of the account, except the password, and of its person.

    Deactivating it ends its sessions. Raises PermissionDenied, ValidationError, or CannotAssign for the last
    administrator.
    """
    before = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    require_may_change(by, before)
    person_before = lock_row(person) if person else None  # before check_row takes the audit-chain lock
    changed = check_row(account, before, ACCOUNT_FIELDS)
    if "is_superuser" in changed and not by.is_superuser:
        raise PermissionDenied(_("Only administrators make others administrators."))
    if before.pk == by.pk and set(changed) & set(SWITCHES):
        raise PermissionDenied(_("You cannot change what your own account may do; ask another administrator."))
    if changed:
        _refuse_last_administrator(account, before)
        save_fields(account, before, changed)
        if not (account.is_active and account.is_staff):
            desk_sessions.end_sessions(account)
        if account.is_superuser:
            passwords.void_unconfirmed_password(account)
    is_named = bool(person and _name_account(account, person, person_before, by=by))
    if changed or is_named:
        _record_account_change(account, before, changed, by=by, person=person if is_named else None)
    return account


@transaction.atomic
def find_or_open_command_line() -> User:
    """Return the superuser account that commands act as by default; created if missing. Nobody can log in to it."""
    known = User.objects.filter(username=COMMAND_LINE).first()
    if known:
        return known
    account = User(username=COMMAND_LINE, is_superuser=True)
    account.set_unusable_password()
    check_row(account, None, (*ACCOUNT_FIELDS, "password"))
    save_fields(account, None, ())
    audit.record_entry("user.added", account, by=None, name=COMMAND_LINE, fields=[], is_superuser=True)
    return account


def _refuse_last_administrator(account: User, before: User) -> None:
    """Raise CannotAssign if the change would leave no account that can open accounts, or none that can assign duties.

    The caller has taken the audit-chain lock.
    """
    if any(getattr(before, switch) and not getattr(account, switch) for switch in SWITCHES):
        for duty in assigning.KEPT_SOMEWHERE:
            assigning.require_somebody_else(before, duty)


def require_may_change(by: User, account: User) -> None:
    """Raise PermissionDenied, with a message, unless the user may change the account."""
    permissions.require_duty_everywhere(by, Duty.ACCOUNTS)
    if not may_change_account(by, account):
        raise PermissionDenied(
            _("The account “%(account)s” may do more than yours; only administrators change it.")
            % {"account": account.get_username()}
        )


def _name_account(account: User, person: Person, before: Person | None, *, by: User) -> bool:
    """Save the account's person, which has an audit entry of its own; returns True if the account had another or none.

    The caller has locked `before`.
    """
    if before and before.user_id not in (None, account.pk):
        raise ValidationError(_("“%(person)s” has an account already.") % {"person": before})
    person.user = account
    changed = write_person(person, before, (*PERSON_FIELDS, "user"), by=by)
    return before is None or "user" in changed


def _record_account_change(
    account: User, before: User | None, changed: Iterable[str], *, by: User, person: Person | None = None
) -> None:
    """Record the changed fields, the person whose account it became, and the flags.

    Never the e-mail address itself, since entries are permanent.
    """
    facts = recorded_changes(account, before, changed, private=["email"])
    if person:
        (name,) = recorded_names(account, ["person"])
        for values, value in ((facts["fields"], name), (facts["old"], ""), (facts["new"], str(person))):
            values.append(value)
    switches = {switch: getattr(account, switch) for switch in SWITCHES}
    what = "changed" if before else "added"
    audit.record_entry(f"user.{what}", account, by=by, name=account.get_username(), **facts, **switches)
