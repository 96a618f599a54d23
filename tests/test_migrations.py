"""Migrations are frozen: none imports the app, and every older state of the database migrates to the newest."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from articles.triggers import trigger_rules
from tests.migrated_steps import schema

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


@pytest.mark.django_db
def test_every_older_state_leads_to_the_newest(empty_database, tmp_path):
    """Migrating one by one ends in the tables that migrating at once made for the tests, and keeps the rows that old
    versions wrote; each step can be undone, and on SQLite all of them together.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.migrated_steps"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": empty_database},
    )
    assert done.returncode == 0, done.stderr
    at_once, one_by_one = schema(), json.loads(done.stdout)
    assert one_by_one == at_once, set(one_by_one) ^ set(at_once)
    for made in ("articles_searchwords", *(name for name, *_rest in trigger_rules(connection.vendor))):
        assert any(made in line for line in at_once), made
