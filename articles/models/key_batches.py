"""Working in batches: through a large table, or through anything else."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

Item = TypeVar("Item")


def in_groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of at most `size`."""
    waiting = iter(items)
    while group := list(islice(waiting, size)):
        yield group


def key_batches(rows: QuerySet[Any], size: int, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield batches of at most `size` tuples (primary key, *fields), ordered by primary key.

    No cursor stays open between batches: callers usually write in between, and an open cursor would prevent SQLite from
    checkpointing its write-ahead log.
    """
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", *fields)[:size]):
        yield found
        last = found[-1][0]
