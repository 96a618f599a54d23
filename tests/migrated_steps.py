"""Migrates the empty database of DATABASE_URL one migration after the other, with rows that old versions wrote.

Each migration is tried to be undone as well, with these rows, and on SQLite all of them are undone at the end.

`python -m tests.migrated_steps` prints the newest schema (JSON), which the caller compares with that of a database
migrated at once.
"""

import gc
import json
import re

import django
from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

WORD = re.compile(r"\w+")
# Every table, index, constraint and trigger, as the database reports them.
CATALOGUE = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%%'",
    "postgresql": (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' "
        "UNION ALL SELECT 'index', indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public' "
        "UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), '' FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace "
        "UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid), '' FROM pg_trigger WHERE NOT tgisinternal"
    ),
}


def catalogue():
    """The rows of the database's catalogue: kind or table, name, and what it is."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE[connection.vendor])
        return cursor.fetchall()


def schema():
    """What the database consists of, as sorted lines."""
    return sorted(map(str, catalogue()))


def maker_of_rows():
    """A function that creates rows of the models ("Article", "auth.User") as they are at this step."""
    executor = MigrationExecutor(connection)
    then = executor.loader.project_state(list(executor.loader.applied_migrations)).apps
    return lambda model, **facts: then.get_model(*f"articles.{model}".split(".")[-2:]).objects.create(**facts)


def add_oldest_rows():
    """An article with an edition, of the first migration."""
    make = maker_of_rows()
    user = make("auth.User", username="zhou")
    section = make("Section", slug="news", name="新闻")
    article = make("Article", title="大桥通车", body="<p>正文</p>", section=section, created_by=user)
    facts = {"number": 1, "digest": "0" * 64, "content": {"title": "大桥通车"}}
    revision = make("Revision", article=article, created_by=user, **facts)
    facts = {"kind": "first", "published_by": user, "published_at": "2026-01-01T00:00Z", "title": "大桥通车"}
    make("Edition", article=article, number=1, revision=revision, digest="0" * 64, section=section, **facts)


def add_placed_rows():
    """Articles with pin, expiry and cover, from before these were those of the edition that readers see."""
    make = maker_of_rows()
    user = make("auth.User", username="he")
    section = make("Section", slug="villages", name="乡村")
    cover = make("Picture", sha256="a" * 64, file="pictures/a.png", width=9, height=9, uploaded_by=user)
    pin, end, at = "2036-01-01T00:00Z", "2036-02-01T00:00Z", "2026-01-02T00:00Z"

    def add(ordinal):
        # The working copy has another pin than the edition, which readers see.
        facts = {"pinned_until": "2036-09-09T00:00Z", "first_published_at": "2026-01-01T00:00Z", "migrated": True}
        row = make(
            "Article", title="大桥", section=section, created_by=user, listed_in=section, ordinal=ordinal, **facts
        )
        for n, kind in ((1, "archive"), (2, "correction")):
            row.latest = make("Revision", article=row, number=n, digest=str(n) * 64, content={}, created_by=user)
            facts = {"kind": kind, "basis": "archive", "note": "更正", "published_by": user, "published_at": at}
            facts |= {"title": "大桥", "cover": cover, "pinned_until": pin, "expires_at": end}
            facts |= {"digest": row.latest.digest, "previous_digest": "1" * 64 if n > 1 else ""}
            row.live = make("Edition", article=row, number=n, revision=row.latest, section=section, **facts)
        return row

    add(1).save()
    withdrawn = add(2)
    withdrawn.live, withdrawn.withdrawn_at = None, at
    withdrawn.save()
    make("Article", title="草稿", section=section, created_by=user, expires_at=end)


def check_oldest_rows():
    edition = apps.get_model("articles", "Edition").objects.get(title="大桥通车")
    assert (edition.basis, edition.article.title) == ("archive", "大桥通车"), edition.basis
    assert apps.get_model("articles", "SearchText").objects.count() == 0
    jobs = [apps.get_model("articles", "BakeJob").objects.create(path=f"/{n}/") for n in range(2)]
    assert 0 <= jobs[0].version != jobs[1].version < 2**62


def check_placed_rows():
    """Pin, expiry and cover that readers see stay as they are."""
    articles = apps.get_model("articles", "Article").objects
    placed = articles.filter(title="大桥")
    assert placed.count() == 2
    for row in placed:
        found = [f"{at:%Y-%m-%d}" for at in (row.pinned_until, row.expires_at, row.corrected_at)]
        assert (found, row.shown_cover.file) == (["2036-01-01", "2036-02-01", "2026-01-02"], "pictures/a.png"), row.pk
    draft = articles.get(title="草稿")
    assert (f"{draft.expires_at:%Y-%m-%d}", draft.shown_cover, draft.corrected_at) == ("2036-02-01", None, None)
    assert articles.pinned().get().is_public


ROWS_AFTER = {"0001": add_oldest_rows, "0013": add_placed_rows}


def run_operations(migration, operations, *, is_undone=False):
    """Change the database as the executor does; an operation comes with the states of the models before and after it."""
    with connection.schema_editor(atomic=migration.atomic) as editor:
        for operation, before, after in reversed(operations) if is_undone else operations:
            change = operation.database_backwards if is_undone else operation.database_forwards
            change(migration.app_label, editor, *((after, before) if is_undone else (before, after)))


def words_of_schema():
    """The schema without its order, since SQLite puts a column that is there again behind the others, and without the
    names of indexes and constraints: PostgreSQL has chosen some of those that Django names when they are there again.
    """
    found = []
    for row in catalogue():
        nameless = row[1] if row[0] in ("index", "constraint") else None
        found.append(sorted(word for word in WORD.findall(str(row)) if word != nameless))
    return sorted(found)


def try_to_undo(migration, operations, schema_before):
    """Undo a migration, with the rows that are there, and take that back: undone for good, it would lose what it moved."""
    connection.disable_constraint_checking()  # SQLite does not within a transaction
    with transaction.atomic():
        run_operations(migration, operations, is_undone=True)
        assert words_of_schema() == schema_before, f"{migration} is not undone"
        transaction.set_rollback(True)
    connection.enable_constraint_checking()


def apply_and_try_to_undo(migration, state):
    """Apply a migration, and try to undo it if it is of the app; returns the state of the models.

    Working out the states takes most of the time, so it is done once: migrating all the way back would do it twice more.
    """
    operations = []
    for operation in migration.operations:
        before, state = state, state.clone()
        operation.state_forwards(migration.app_label, state)
        operations.append((operation, before, state))
    schema_before = words_of_schema()
    run_operations(migration, operations)
    if migration.app_label == "articles":
        try_to_undo(migration, operations, schema_before)
    return state


def migrate_step_by_step():
    """Do what the command does for one migration after the other, and try to undo each."""
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for step in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        migration, _backwards = step
        facts = {"verbosity": 0, "interactive": False, "db": connection.alias, "plan": [step]}
        emit_pre_migrate_signal(**facts, apps=state.apps)
        state = apply_and_try_to_undo(migration, state)
        executor.recorder.record_applied(migration.app_label, migration.name)
        emit_post_migrate_signal(**facts, apps=state.apps)
        if migration.app_label == "articles" and (add_rows := ROWS_AFTER.get(migration.name[:4])):
            add_rows()


def migrate_back():
    """Undo all migrations of the app for good, with the rows that are there."""
    call_command("migrate", "articles", "zero", verbosity=0)
    left = [line for line in schema() if "articles_" in line]
    assert left == [], left


def main():
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # every state consists of classes, which are garbage in circles
    migrate_step_by_step()
    call_command("migrate", verbosity=0)  # nothing is left
    newest = schema()
    check_oldest_rows()
    check_placed_rows()
    if connection.vendor == "sqlite":  # as long as all the rest; each step back was tried on PostgreSQL, too
        migrate_back()
    print(json.dumps(newest, ensure_ascii=False))


if __name__ == "__main__":
    django.setup()
    main()
