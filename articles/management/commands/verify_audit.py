from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import audit


class Command(BaseCommand):
    help = "Verify the audit's hash chain; exits 1 and names the first entry that does not match."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect-head", metavar="HASH", help="a head noted earlier; fails if no entry of the chain has this hash"
        )

    def handle(self, *args: object, expect_head: str | None, **options: Any) -> None:
        # An empty value is a script's empty variable, not a request to skip the check.
        if expect_head is not None:
            expect_head = expect_head.strip().lower()
        walk = audit.walk_chain(expected=expect_head)
        if walk.broken:
            entry = walk.broken
            raise CommandError(
                f"Entry {entry.pk} ({entry.action}) does not match the chain; the {walk.count} entries before it do."
            )
        if expect_head is not None and not walk.found:
            raise CommandError(
                f"No entry has the hash “{expect_head}”: entries were cut off or rewritten after it was noted. "
                f"{walk.count} entries remain, unbroken. Head: {walk.head}"
            )
        self.stdout.write(f"{walk.count} entries, unbroken. Head: {walk.head}")
