"""The index of words beside the table of texts: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one set of words for both.

Its table, `articles_searchwords`, was made by migration 0005.

No positions are kept: a text that holds all pairs of a phrase is looked at again (finding.py). That keeps the index small, lets
both databases find the same, and knows no limit of length (a tsvector's positions end at 16,383).
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from ..models import SearchText
from . import tokens

PUT = {
    "sqlite": "INSERT INTO articles_searchwords(rowid, words) VALUES (%s, %s)",
    "postgresql": "INSERT INTO articles_searchwords(rowid, words) VALUES (%s, array_to_tsvector(%s)) "
    "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
}
FIND = {
    "sqlite": "SELECT rowid FROM articles_searchwords WHERE articles_searchwords MATCH %s AND rowid BETWEEN %s AND %s "
    "ORDER BY rowid DESC LIMIT %s",
    "postgresql": "SELECT rowid FROM articles_searchwords WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s "
    "ORDER BY rowid DESC LIMIT %s",
}
# How many rows hold the words, and how many there are, as PostgreSQL's planner believes.
EXPLAIN = (
    "EXPLAIN (FORMAT JSON) SELECT rowid FROM articles_searchwords WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s "
    "UNION ALL SELECT rowid FROM articles_searchwords WHERE rowid BETWEEN %s AND %s"
)
WAYS = ("enable_seqscan", "enable_indexscan")
# Measured with a hundred thousand articles and with a million: anything from 0.3 to 3 does.
MEET = 1
# A word, a beginning of words, either, both: as each database spells them.
SPELLED = {"sqlite": ('"{}"', '"{}"*', " OR ", " AND "), "postgresql": ("'{}'", "'{}':*", " | ", " & ")}


def row_terms(row: SearchText) -> set[str]:
    """Every word under which a row is found."""
    found = tokens.index_terms(row.text) | tokens.index_terms(row.title)
    found |= {tokens.IN_TITLE + word for word in tokens.index_terms(row.title)}
    return found.union(row.marks.split())


def insert_rows(rows: Sequence[SearchText]) -> None:
    """Write new rows, and index them."""
    SearchText.objects.bulk_create(rows)
    is_sqlite = connection.vendor == "sqlite"
    found = [(row.pk, " ".join(row_terms(row)) if is_sqlite else sorted(row_terms(row))) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(PUT[connection.vendor], found)


def drop_rows(rows: Sequence[SearchText]) -> None:
    """Take rows as they are in the table out of the index, before they are changed or deleted."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # an index without content is told what it holds
            cursor.executemany(
                "INSERT INTO articles_searchwords(articles_searchwords, rowid, words) VALUES ('delete', %s, %s)",
                [(row.pk, " ".join(row_terms(row))) for row in rows],
            )
        else:
            cursor.execute("DELETE FROM articles_searchwords WHERE rowid = ANY(%s)", [[row.pk for row in rows]])


def matching_rows(groups: Sequence[Sequence[str]], *, first: int, last: int, most: int) -> list[int]:
    """The keys of the newest rows, at most `most`, that lie from `first` to `last` and hold a word of every group.

    A word that ends with `*` stands for all that begin so.
    """
    asked = _match_expression(groups, *SPELLED[connection.vendor])
    with connection.cursor() as cursor:
        is_rare = connection.vendor == "postgresql" and _is_rare(cursor, asked, first, last, most)
        if is_rare:
            _by_index(cursor, asked, first, last, most)
        else:
            cursor.execute(FIND[connection.vendor], [asked, first, last, most])
        found = [key for (key,) in cursor.fetchall()]
        if is_rare and connection.in_atomic_block:
            cursor.execute("".join(f"SET LOCAL {way} = on; " for way in WAYS))
    return found


def _is_rare(cursor: Any, asked: str, first: int, last: int, most: int) -> bool:
    """Whether PostgreSQL takes less time to collect all that holds the words from the index than to look at one text after the
    other, newest first, until `most` hold them.

    Its planner knows how many rows hold the words, and not that to look into one is to unpack its words from beside the
    table, which makes it read whole archives. Collecting takes as long as there are matches (n), looking as long as most / n of
    the rows there are; they meet where n² is the product of the two, times what was measured (docs/decisions/search.md).
    """
    cursor.execute(EXPLAIN, [asked, first, last, first, last])
    matches, rows = (plan["Plan Rows"] for plan in cursor.fetchone()[0][0]["Plan"]["Plans"])
    return matches**2 <= MEET * most * rows


def _by_index(cursor: Any, asked: str, first: int, last: int, most: int) -> None:
    """Find with the other ways of PostgreSQL closed: for this message alone, or to the end of the transaction it stands in."""
    closed = "".join(f"SET LOCAL {way} = off; " for way in WAYS)
    cursor.execute(closed + FIND["postgresql"], [asked, first, last, most])


def _match_expression(groups: Sequence[Sequence[str]], word: str, beginning: str, either: str, both: str) -> str:
    """The condition in a database's own language. Words are letters and digits, so nothing in them ends a quotation."""
    spelled = [
        [beginning.format(w[:-1]) if w.endswith("*") else word.format(w) for w in group] for group in groups if group
    ]
    return both.join(f"({either.join(group)})" for group in spelled)
