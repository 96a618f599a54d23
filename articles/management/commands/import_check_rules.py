from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from articles import check_rules
from articles.management.acting import acting_account
from articles.management.table_import import TableImportCommand


class Command(TableImportCommand):
    help = "Import a table (CSV) of rules for the machine's reading: all rows, or none if one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        given = parser.add_mutually_exclusive_group(required=True)
        given.add_argument("path", metavar="FILE", nargs="?", help="a table as the desk exports it")
        given.add_argument("--shipped", action="store_true", help="the rules that come with Newsroom")
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )

    def handle(self, *args: object, path: str | None, shipped: bool, by: str | None, **options: Any) -> None:
        user = acting_account(by)
        if shipped or path is None:
            self.import_table(path, lambda: check_rules.take_over_shipped_rules(by=user))
        else:
            self.import_table(path, lambda: check_rules.import_check_rules(Path(path).read_bytes(), by=user))
