from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles import accounts, login_locks, passwords
from articles.management.acting import ActingCommand
from articles.management.first_account import ask_password
from articles.management.terminal import terminal_language


class Command(ActingCommand):
    help = (
        "Set a password for once: the person changes it at the next log-in. Replaces Django's, which records nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="name of the account")

    def handle(self, *args: object, username: str, **options: Any) -> None:
        with override(terminal_language()):
            account = User.objects.filter(username=username).exclude(username=accounts.COMMAND_LINE).first()
            if account is None:
                raise CommandError(_("There is no account “%(account)s”.") % {"account": username})
            try:
                password = ask_password()
                validate_password(password, account)
            except ValidationError as refused:
                raise CommandError("\n".join(refused.messages)) from refused
            by = accounts.find_or_open_command_line()
            passwords.set_password_on_server(account, password, must_change=True, by=by)
            login_locks.forget_failures(username)
            self.stdout.write(_("Done. “%(account)s” chooses a password at the next log-in.") % {"account": username})
