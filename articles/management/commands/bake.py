from typing import Any

from django.core.management.base import CommandError, CommandParser

from articles import baking
from articles.management.acting import ActingCommand
from articles.management.terminal import ProgressBar


class Command(ActingCommand):
    help = "Bake the queued pages, or the whole site. Safe to interrupt: the next run continues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything", help="every page, put in place at the end")
        parser.add_argument(
            "--anew",
            action="store_true",
            dest="restart",
            help="with --all: start over, do not continue an unfinished one",
        )
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="take over: from now on the pages of this database are in this folder or bucket, and nowhere else",
        )
        parser.add_argument("--processes", type=int, help="with --all: how many at once (default: one for each core)")

    def handle(
        self,
        *args: object,
        everything: bool,
        restart: bool,
        processes: int | None,
        adopt: bool,
        **options: Any,
    ) -> None:
        if adopt:
            baking.adopt_store()
        baking.require_own_store()
        if not everything:
            self.stdout.write(f"Baked {baking.bake_pending()}.")
            return
        bar = ProgressBar(self.stdout, "pages")
        try:
            count = baking.bake_everything(processes=processes, restart=restart, progress=bar.show)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. Run it again to continue; readers still get the old site.") from error
        except OSError as error:
            raise CommandError(f"{error}. Run it again to continue; readers still get the old site.") from error
        bar.end()
        self.stdout.write(f"Baked {count}; the new site is in place.")
