"""How Django connects to the database."""

from typing import Any


def with_options(database: dict[str, Any], *, keep_seconds: int) -> dict[str, Any]:
    """Return Django's settings of a database with what Newsroom needs of its kind; PostgreSQL keeps connections."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # SQLite ignores SELECT … FOR UPDATE; taking the write lock at BEGIN serialises acts instead.
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an act that was answered survives a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        return {**database, "OPTIONS": options}
    # A server that does not answer at all is given up after these seconds.
    options = {"connect_timeout": 3, **database.get("OPTIONS", {})}
    return {**database, "OPTIONS": options, "CONN_MAX_AGE": keep_seconds, "CONN_HEALTH_CHECKS": True}
