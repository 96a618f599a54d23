from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import audit


class Command(BaseCommand):
    help = "Walk the audit's chain of hashes; exits 1 and names the first entry that does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect-head", metavar="HASH", help="a head written down earlier; fails when the chain does not hold it"
        )

    def handle(self, *args: object, expect_head: str | None, **options: Any) -> None:
        # An empty one is a script's empty variable, not a wish to check less.
        if expect_head is not None:
            expect_head = expect_head.strip().lower()
        walk = audit.walk_chain(expected=expect_head)
        if walk.broken:
            entry = walk.broken
            raise CommandError(
                f"Entry {entry.pk} ({entry.action}) does not fit the chain; the {walk.count} entries before it do."
            )
        if expect_head is not None and not walk.found:
            raise CommandError(
                f"No entry has the hash “{expect_head}”: since it was written down, entries were cut off or made anew. "
                f"{walk.count} entries remain, unbroken. Head: {walk.head}"
            )
        self.stdout.write(f"{walk.count} entries, unbroken. Head: {walk.head}")
