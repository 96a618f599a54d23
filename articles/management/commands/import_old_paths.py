from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from articles import old_paths
from articles.management.acting import ActingCommand, acting_account


class Command(ActingCommand):
    help = "Import a table (CSV) of old addresses and their targets: every row, or none if one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="FILE", help="old address, target; an empty target: gone for good (410)")
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )

    def handle(self, *args: object, path: str, by: str | None, **options: Any) -> None:
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        try:
            done = old_paths.import_old_paths(data, by=acting_account(by))
        except PermissionDenied as refusal:
            raise CommandError(str(refusal)) from refusal
        except old_paths.UnusableTable as refusal:
            for problem in refusal.problems:
                self.stderr.write(f"{path}: {problem}")
            raise CommandError(_("Nothing was imported. Correct what is listed above, and run it again.")) from refusal
        self.stdout.write(_("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict())
