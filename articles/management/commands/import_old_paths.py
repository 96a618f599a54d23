from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from articles import old_paths
from articles.management.acting import acting_account
from articles.management.table_import import TableImportCommand


class Command(TableImportCommand):
    help = "Import a table (CSV) of old addresses and their targets: all rows, or none if one is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="FILE", help="old address, target; an empty target: gone for good (410)")
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )

    def handle(self, *args: object, path: str, by: str | None, **options: Any) -> None:
        self.import_table(path, lambda: old_paths.import_old_paths(Path(path).read_bytes(), by=acting_account(by)))
