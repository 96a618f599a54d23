"""The index of words beside the table of texts: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one set of words for both.

No positions are kept: a text that holds all pairs of a phrase is looked at again (finding.py). That keeps the index small, lets
both databases find the same, and knows no limit of length (a tsvector's positions end at 16,383).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from ..models import SearchText
from . import tokens

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE articles_searchwords USING fts5(words, content='', detail=none, columnsize=0, prefix='1', "
        'tokenize="unicode61 remove_diacritics 0")'
    ],
    "postgresql": [
        "ALTER TABLE articles_searchtext ADD COLUMN words tsvector",
        # So that the planner knows which words are common: those are read from the newest on, the others from the index.
        "ALTER TABLE articles_searchtext ALTER COLUMN words SET STATISTICS 1000",
        "CREATE INDEX articles_searchtext_words ON articles_searchtext USING gin (words)",
    ],
}
DROP = {"sqlite": ["DROP TABLE articles_searchwords"], "postgresql": []}


def of(row: SearchText) -> set[str]:
    """Every word under which a row is found."""
    found = tokens.words_of(row.text) | tokens.words_of(row.title)
    found |= {tokens.IN_TITLE + word for word in tokens.words_of(row.title)}
    return found.union(row.marks.split())


def insert(rows: Sequence[SearchText]) -> None:
    """Write new rows, and index them."""
    if connection.vendor == "sqlite":
        SearchText.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO articles_searchwords(rowid, words) VALUES (%s, %s)",
                [(row.pk, " ".join(of(row))) for row in rows],
            )
        return
    values = [
        value for row in rows
        for value in (row.pk, row.article_id, row.title, row.text, row.marks, row.expires_at, sorted(of(row)))
    ]  # fmt: skip
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, array_to_tsvector(%s))"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO articles_searchtext (id, article_id, title, text, marks, expires_at, words) "  # noqa: S608 (no input)
            f"VALUES {marks}",
            values,
        )


def drop(rows: Iterable[SearchText]) -> None:
    """Take rows as they are in the table out of the index, before they are changed or deleted."""
    if connection.vendor == "sqlite":  # an index without content is told what it holds; PostgreSQL's is part of the row
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO articles_searchwords(articles_searchwords, rowid, words) VALUES ('delete', %s, %s)",
                [(row.pk, " ".join(of(row))) for row in rows],
            )


def matching(groups: Sequence[Sequence[str]], *, first: int, last: int, now: Any, most: int) -> list[SearchText]:
    """The newest rows, at most `most`, whose keys lie from `first` to `last` and that hold a word of every group.

    A word that ends with `*` stands for all that begin so.
    """
    if connection.vendor == "postgresql":
        found = SearchText.objects.raw(
            "SELECT id, article_id, title, text, marks, expires_at FROM articles_searchtext "
            "WHERE words @@ %s::tsquery AND id BETWEEN %s AND %s AND (expires_at IS NULL OR expires_at > %s) "
            "ORDER BY id DESC LIMIT %s",
            [_spelled(groups, "'{}'", "'{}':*", " | ", " & "), first, last, now, most],
        )
    else:
        found = SearchText.objects.raw(
            "SELECT t.id, t.article_id, t.title, t.text, t.marks, t.expires_at "
            "FROM articles_searchwords CROSS JOIN articles_searchtext AS t ON t.id = articles_searchwords.rowid "
            "WHERE articles_searchwords MATCH %s AND articles_searchwords.rowid BETWEEN %s AND %s "
            "AND (t.expires_at IS NULL OR t.expires_at > %s) ORDER BY articles_searchwords.rowid DESC LIMIT %s",
            [_spelled(groups, '"{}"', '"{}"*', " OR ", " AND "), first, last, now, most],
        )
    return list(found)


def _spelled(groups: Sequence[Sequence[str]], word: str, beginning: str, either: str, both: str) -> str:
    """The condition in a database's own language. Words are letters and digits, so nothing in them ends a quotation."""
    spelled = [
        [beginning.format(w[:-1]) if w.endswith("*") else word.format(w) for w in group] for group in groups if group
    ]
    return both.join(f"({either.join(group)})" for group in spelled)
