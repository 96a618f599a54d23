"""Rules that the database itself enforces with triggers, on SQLite and PostgreSQL.

Installed after every `migrate` (SQLite drops a table's triggers when it alters the table). The models enforce the same
rules with messages; the triggers cover SQL typed by hand and mistakes in the models.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Rows that are written once (law 7). Only revisions may be deleted, with a draft that was never submitted.
UNCHANGEABLE = ("articles_auditentry", "articles_edition", "articles_signoff", "articles_revision")
UNDELETABLE = ("articles_auditentry", "articles_edition", "articles_signoff")

# Law 1: the digest published as signed is the one that the final reader of this article signed.
EDITION_NOT_SIGNED = """
    NEW.digest <> (SELECT digest FROM articles_revision WHERE id = NEW.revision_id)
    OR (NEW.basis = 'signed' AND NOT EXISTS (
        SELECT 1 FROM articles_signoff AS s
        WHERE s.id = NEW.sign_off_id AND s.article_id = NEW.article_id AND s.digest = NEW.digest
          AND s.decision = 'pass' AND s.stage = s.stages))
"""
# The live edition belongs to this article.
LIVE_EDITION_NOT_OWN = """
    NEW.live_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM articles_edition AS e WHERE e.id = NEW.live_id AND e.article_id = NEW.number)
"""

RULES = [
    *((f"{table}_is_written_once", "UPDATE", table, "TRUE") for table in UNCHANGEABLE),
    *((f"{table}_is_kept", "DELETE", table, "TRUE") for table in UNDELETABLE),
    ("articles_edition_is_signed", "INSERT", "articles_edition", EDITION_NOT_SIGNED),
    ("articles_article_shows_its_own", "UPDATE", "articles_article", LIVE_EDITION_NOT_OWN),
    ("articles_article_starts_unseen", "INSERT", "articles_article", LIVE_EDITION_NOT_OWN),
]


def install_triggers(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Install all triggers; idempotent."""
    remove_triggers(connection)
    with connection.cursor() as cursor:
        for name, event, table, broken in RULES:
            for statement in _trigger_statements(connection.vendor, name, event, table, broken):
                cursor.execute(statement)


def remove_triggers(connection: BaseDatabaseWrapper) -> None:
    """Remove all triggers: before they are installed again, and to flush a test database."""
    with connection.cursor() as cursor:
        for name, _event, table, _broken in RULES:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _trigger_statements(vendor: str, name: str, event: str, table: str, broken: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {broken} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        ]
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"IF {broken} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {row}; END $body$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
