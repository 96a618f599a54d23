import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from articles import baking
from articles.management.acting import ActingCommand


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
        parser.add_argument("--processes", type=int, help="with --all: how many at once (default: one for each core)")

    def handle(self, *args: object, everything: bool, restart: bool, processes: int | None, **options: Any) -> None:
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


class ProgressBar:
    """Progress, rate and remaining time on one line of a terminal; prints nothing elsewhere."""

    WIDTH = 30

    def __init__(self, out: OutputWrapper, what: str) -> None:
        self.what = what
        self.out, self.begun, self.shown = out, time.monotonic(), 0.0
        self.on_terminal = sys.stdout.isatty()

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self.on_terminal or (now - self.shown < 0.2 and done < total):
            return
        self.shown = now
        rate = done / max(now - self.begun, 0.001)
        minutes, seconds = divmod(round((total - done) / max(rate, 0.001)), 60)
        filled = self.WIDTH * done // max(total, 1)
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        self.out.write(
            f"\r{bar} {done:,}/{total:,} {rate:,.0f} {self.what}/s {minutes}:{seconds:02} left \x1b[K", ending=""
        )
        self.out.flush()

    def end(self) -> None:
        if self.on_terminal:
            self.out.write("")
