"""What the owner of the machine does to accounts on its command line; recorded in the audit like everything else."""

from getpass import getpass

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .. import accounts, passwords


def ask_password() -> str:
    """Ask for a password, twice. Raises ValidationError if the two differ."""
    password = getpass(_("Its password: "))
    if password != getpass(_("The password again: ")):
        raise ValidationError(_("The two passwords are not the same."))
    return password


@transaction.atomic
def open_superuser(username: str, password: str, *, email: str = "", must_change: bool = False) -> User:
    """Open an account that may do everything. Raises ValidationError."""
    account = User(username=username, email=email, is_superuser=True, is_staff=True)
    validate_password(password, account)
    by = accounts.find_or_open_command_line()
    accounts.open_account(account, by=by)
    passwords.set_password_on_server(account, password, must_change=must_change, by=by)
    return account
