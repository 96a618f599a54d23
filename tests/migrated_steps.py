"""Migrates the empty database of DATABASE_URL one migration after the other, with rows that old versions wrote, and back.

`python -m tests.migrated_steps` prints the newest schema (JSON), which the caller compares with that of a database
migrated at once.
"""

import json

import django
from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

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


def schema():
    """What the database consists of, as sorted lines."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE[connection.vendor])
        return sorted(map(str, cursor.fetchall()))


def migrate(*target):
    call_command("migrate", *target, verbosity=0)


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


def migrate_step_by_step():
    """Do what the command does for one migration after the other, but without working out the models' states each time."""
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for step in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        facts = {"verbosity": 0, "interactive": False, "db": connection.alias, "plan": [step]}
        emit_pre_migrate_signal(**facts, apps=state.apps)
        state = executor.migrate(None, plan=[step], state=state)
        emit_post_migrate_signal(**facts, apps=state.apps)
        migration, _backwards = step
        if migration.app_label == "articles" and (add_rows := ROWS_AFTER.get(migration.name[:4])):
            add_rows()


def main():
    migrate_step_by_step()
    migrate()  # nothing is left
    newest = schema()
    check_oldest_rows()
    check_placed_rows()
    migrate("articles", "zero")
    left = [line for line in schema() if "articles_" in line]
    assert left == [], left
    print(json.dumps(newest, ensure_ascii=False))


if __name__ == "__main__":
    django.setup()
    main()
