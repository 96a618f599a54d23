from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def key_batches(rows: QuerySet, size: int, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Key and fields of each row, by the key, `size` rows at a time.

    No cursor stays open in between: whoever goes through a large table mostly writes meanwhile, and an open cursor keeps SQLite's
    log from being folded in.
    """
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", *fields)[:size]):
        yield found
        last = found[-1][0]
