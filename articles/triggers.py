"""Rules that the database itself enforces with triggers, on SQLite and PostgreSQL.

Installed after every `migrate` (SQLite drops a table's triggers when it alters the table). The models enforce the same
rules with messages; the triggers cover SQL typed manually and mistakes in the models.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

# Rows that are written once (law 7). Only revisions and kept originals may be deleted, with a draft that was never
# submitted.
ORIGINAL = "articles_reprintoriginal"
READ_IN_SET = "articles_changesetreading"
LOG = ("articles_logleaf", "articles_auditleaf", "articles_lognode")
UNDELETABLE = ("articles_auditentry", "articles_edition", "articles_signoff", READ_IN_SET, *LOG)
UNCHANGEABLE = (*UNDELETABLE, "articles_revision", ORIGINAL)

# Law 1: digest and note published as signed are those that the final reader of this article signed.
EDITION_NOT_SIGNED = """
    NEW.digest <> (SELECT digest FROM articles_revision WHERE id = NEW.revision_id)
    OR (NEW.basis = 'signed' AND NOT EXISTS (
        SELECT 1 FROM articles_signoff AS s
        WHERE s.id = NEW.sign_off_id AND s.article_id = NEW.article_id AND s.digest = NEW.digest
          AND s.decision = 'pass' AND s.stage = s.stages AND (s.note IS NULL OR s.note = NEW.note)))
"""
# The live edition belongs to this article.
LIVE_EDITION_NOT_OWN = """
    NEW.live_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM articles_edition AS e WHERE e.id = NEW.live_id AND e.article_id = NEW.number)
"""

# What may be deleted with a draft is kept once somebody decided about it or it was published. Foreign keys say so, too,
# but SQLite's prompt has them switched off.
NEEDED = {
    "articles_revision": "EXISTS (SELECT 1 FROM {users} WHERE revision_id = OLD.id)",
    ORIGINAL: "EXISTS (SELECT 1 FROM {users} WHERE article_id = OLD.article_id)",
}
USERS = ("articles_edition", "articles_signoff")

# Keys by which SQLite's REPLACE would silently delete a row that is written once, without any delete trigger.
UNIQUE_KEYS = {
    "articles_auditentry": ("id = NEW.id", "hash = NEW.hash", "previous_hash = NEW.previous_hash"),
    "articles_edition": ("id = NEW.id", "(article_id = NEW.article_id AND number = NEW.number)"),
    "articles_signoff": ("id = NEW.id",),
    READ_IN_SET: ("id = NEW.id", "(item_id = NEW.item_id AND stage = NEW.stage)"),
    "articles_logleaf": ('"index" = NEW."index"',),
    "articles_auditleaf": ('"index" = NEW."index"', "entry_id = NEW.entry_id"),
    "articles_lognode": ("id = NEW.id", "(log = NEW.log AND level = NEW.level AND number = NEW.number)"),
    ORIGINAL: ("id = NEW.id", "(article_id = NEW.article_id AND sha256 = NEW.sha256)"),
    "articles_revision": ("id = NEW.id", "(article_id = NEW.article_id AND number = NEW.number)"),
}

# (name, event, table, condition under which the database refuses)
RULES = [
    *((f"{table}_is_written_once", "UPDATE", table, "TRUE") for table in UNCHANGEABLE),
    *((f"{table}_is_kept", "DELETE", table, "TRUE") for table in UNDELETABLE),
    *(
        (f"{table}_is_kept", "DELETE", table, " OR ".join(needed.format(users=users) for users in USERS))
        for table, needed in NEEDED.items()
    ),
    ("articles_edition_is_signed", "INSERT", "articles_edition", EDITION_NOT_SIGNED),
    ("articles_article_shows_its_own", "UPDATE", "articles_article", LIVE_EDITION_NOT_OWN),
    ("articles_article_starts_unseen", "INSERT", "articles_article", LIVE_EDITION_NOT_OWN),
]
VENDOR_RULES = {
    "sqlite": [
        (
            f"{table}_is_not_replaced",
            "INSERT",
            table,
            f"EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(keys)})",  # noqa: S608 (names of this module)
        )
        for table, keys in UNIQUE_KEYS.items()
    ],
    "postgresql": [(f"{table}_is_not_emptied", "TRUNCATE", table, "TRUE") for table in UNCHANGEABLE],
}


def trigger_rules(vendor: str) -> list[tuple[str, str, str, str]]:
    """The rules for a database ("sqlite" or "postgresql"): (trigger's name, event, table, condition of refusal)."""
    return [*RULES, *VENDOR_RULES[vendor]]


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Install all triggers; idempotent."""
    remove_triggers(connection)
    with connection.cursor() as cursor:
        for name, event, table, broken in trigger_rules(connection.vendor):
            for statement in _trigger_statements(connection.vendor, name, event, table, broken):
                cursor.execute(statement)


def remove_triggers(connection: BaseDatabaseWrapper) -> None:
    """Remove all triggers: before they are installed again, and to flush a test database."""
    with connection.cursor() as cursor:
        for name, _event, table, _broken in trigger_rules(connection.vendor):
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are missing, switched off, or do something other than what is installed here."""
    rules = trigger_rules(connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, t.tgrelid::regclass::text, p.prosrc "
                "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
            )
            there = {(name, table): text for name, table, text in cursor.fetchall()}
            wanted = {(name, table): _function_body(event, name, broken) for name, event, table, broken in rules}
        else:
            cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = {(name, table): text for name, table, text in cursor.fetchall()}
            wanted = {(rule[0], rule[2]): _trigger_statements("sqlite", *rule)[0] for rule in rules}
    return [name for (name, table), text in wanted.items() if there.get((name, table)) != text]


def _trigger_statements(vendor: str, name: str, event: str, table: str, broken: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {broken} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        ]
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body${_function_body(event, name, broken)}$body$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
    ]


def _function_body(event: str, name: str, broken: str) -> str:
    """The body of the PostgreSQL function that a trigger calls."""
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(event, "NEW")
    return (
        f" BEGIN IF {broken} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {row}; END "
    )
