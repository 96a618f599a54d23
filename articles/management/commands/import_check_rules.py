from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from articles import check_rules
from articles.management.acting import ActingCommand, acting_account


class Command(ActingCommand):
    help = "Import a table (CSV) of rules for the machine's reading: every row, or none if one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        given = parser.add_mutually_exclusive_group(required=True)
        given.add_argument("path", metavar="FILE", nargs="?", help="a table as the desk exports it")
        given.add_argument("--shipped", action="store_true", help="the rules that come with Newsroom")
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )

    def handle(self, *args: object, path: str | None, shipped: bool, by: str | None, **options: Any) -> None:
        user = acting_account(by)
        try:
            if shipped or path is None:
                done = check_rules.take_over_shipped_rules(by=user)
            else:
                done = check_rules.import_check_rules(Path(path).read_bytes(), by=user)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except PermissionDenied as refusal:
            raise CommandError(str(refusal)) from refusal
        except check_rules.UnusableTable as refusal:
            for problem in refusal.problems:
                self.stderr.write(f"{path}: {problem}")
            raise CommandError(_("Nothing was imported. Correct what is listed above, and run it again.")) from refusal
        self.stdout.write(_("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict())
