"""Fixtures of all tests: own media folder, plain static files, the cast; and `needs`, which skips tests."""

import os
import time

import pytest
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# Tests must not depend on the speed of the machine.
hypothesis_settings.register_profile("newsroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("newsroom")

pytest.register_assert_rewrite("tests.baked", "tests.cast")

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PUBLIC_FILES_DIR = tmp_path / "public"
    settings.BAKED_DIR = tmp_path / "baked"
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_background_threads(monkeypatch):
    """Tests bake and count explicitly; a background thread could access a database that is being emptied."""
    from articles import mailing, qr_short_links, reads  # noqa: PLC0415 (models load after Django)

    monkeypatch.setattr("articles.baking.jobs.start_baking", lambda: None)
    monkeypatch.setattr("articles.counting.BatchedCounter.start_writing", lambda _counter: None)
    monkeypatch.setattr("articles.mailing.start_sending", mailing.send_mail)
    yield
    reads.counted_reads._counts.clear()
    qr_short_links.counted_scans._counts.clear()


@pytest.fixture(autouse=True)
def _sessions_that_have_begun(monkeypatch):
    """`force_login` begins a session as a log-in does; otherwise the first request of each test would write it."""
    from articles import desk_sessions  # noqa: PLC0415 (models load after Django)
    from articles.admin.desk_sessions import DUE  # noqa: PLC0415

    force_login = Client.force_login

    def log_in(client, user, backend=None):
        force_login(client, user, backend)
        session, now = client.session, time.time()
        session.update({desk_sessions.STARTED: now, desk_sessions.SEEN: now, DUE: None})
        session.update({desk_sessions.ADDRESS: "127.0.0.1", desk_sessions.BROWSER: ""})
        session.save()

    monkeypatch.setattr(Client, "force_login", log_in)


EMPTY_INDEX = {
    "sqlite": "INSERT INTO {words}({words}) VALUES ('delete-all')",
    "postgresql": "TRUNCATE {words}",
}


@pytest.fixture(autouse=True, scope="session")
def _remove_triggers_before_flush():
    """Remove the triggers before a transactional test's rows are deleted, which they would refuse.

    `flush` ends with post_migrate, which installs them again. It does not know the tables of the search indexes, whose
    rows later tests would find instead of theirs.
    """
    from django.db import connection  # noqa: PLC0415 (settings load first)

    from articles import triggers  # noqa: PLC0415 (models load after Django)
    from tests.browser import close_all_pages  # noqa: PLC0415 (circular: it imports `needs`)

    patch = pytest.MonkeyPatch()
    empty = TransactionTestCase._fixture_teardown

    def remove_triggers_and_empty(case):
        close_all_pages()
        triggers.remove_triggers(connection)
        with connection.cursor() as cursor:
            for words in ("articles_searchwords", "articles_workingwords"):
                cursor.execute(EMPTY_INDEX[connection.vendor].format(words=words))
        empty(case)

    patch.setattr(TransactionTestCase, "_fixture_teardown", remove_triggers_and_empty)
    yield
    patch.undo()


def needs(present: bool, what: str) -> None:
    """Skip the test if the machine lacks `what`; fail instead with REQUIRE_ALL=1."""
    if present:
        return
    if REQUIRE_ALL:
        pytest.fail(f"needs {what}, which this machine lacks (REQUIRE_ALL=1)")
    pytest.skip(f"needs {what}")


@pytest.fixture
def cast(db):
    """The characters of the tests; see tests/cast.py."""
    from tests.cast import Cast  # noqa: PLC0415 (models load after Django)

    return Cast()
