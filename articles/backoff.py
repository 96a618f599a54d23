"""Exponential back-off: the pause doubles with every failed attempt, up to a maximum."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

MOST_ATTEMPTS = 1000  # the counter stops here; retries continue with the longest pause


@dataclass(frozen=True)
class Backoff:
    """The pause after the first failed attempt, and the longest one."""

    first: timedelta
    longest: timedelta

    def after_failure(self, attempts: int) -> tuple[int, datetime]:
        """Return the number of failed attempts, one more than `attempts`, and the time of the next attempt."""
        pause = min(self.first * 2 ** min(attempts, 20), self.longest)
        return min(attempts + 1, MOST_ATTEMPTS), timezone.now() + pause
