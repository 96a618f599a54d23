import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles.management.acting import ActingCommand
from articles.management.first_account import ask_password, open_superuser
from articles.management.terminal import terminal_language


class Command(ActingCommand):
    help = "Open an account that may do everything. Replaces Django's command, which would not record it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="name of the account; asked for if it is missing")
        parser.add_argument("--email", default="", help="its mail address")
        parser.add_argument(
            "--noinput",
            action="store_true",
            help="ask nothing: the password is in DJANGO_SUPERUSER_PASSWORD, and is changed at the first log-in",
        )

    def handle(self, *args: object, username: str | None, email: str, noinput: bool, **options: Any) -> None:
        with override(terminal_language()):
            if noinput:
                password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
                username = username or os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
            else:
                username = username or input(_("Its name: ")).strip()
            try:
                open_superuser(username, password if noinput else ask_password(), email=email, must_change=noinput)
            except ValidationError as refused:
                raise CommandError("\n".join(refused.messages)) from refused
            self.stdout.write(_("The account “%(account)s” may do everything now.") % {"account": username})
