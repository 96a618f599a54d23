"""The index of words beside the table of texts: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one set of words for both.

No positions are kept: a text that holds all pairs of a phrase is looked at again (finding.py). That keeps the index small, lets
both databases find the same, and knows no limit of length (a tsvector's positions end at 16,383).
"""

from collections.abc import Sequence

from django.db import connection

from ..models import SearchText
from . import tokens

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE articles_searchwords USING fts5(words, content='', detail=none, columnsize=0, prefix='1', "
        'tokenize="unicode61 remove_diacritics 0")'
    ],
    # A table of its own, that has nothing but the words: what a common word is in is read from few pages.
    "postgresql": [
        "CREATE TABLE articles_searchwords (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        # So that the planner knows which words are common: those are read from the newest on, the others from the index.
        "ALTER TABLE articles_searchwords ALTER COLUMN words SET STATISTICS 1000",
        "CREATE INDEX articles_searchwords_words ON articles_searchwords USING gin (words)",
    ],
}
DROP = {vendor: ["DROP TABLE articles_searchwords"] for vendor in CREATE}
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
# A word, a beginning of words, either, both: as each database spells them.
SPELLED = {"sqlite": ('"{}"', '"{}"*', " OR ", " AND "), "postgresql": ("'{}'", "'{}':*", " | ", " & ")}


def of(row: SearchText) -> set[str]:
    """Every word under which a row is found."""
    found = tokens.words_of(row.text) | tokens.words_of(row.title)
    found |= {tokens.IN_TITLE + word for word in tokens.words_of(row.title)}
    return found.union(row.marks.split())


def insert(rows: Sequence[SearchText]) -> None:
    """Write new rows, and index them."""
    SearchText.objects.bulk_create(rows)
    is_sqlite = connection.vendor == "sqlite"
    found = [(row.pk, " ".join(of(row)) if is_sqlite else sorted(of(row))) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(PUT[connection.vendor], found)


def drop(rows: Sequence[SearchText]) -> None:
    """Take rows as they are in the table out of the index, before they are changed or deleted."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # an index without content is told what it holds
            cursor.executemany(
                "INSERT INTO articles_searchwords(articles_searchwords, rowid, words) VALUES ('delete', %s, %s)",
                [(row.pk, " ".join(of(row))) for row in rows],
            )
        else:
            cursor.execute("DELETE FROM articles_searchwords WHERE rowid = ANY(%s)", [[row.pk for row in rows]])


def matching(groups: Sequence[Sequence[str]], *, first: int, last: int, most: int) -> list[int]:
    """The keys of the newest rows, at most `most`, that lie from `first` to `last` and hold a word of every group.

    A word that ends with `*` stands for all that begin so.
    """
    with connection.cursor() as cursor:
        asked = _spelled(groups, *SPELLED[connection.vendor])
        cursor.execute(FIND[connection.vendor], [asked, first, last, most])
        return [key for (key,) in cursor.fetchall()]


def _spelled(groups: Sequence[Sequence[str]], word: str, beginning: str, either: str, both: str) -> str:
    """The condition in a database's own language. Words are letters and digits, so nothing in them ends a quotation."""
    spelled = [
        [beginning.format(w[:-1]) if w.endswith("*") else word.format(w) for w in group] for group in groups if group
    ]
    return both.join(f"({either.join(group)})" for group in spelled)
