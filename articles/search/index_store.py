"""The search index: FTS5 on SQLite, a tsvector with GIN on PostgreSQL, with the same terms in both.

Its table, `articles_searchwords`, is created by migration 0005.

No positions are stored: finding.py compares a text that contains all pairs of a phrase with the phrase. This keeps the
index small, makes both databases return the same results, and has no length limit (a tsvector's positions end at
16,383).
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ..models import SearchText
from . import tokens

INSERT_SQL = {
    "sqlite": "INSERT INTO articles_searchwords(rowid, words) VALUES (%s, %s)",
    "postgresql": "INSERT INTO articles_searchwords(rowid, words) VALUES (%s, array_to_tsvector(%s)) "
    "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
}
SELECT_SQL = {
    "sqlite": "SELECT rowid FROM articles_searchwords WHERE articles_searchwords MATCH %s AND rowid BETWEEN %s AND %s "
    "ORDER BY rowid DESC LIMIT %s",
    "postgresql": "SELECT rowid FROM articles_searchwords WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s "
    "ORDER BY rowid DESC LIMIT %s",
}
# PostgreSQL's estimates of the number of matching rows and of all rows.
EXPLAIN_SQL = (
    "EXPLAIN (FORMAT JSON) "
    "SELECT rowid FROM articles_searchwords WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s "
    "UNION ALL SELECT rowid FROM articles_searchwords WHERE rowid BETWEEN %s AND %s"
)
SCAN_SETTINGS = ("enable_seqscan", "enable_indexscan")
# Cost factor between index and scan. Measured with a hundred thousand and a million articles: 0.3 to 3 all work.
BREAK_EVEN = 1


class MatchSyntax(NamedTuple):
    """The query language of a database: formats for a term and a prefix, the operators OR and AND."""

    term: str
    prefix: str
    or_operator: str
    and_operator: str


MATCH_SYNTAX = {
    "sqlite": MatchSyntax('"{}"', '"{}"*', " OR ", " AND "),
    "postgresql": MatchSyntax("'{}'", "'{}':*", " | ", " & "),
}


class MatchQuery(NamedTuple):
    """A condition in the database's query language, the first and last key, and the maximum number of rows."""

    condition: str
    first: int
    last: int
    limit: int


def row_terms(row: SearchText) -> set[str]:
    """Return every term under which a row is found."""
    found = tokens.index_terms(row.text) | tokens.index_terms(row.title)
    found |= {tokens.IN_TITLE + word for word in tokens.index_terms(row.title)}
    return found.union(row.marks.split())


def insert_rows(rows: Sequence[SearchText]) -> None:
    """Insert new rows and index them."""
    SearchText.objects.bulk_create(rows)
    is_sqlite = connection.vendor == "sqlite"
    found = [(row.pk, " ".join(row_terms(row)) if is_sqlite else sorted(row_terms(row))) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_SQL[connection.vendor], found)


def drop_rows(rows: Sequence[SearchText]) -> None:
    """Remove rows from the index before they are changed or deleted; they must be as in the table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # a contentless index needs the terms of a row to delete it
            cursor.executemany(
                "INSERT INTO articles_searchwords(articles_searchwords, rowid, words) VALUES ('delete', %s, %s)",
                [(row.pk, " ".join(row_terms(row))) for row in rows],
            )
        else:
            cursor.execute("DELETE FROM articles_searchwords WHERE rowid = ANY(%s)", [[row.pk for row in rows]])


def matching_rows(groups: Sequence[Sequence[str]], *, first: int, last: int, most: int) -> list[int]:
    """Return the keys of at most `most` newest rows from `first` to `last` that have a term of every group.

    A term that ends with `*` is a prefix.
    """
    query = MatchQuery(_match_expression(groups, MATCH_SYNTAX[connection.vendor]), first, last, most)
    with connection.cursor() as cursor:
        use_index = connection.vendor == "postgresql" and _index_is_cheaper(cursor, query)
        if use_index:
            _select_by_index(cursor, query)
        else:
            cursor.execute(SELECT_SQL[connection.vendor], query)
        found = [key for (key,) in cursor.fetchall()]
        if use_index and connection.in_atomic_block:
            cursor.execute("".join(f"SET LOCAL {setting} = on; " for setting in SCAN_SETTINGS))
    return found


def _index_is_cheaper(cursor: CursorWrapper, query: MatchQuery) -> bool:
    """Return True if PostgreSQL reads all matches from the GIN index faster than it scans rows, newest first, until the
    wanted number matches.

    Its planner estimates the number of matches well, but not the cost of scanning, which unpacks each row's terms from
    TOAST; without this function, PostgreSQL scans the whole table. The index costs the number of matches n; the scan
    costs limit / n of all rows. They are equal where n² = limit × rows, times BREAK_EVEN (docs/decisions/search.md).
    """
    cursor.execute(EXPLAIN_SQL, [query.condition, query.first, query.last, query.first, query.last])
    matches, rows = (plan["Plan Rows"] for plan in cursor.fetchone()[0][0]["Plan"]["Plans"])
    return matches**2 <= BREAK_EVEN * query.limit * rows


def _select_by_index(cursor: CursorWrapper, query: MatchQuery) -> None:
    """Run the query. Force the GIN index by disabling sequential and index scans until the transaction ends."""
    disabled = "".join(f"SET LOCAL {setting} = off; " for setting in SCAN_SETTINGS)
    cursor.execute(disabled + SELECT_SQL["postgresql"], query)


def _match_expression(groups: Sequence[Sequence[str]], syntax: MatchSyntax) -> str:
    """Return the condition in the database's query language. Terms are letters and digits, so they need no escaping."""
    formatted = [
        [syntax.prefix.format(term[:-1]) if term.endswith("*") else syntax.term.format(term) for term in group]
        for group in groups
        if group
    ]
    return syntax.and_operator.join(f"({syntax.or_operator.join(group)})" for group in formatted)
