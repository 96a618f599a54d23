"""Read counts of articles: counted in memory and written in batches. Pages do not depend on them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from .counting import BatchedCounter
from .models import Article, DailyReads


class ReadCounts(NamedTuple):
    """How often an article was read: in total, and in the last seven days including today."""

    total: int
    week: int


def count_read(number: int) -> None:
    """Count one read of an article; does not wait for the database. Non-public articles are skipped when writing."""
    counted_reads.count((number, timezone.localdate()))


def read_counts(article: Article) -> ReadCounts:
    """Return the stored read counts of an article. One query."""
    since = timezone.localdate() - timedelta(days=6)
    found = article.daily_reads.aggregate(total=Sum("count"), week=Sum("count", filter=Q(day__gte=since)))
    return ReadCounts(found["total"] or 0, found["week"] or 0)


def reads_since_yesterday(numbers: Iterable[int]) -> dict[int, int]:
    """Return how often each of these articles was read today and yesterday; reads are kept by day. One query."""
    since = timezone.localdate() - timedelta(days=1)
    rows = DailyReads.objects.filter(article__in=list(numbers), day__gte=since).order_by()
    return dict(rows.values_list("article").annotate(Sum("count")))


@transaction.atomic
def _write_reads(counts: dict[tuple[int, date], int]) -> int:
    public = set(Article.objects.public().filter(pk__in={n for n, _d in counts}).values_list("pk", flat=True))
    rows = [DailyReads(article_id=n, day=day, count=count) for (n, day), count in counts.items() if n in public]
    _add_reads(rows)
    return sum(row.count for row in rows)


def _add_reads(rows: list[DailyReads]) -> None:
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


counted_reads = BatchedCounter("reads", _write_reads)
