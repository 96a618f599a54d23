"""What every test gets: its own media folder, plain static files, the cast; and skips that can be made failures."""

import os

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# How fast the machine is never decides a test.
hypothesis_settings.register_profile("newsroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("newsroom")

pytest.register_assert_rewrite("tests.baked", "tests.cast")

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BAKED_DIR = tmp_path / "baked"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_behind(monkeypatch):
    """Tests bake and count when they say so; a thread of its own would meet a database that is being emptied."""
    monkeypatch.setattr("articles.baking.jobs.start_baking", lambda: None)
    monkeypatch.setattr("articles.reads._start_writing", lambda: None)


@pytest.fixture(autouse=True, scope="session")
def _emptied_without_triggers():
    """Emptying the database after a transactional test deletes rows that triggers keep; `flush` ends with
    post_migrate, which puts them back.
    """
    from django.db import connection  # noqa: PLC0415 (settings load first)

    from articles import triggers  # noqa: PLC0415 (models load after Django)
    from tests.browser import nobody_reads  # noqa: PLC0415 (it asks this file for `needs`)

    patch = pytest.MonkeyPatch()
    empty = TransactionTestCase._fixture_teardown

    def remove_triggers_and_empty(case):
        nobody_reads()
        triggers.remove_triggers(connection)
        empty(case)

    patch.setattr(TransactionTestCase, "_fixture_teardown", remove_triggers_and_empty)
    yield
    patch.undo()


def needs(present: bool, what: str) -> None:
    """Skip by name when something the machine should have is absent; fail instead where REQUIRE_ALL=1."""
    if present:
        return
    if REQUIRE_ALL:
        pytest.fail(f"needs {what}, which this machine lacks (REQUIRE_ALL=1)")
    pytest.skip(f"needs {what}")


@pytest.fixture
def cast(db):
    """The newsroom of the tests; see tests/cast.py."""
    from tests.cast import Cast  # noqa: PLC0415 (models load after Django)

    return Cast()
