"""What failed is tried again after pauses that double up to the longest; the count stays within its column."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from articles.backoff import MOST_ATTEMPTS, Backoff

RETRIES = Backoff(first=timedelta(seconds=5), longest=timedelta(hours=1))


@pytest.fixture
def now(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def test_pauses_double_from_the_first_to_the_longest(now):
    pauses = [RETRIES.after_failure(attempts)[1] - now for attempts in range(12)]
    assert pauses[0] == timedelta(seconds=5)
    assert all(after == min(2 * before, timedelta(hours=1)) for before, after in pairwise(pauses))
    assert pauses[-1] == timedelta(hours=1)


def test_what_never_succeeds_is_counted_no_further_and_tried_on(now):
    assert RETRIES.after_failure(0)[0] == 1
    assert RETRIES.after_failure(MOST_ATTEMPTS - 1)[0] == MOST_ATTEMPTS
    assert RETRIES.after_failure(MOST_ATTEMPTS) == (MOST_ATTEMPTS, now + timedelta(hours=1))
