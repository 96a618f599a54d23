import sys
from typing import Any

from django.core.management.base import CommandParser

from articles import baking
from articles.management.acting import ActingCommand
from articles.models import PageCheck


class Command(ActingCommand):
    help = (
        "Compare the baked files with what the site answers, byte for byte; exits 1 and lists the differences. "
        "The desk shows the newest result."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--manifest", action="store_true", help="compare with the hashes of what was baked: finds tampering"
        )
        parser.add_argument("--repair", action="store_true", help="bake differing pages again, remove added files")

    def handle(self, *args: object, manifest: bool, repair: bool, **options: Any) -> None:
        baking.require_own_store()
        result = baking.check_files(
            against=PageCheck.Against.MANIFEST if manifest else PageCheck.Against.SITE, repair=repair
        )
        for name, wrong in result.findings:
            self.stdout.write(f"{wrong}: {name}")
        self.stdout.write(f"Compared {result.pages} files with {result.get_against_display()}; {result.count} differ.")
        if result.count:
            sys.exit(1)
