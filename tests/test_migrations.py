"""Migrations are frozen: none imports the app, and every older state of the database migrates to the newest."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

MIGRATIONS = sorted((Path(settings.BASE_DIR) / "articles" / "migrations").glob("0*.py"))


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_no_migration_imports_the_app(path):
    """A migration must not import the app's code, which changes after the migration was run."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add("articles" if node.level else node.module.split(".")[0])
    assert imported <= {"django", *sys.stdlib_module_names}


# A separate database; `create_test_db` migrates it from zero to the newest state.
PREPARED = """
import django; django.setup()
from django.core.management import call_command
from articles.triggers import remove_triggers
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

def migrate(target=None):
    call_command("migrate", *(["articles", target] if target else []), verbosity=0)

def apps_now():
    executor = MigrationExecutor(connection)
    return executor.loader.project_state(list(executor.loader.applied_migrations)).apps

def schema():
    # Every table, index, constraint and trigger, as the database reports them.
    connection.close()  # PostgreSQL's catalogue is cached in a connection
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE[connection.vendor])
        return sorted(map(str, cursor.fetchall()))

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

if connection.vendor != "sqlite":  # which keeps it in memory
    connection.settings_dict["TEST"]["NAME"] = NAME
connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
try:
    run()
finally:
    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
"""

OLD_ROWS = """
def add_old_rows():
    then = apps_now()
    user = then.get_model("auth", "User").objects.create(username="zhou")
    make = lambda model, **facts: then.get_model("articles", model).objects.create(**facts)
    section = make("Section", slug="news", name="新闻")
    article = make("Article", title="大桥通车", body="<p>正文</p>", section=section, created_by=user)
    revision = make("Revision", article=article, number=1, digest="0" * 64, content={"title": "大桥通车"}, created_by=user)
    make("Edition", article=article, number=1, revision=revision, digest="0" * 64, section=section, title="大桥通车",
         kind="first", published_by=user, published_at="2026-01-01T00:00Z")

def check_old_rows():
    from articles.models import Article, AuditEntry, BakeJob, Edition, SearchText
    edition = Edition.objects.get()
    assert (edition.title, edition.basis, edition.article.title) == ("大桥通车", "archive", "大桥通车"), edition.basis
    assert SearchText.objects.count() == 0
    jobs = [BakeJob.objects.create(path=f"/{n}/") for n in range(2)]
    assert 0 <= jobs[0].version != jobs[1].version < 2**62
    newest = {name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "articles"}
    applied = {name for app, name in MigrationExecutor(connection).loader.applied_migrations if app == "articles"}
    assert newest == applied
"""

STEPS = """
def run():
    newest = schema()
    from articles.triggers import trigger_rules
    for made in ("articles_searchwords", *(name for name, *_rest in trigger_rules(connection.vendor))):
        assert any(made in line for line in newest), made
    migrate("zero")
    left = [line for line in schema() if "articles_" in line]
    assert left == [], left
    names = sorted(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "articles")
    for name in names:
        migrate(name)
    assert schema() == newest, set(schema()) ^ set(newest)
    migrate(names[0])
    add_old_rows()
    migrate()
    assert schema() == newest, set(schema()) ^ set(newest)
    check_old_rows()
"""

PLACED_ROWS = """
def run():
    migrate("0013")
    remove_triggers(connection)  # today's, which need today's columns
    then = apps_now()
    user = then.get_model("auth", "User").objects.create(username="zhou")
    make = lambda model, **facts: then.get_model("articles", model).objects.create(**facts)
    section = make("Section", slug="news", name="新闻")
    cover = make("Picture", sha256="a" * 64, file="pictures/a.png", width=9, height=9, uploaded_by=user)
    pin, end, at = "2036-01-01T00:00Z", "2036-02-01T00:00Z", "2026-01-02T00:00Z"
    def article(number, **state):
        # The working copy has another pin than the edition, which readers see.
        row = make("Article", title="大桥", section=section, created_by=user, pinned_until="2036-09-09T00:00Z",
                   first_published_at="2026-01-01T00:00Z", listed_in=section, ordinal=number, migrated=True)
        last = None
        for n, kind in ((1, "archive"), (2, "correction")):
            revision = make("Revision", article=row, number=n, digest=str(n) * 64, content={}, created_by=user)
            last = make("Edition", article=row, number=n, revision=revision, digest=revision.digest, section=section,
                        title="大桥", kind=kind, basis="archive", note="更正", published_by=user, published_at=at,
                        previous_digest="1" * 64 if n > 1 else "", cover=cover, pinned_until=pin, expires_at=end)
        facts = {"latest": revision, "live": last} | state
        then.get_model("articles", "Article").objects.filter(pk=row.pk).update(**facts)
    article(1)
    article(2, live=None, withdrawn_at=at)
    draft = make("Article", title="草稿", section=section, created_by=user, expires_at=end)
    migrate()
    from articles.models import Article
    for row in Article.objects.exclude(pk=draft.pk):
        found = [f"{at:%Y-%m-%d}" for at in (row.pinned_until, row.expires_at, row.corrected_at)]
        assert (found, row.shown_cover_id) == (["2036-01-01", "2036-02-01", "2026-01-02"], cover.pk), row.pk
    row = Article.objects.get(pk=draft.pk)
    assert (f"{row.expires_at:%Y-%m-%d}", row.shown_cover, row.corrected_at) == ("2036-02-01", None, None)
    assert Article.objects.pinned().get().is_public
"""


@pytest.mark.parametrize(
    ("name", "run"),
    [("steps", OLD_ROWS + STEPS), ("placed", PLACED_ROWS)],
    ids=["steps", "placed"],
)
def test_every_older_state_leads_to_the_newest(tmp_path, name, run):
    """`steps`: migrating one by one, back and forth, ends in the same tables, and keeps the oldest rows; `placed`: pin,
    expiry and cover that readers see stay as they are.
    """
    database = f"test_newsroom_{name}_{os.getpid()}"
    done = subprocess.run(
        [sys.executable, "-c", f"NAME = {database!r}\n{run}\n{PREPARED}"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
