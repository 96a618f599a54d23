"""Exponential back-off: what failed is tried again after pauses that double from one failed attempt to the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

MOST_ATTEMPTS = 1000  # counted; what goes on failing is tried on, with the longest pause


@dataclass(frozen=True)
class Backoff:
    """The pause after the first failed attempt, and the longest one."""

    first: timedelta
    longest: timedelta

    def after_failure(self, attempts: int) -> tuple[int, datetime]:
        """How many attempts have failed now that one more did after `attempts`, and when the next one is due."""
        pause = min(self.first * 2 ** min(attempts, 20), self.longest)
        return min(attempts + 1, MOST_ATTEMPTS), timezone.now() + pause
