from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from .. import accounts
from ..refusals import Refusal


class ActingCommand(BaseCommand):
    """A command that calls acts. A Refusal ends it with the refusal's sentences and exit code 1."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; raises CommandError for a Refusal."""
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal


def acting_account(username: str | None) -> User:
    """Return the named account, or the command line's own, which nobody can log in to. Raises CommandError."""
    if username is None:
        return accounts.find_or_open_command_line()
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"--by {username}: there is no such account.") from error
