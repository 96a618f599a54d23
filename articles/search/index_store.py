"""The search indexes: FTS5 on SQLite, a tsvector with GIN on PostgreSQL, with the same terms in both.

There are two, of what readers see and of working copies; each kind of row names its table (`words_table`), which a
migration creates.

No positions are stored: finding.py compares a text that contains all pairs of a phrase with the phrase. This keeps the
index small, makes both databases return the same results, and has no length limit (a tsvector's positions end at
16,383).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from ..models.search_text import FoldedText
from . import tokens

Row = TypeVar("Row", bound=FoldedText)

INSERT_SQL = {
    "sqlite": "INSERT INTO {words}(rowid, words) VALUES (%s, %s)",
    "postgresql": "INSERT INTO {words}(rowid, words) "
    "SELECT key, array_to_tsvector(string_to_array(terms, ' ')) "
    "FROM unnest(%s::bigint[], %s::text[]) AS row(key, terms) "
    "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
}
# A contentless index of SQLite needs the terms of a row to delete it.
DELETE_TERMS = "INSERT INTO {words}({words}, rowid, words) VALUES ('delete', %s, %s)"
SELECT_SQL = {
    "sqlite": "SELECT rowid FROM {words} WHERE {words} MATCH %s AND rowid BETWEEN %s AND %s{among} "
    "ORDER BY rowid DESC LIMIT %s",
    "postgresql": "SELECT rowid FROM {words} WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s{among} "
    "ORDER BY rowid DESC LIMIT %s",
}
# Scans a limited number of rows, newest first. Drafts and live texts have separate indexes.
SCAN_SQL = (
    "SELECT rowid FROM (SELECT rowid, words FROM {words} WHERE rowid BETWEEN %s AND %s{state} "
    "ORDER BY rowid DESC LIMIT %s) AS newest WHERE words @@ %s::tsquery ORDER BY rowid DESC LIMIT %s"
)
# PostgreSQL's estimates of the number of matching rows and of all rows.
EXPLAIN_SQL = (
    "EXPLAIN (FORMAT JSON) "
    "SELECT rowid FROM {words} WHERE words @@ %s::tsquery AND rowid BETWEEN %s AND %s "
    "UNION ALL SELECT rowid FROM {words} WHERE rowid BETWEEN %s AND %s"
)
SCAN_SETTINGS = ("enable_seqscan", "enable_indexscan")
# Cost factor between index and scan. Measured with a hundred thousand and a million articles: 0.3 to 3 all work.
BREAK_EVEN = 3
# A scan ends after so many times the rows that hold enough matches if these are spread evenly.
PATIENCE = 2


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


def row_terms(row: FoldedText) -> set[str]:
    """Return every term under which a row is found."""
    found = tokens.index_terms(row.text) | tokens.index_terms(row.title)
    found |= {tokens.IN_TITLE + word for word in tokens.index_terms(row.title)}
    return found.union(row.marks.split())


def insert_rows(rows: Sequence[Row]) -> None:
    """Insert new rows of one kind and index them."""
    if not rows:
        return
    type(rows[0])._default_manager.bulk_create(rows)
    _insert_words(rows)


def _insert_words(rows: Sequence[Row]) -> None:
    insert = INSERT_SQL[connection.vendor].format(words=rows[0].words_table)
    keys, terms = [row.pk for row in rows], [" ".join(row_terms(row)) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(insert, list(zip(keys, terms, strict=True)))
        else:
            cursor.execute(insert, [keys, terms])


def change_row(row: FoldedText, **facts: str | datetime | None) -> None:
    """Store changed facts of a row, and re-index it, unless nothing changed."""
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if not changed:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(DELETE_TERMS.format(words=row.words_table), [row.pk, " ".join(row_terms(row))])
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=changed)
    _insert_words([row])


def delete_rows(found: QuerySet[Row]) -> None:
    """Delete these rows, and what the index has of them."""
    rows = list(found)
    if not rows:
        return
    words = found.model.words_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            terms = [(row.pk, " ".join(row_terms(row))) for row in rows]
            cursor.executemany(DELETE_TERMS.format(words=words), terms)
        else:
            cursor.execute(f"DELETE FROM {words} WHERE rowid = ANY(%s)", [[row.pk for row in rows]])  # noqa: S608
    found.model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def matching_rows(
    model: type[FoldedText],
    groups: Sequence[Sequence[str]],
    *,
    first: int,
    last: int,
    most: int,
    among: Sequence[int] | None = None,
) -> list[int]:
    """Return the keys of at most `most` newest rows from `first` to `last` that have a term of every group.

    A term that ends with `*` is a prefix. `among`: only these keys, of which there must be few.
    """
    query = MatchQuery(_match_expression(groups, MATCH_SYNTAX[connection.vendor]), first, last, most)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and among is None:
            return _newest_matches(cursor, model, query, groups)
        keys = "" if among is None else f" AND rowid IN ({', '.join(str(int(key)) for key in among) or 'NULL'})"
        cursor.execute(SELECT_SQL[connection.vendor].format(words=model.words_table, among=keys), query)
        return [key for (key,) in cursor.fetchall()]


def _newest_matches(
    cursor: CursorWrapper, model: type[FoldedText], query: MatchQuery, groups: Sequence[Sequence[str]]
) -> list[int]:
    """Return the newest matches on PostgreSQL: scan rows, newest first, or read all matches from the GIN index.

    Its planner estimates the number of matches well, but not the cost of scanning, which unpacks each row's terms from
    TOAST; left alone, PostgreSQL scans the whole table. The index costs the number of matches n; the scan costs
    limit / n of all rows. They are equal where n² = limit × rows, times BREAK_EVEN (docs/decisions/search.md). Where
    most matches are old (a section that was closed), the scan would go on and on: PATIENCE ends it, and the index
    answers.
    """
    ends = [query.first, query.last]
    cursor.execute(EXPLAIN_SQL.format(words=model.words_table), [query.condition, *ends, *ends])
    matches, rows = (plan["Plan Rows"] for plan in cursor.fetchone()[0][0]["Plan"]["Plans"])
    if matches**2 > BREAK_EVEN * query.limit * rows:
        scan = SCAN_SQL.format(words=model.words_table, state=state_clause(groups))
        most = PATIENCE * query.limit * rows // matches
        cursor.execute(scan, [*ends, most, query.condition, query.limit])
        found = [key for (key,) in cursor.fetchall()]
        if len(found) == query.limit:
            return found
    return _matches_by_index(cursor, model, query)


def state_clause(groups: Sequence[Sequence[str]]) -> str:
    """Return the condition that rows be of the state of the groups, as the index of such rows has it; '' without
    one.
    """
    alone = [group[0] for group in groups if len(group) == 1]
    # A literal, since PostgreSQL uses a partial index only if it sees its condition: nothing but letters.
    states = [term for term in alone if term.startswith(tokens.OF_STATE) and term[1:].isalpha()]
    return "".join(f" AND words @@ $${MATCH_SYNTAX['postgresql'].term.format(state)}$$::tsquery" for state in states)


def _matches_by_index(cursor: CursorWrapper, model: type[FoldedText], query: MatchQuery) -> list[int]:
    """Force the GIN index by disabling sequential and index scans, until the transaction ends at the latest."""
    disabled = "".join(f"SET LOCAL {setting} = off; " for setting in SCAN_SETTINGS)
    cursor.execute(disabled + SELECT_SQL["postgresql"].format(words=model.words_table, among=""), query)
    found = [key for (key,) in cursor.fetchall()]
    if connection.in_atomic_block:
        cursor.execute("".join(f"SET LOCAL {setting} = on; " for setting in SCAN_SETTINGS))
    return found


def _match_expression(groups: Sequence[Sequence[str]], syntax: MatchSyntax) -> str:
    """Return the condition in the database's query language. Terms are letters and digits, so they need no escaping."""
    formatted = [
        [syntax.prefix.format(term[:-1]) if term.endswith("*") else syntax.term.format(term) for term in group]
        for group in groups
        if group
    ]
    return syntax.and_operator.join(f"({syntax.or_operator.join(group)})" for group in formatted)
