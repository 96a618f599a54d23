"""Reading a large table in batches."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def key_batches(rows: QuerySet[Any], size: int, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield batches of at most `size` tuples (primary key, *fields), ordered by primary key.

    No cursor stays open between batches: callers usually write in between, and an open cursor would prevent SQLite from
    checkpointing its write-ahead log.
    """
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", *fields)[:size]):
        yield found
        last = found[-1][0]
