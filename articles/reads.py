"""How often articles are read: counted in memory as readers come, written in batches. Losing the counter loses no page."""

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

# Seconds in which reads are gathered before they are written. A process that is killed loses so much.
PAUSE = 2.0
# Articles a process remembers while the database is away; beyond, reads of further ones are let go.
MOST = 10_000
AT_ONCE = 500  # rows of one statement

_counts: Counter[tuple[int, date]] = Counter()
_counting = threading.Lock()
_writer: threading.Thread | None = None


class ReadCounts(NamedTuple):
    """How often an article was read: ever, and in the last seven days, today among them."""

    total: int
    week: int


def count_read(number: int) -> None:
    """Count one read of an article now; returns at once. What is no public article is left out when it is written."""
    key = number, timezone.localdate()
    with _counting:
        if key in _counts or len(_counts) < MOST:
            _counts[key] += 1
    _start_writing()


def read_counts(article: Article) -> ReadCounts:
    """What has been counted of an article so far. One query."""
    since = timezone.localdate() - timedelta(days=6)
    found = article.daily_reads.aggregate(total=Sum("count"), week=Sum("count", filter=Q(day__gte=since)))
    return ReadCounts(found["total"] or 0, found["week"] or 0)


def flush_reads() -> int:
    """Write what was counted, added to what other processes wrote; how many reads. Where the database fails they are kept
    for the next time, and the error goes on to the caller.
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
    """Sorted, so that two processes wait for one another and not each for the other."""
    written = 0
    keys = sorted(counts)
    for first in range(0, len(keys), AT_ONCE):
        batch = keys[first : first + AT_ONCE]
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
    """Django's upsert sets what a row says; counting adds to it."""
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
    """In a thread that ends when there is nothing left to write."""
    global _writer
    with _counting:
        if _writer is None or not _writer.is_alive():
            # Not a daemon: when the process ends in good order, what was counted is written.
            _writer = threading.Thread(target=_write_until_idle, name="counting")
            _writer.start()


def _write_until_idle() -> None:
    ending = threading.main_thread()
    try:
        while True:
            ending.join(PAUSE)
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
