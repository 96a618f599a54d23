"""Accounts: opened, named, switched off, given a password; never deleted, since the audit names them.

What an account may do in the newsroom are duties, which `assigning` gives and takes.
"""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import audit
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Person
from .persons import PERSON_FIELDS, write_person
from .saved_rows import check_row, labels_of, lock_row, save_fields

COMMAND_LINE = "command-line"
SWITCHES = ["is_active", "is_staff", "is_superuser"]
ACCOUNT_FIELDS = ("username", "first_name", "last_name", "email", *SWITCHES)


def may_open_accounts(user: User) -> bool:
    """Whether the user opens and closes accounts."""
    return permissions.has_duty_everywhere(user, Duty.ACCOUNTS)


def may_change_account(user: User, account: User | None) -> bool:
    """Superusers change every account. Others change none whose password would be a way to more than they may: not a
    superuser's, nor one that assigns duties or reads the audit (三员).
    """
    if user.is_superuser or account is None or not may_open_accounts(user):
        return may_open_accounts(user)
    apart = account.assignments.filter(duty__in=[Duty.GRANT, Duty.AUDIT])
    return not account.is_superuser and not apart.exists()


@transaction.atomic
def open_account(account: User, *, by: User, person: Person | None = None) -> User:
    """Add the account, with the person whose it is. Without a password set on it, nobody logs in to it.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    permissions.require_duty_everywhere(by, Duty.ACCOUNTS)
    if account.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("Only administrators make others administrators."))
    if not account.password:
        account.set_unusable_password()
    check_row(account, None, (*ACCOUNT_FIELDS, "password"))
    save_fields(account, None, ())
    if person:
        _name_account(account, person, by=by)
    _record_account_change(account, "added", [], by=by)
    return account


@transaction.atomic
def save_account(account: User, *, by: User, person: Person | None = None) -> User:
    """Write what changed of the account, but for its password, and of the person whose it is.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    _require_may_change(by, before)
    changed = check_row(account, before, ACCOUNT_FIELDS)
    if "is_superuser" in changed and not by.is_superuser:
        raise PermissionDenied(_("Only administrators make others administrators."))
    if before.pk == by.pk and set(changed) & set(SWITCHES):
        raise PermissionDenied(_("Nobody changes what their own account may do; ask another who may."))
    if changed:
        save_fields(account, before, changed)
    labels = labels_of(account, changed)
    if person:
        labels += _name_account(account, person, by=by)
    if labels:
        _record_account_change(account, "changed", labels, by=by)
    return account


@transaction.atomic
def set_account_password(account: User, password: str | None, *, by: User) -> None:
    """Give the account this password, or with None one that nothing matches. The entry says by whom, never what it is.

    Raises PermissionDenied; nothing has changed then.
    """
    before = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    _require_may_change(by, before)
    account.set_password(password)
    account.save(update_fields=["password"])
    audit.record_entry("user.password_set", account, by=by, name=account.get_username())


@transaction.atomic
def find_or_open_command_line() -> User:
    """The account that commands act as where nobody is named: a superuser's, which nobody can log in to."""
    known = User.objects.filter(username=COMMAND_LINE).first()
    if known:
        return known
    account = User(username=COMMAND_LINE, is_superuser=True)
    account.set_unusable_password()
    check_row(account, None, (*ACCOUNT_FIELDS, "password"))
    save_fields(account, None, ())
    audit.record_entry("user.added", account, by=None, name=COMMAND_LINE, fields=[], is_superuser=True)
    return account


def _require_may_change(by: User, account: User) -> None:
    permissions.require_duty_everywhere(by, Duty.ACCOUNTS)
    if not may_change_account(by, account):
        raise PermissionDenied(
            _("The account “%(account)s” may do more than yours; only administrators change it.")
            % {"account": account.get_username()}
        )


def _name_account(account: User, person: Person, *, by: User) -> list[str]:
    """Write whose account it is; what of it changed, in words for the account's entry."""
    before = lock_row(person)
    if before and before.user_id not in (None, account.pk):
        raise ValidationError(_("“%(person)s” has an account already.") % {"person": before})
    person.user = account
    changed = write_person(person, before, (*PERSON_FIELDS, "user"), by=by)
    if before is None or "user" in changed:
        return [str(Person._meta.model_name)]
    return labels_of(person, [name for name in PERSON_FIELDS if name in changed])


def _record_account_change(account: User, what: str, fields: list[str], *, by: User) -> None:
    """Which fields, and what the account may do since; never its e-mail address, which an entry would keep for good."""
    switches = {switch: getattr(account, switch) for switch in SWITCHES}
    audit.record_entry(f"user.{what}", account, by=by, name=account.get_username(), fields=fields, **switches)
