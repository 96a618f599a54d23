from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ..refusals import Refusal


class ActingCommand(BaseCommand):
    """A command that calls acts. A Refusal ends it with the refusal's sentences and exit code 1."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; raises CommandError for a Refusal."""
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
