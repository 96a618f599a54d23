"""What commands show to a person at a terminal."""

import os
import sys
import time

from django.core.management.base import OutputWrapper


def terminal_language() -> str:
    """Return the language of the person at the terminal, zh-hans or en: that of their system, not that of the site."""
    values = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh-hans" if next(filter(None, values), "").lower().startswith("zh") else "en"


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
