"""Read counts of articles: counted in memory and written in batches. Pages do not depend on them."""

import logging
import threading
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from .models import Article, DailyReads

log = logging.getLogger(__name__)

# Seconds between writes; a killed process loses the reads of that time.
WRITE_INTERVAL = 2.0
# The most articles counted while the database is unavailable; reads of others are dropped.
MOST_COUNTED = 10_000
ROWS_PER_INSERT = 500  # rows per statement

_counts: Counter[tuple[int, date]] = Counter()
_counting = threading.Lock()
_writer: threading.Thread | None = None


class ReadCounts(NamedTuple):
    """How often an article was read: in total, and in the last seven days including today."""

    total: int
    week: int


def count_read(number: int) -> None:
    """Count one read of an article; does not wait for the database. Non-public articles are skipped when writing."""
    key = number, timezone.localdate()
    with _counting:
        if key in _counts or len(_counts) < MOST_COUNTED:
            _counts[key] += 1
    _start_writing()


def read_counts(article: Article) -> ReadCounts:
    """Return the stored read counts of an article. One query."""
    since = timezone.localdate() - timedelta(days=6)
    found = article.daily_reads.aggregate(total=Sum("count"), week=Sum("count", filter=Q(day__gte=since)))
    return ReadCounts(found["total"] or 0, found["week"] or 0)


def flush_reads() -> int:
    """Add the counted reads to the database; returns how many.

    If the database fails, raises its error and keeps the counts for the next call.
    """
    with _counting:
        counts = Counter(_counts)
        _counts.clear()
    try:
        return _write_counts(counts)
    except DatabaseError:
        with _counting:
            _counts.update(counts)
        raise


def _write_counts(counts: Counter[tuple[int, date]]) -> int:
    """In sorted order, so that two processes cannot deadlock."""
    written = 0
    keys = sorted(counts)
    for first in range(0, len(keys), ROWS_PER_INSERT):
        batch = keys[first : first + ROWS_PER_INSERT]
        with transaction.atomic():
            public = set(Article.objects.public().filter(pk__in={n for n, _d in batch}).values_list("pk", flat=True))
            rows = [
                DailyReads(article_id=number, day=day, count=counts[number, day])
                for number, day in batch
                if number in public
            ]
            _add_counts(rows)
        written += sum(row.count for row in rows)
    return written


def _add_counts(rows: list[DailyReads]) -> None:
    """Raw SQL: Django's upsert can set a column but not add to it."""
    if not rows:
        return
    table = DailyReads._meta.db_table
    marks = ", ".join(["(%s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (article_id, day, count) VALUES {marks} "  # noqa: S608 (our own names)
            f"ON CONFLICT (article_id, day) DO UPDATE SET count = {table}.count + excluded.count",
            [value for row in rows for value in (row.article_id, row.day, row.count)],
        )


def _start_writing() -> None:
    """Start the writer thread unless it runs; it ends when there is nothing left to write."""
    global _writer
    with _counting:
        if _writer is None or not _writer.is_alive():
            # Not a daemon: on a normal exit, the remaining counts are written.
            _writer = threading.Thread(target=_write_until_idle, name="counting")
            _writer.start()


def _write_until_idle() -> None:
    ending = threading.main_thread()
    try:
        while True:
            ending.join(WRITE_INTERVAL)
            with _counting:
                if not _counts:
                    return
            try:
                flush_reads()
            except DatabaseError as error:
                log.warning("reads could not be written: %s", error)
                if not ending.is_alive():
                    return
    finally:
        connection.close()
