"""Fixtures of all tests: own media folder, plain static files, the cast; and `needs`, which skips tests."""

import gc
import os
import shutil
import time

import pytest
from django.db import transaction
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import prepared

# Tests must not depend on the speed of the machine.
hypothesis_settings.register_profile("newsroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("newsroom")

pytest.register_assert_rewrite("tests.baked", "tests.cast")

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real ones are slow on purpose
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
DISK_IS_NOT_AWAITED = " PRAGMA synchronous=OFF;"  # no test cuts the power
# Processes that share what one of them has prepared: those of xdist, and runs with a folder that others made.
SHARE = "PYTEST_XDIST_WORKER" in os.environ or "PREPARED_FOLDER" in os.environ


def pytest_configure(config):
    prepared.begin_run(config)


# They begin first, the longest ones, so that no process waits long for another at the end. The second needs no
# database, which is migrated meanwhile.
FIRST_FILES = (
    "test_admin_table.py",
    "test_sanitising_attacks.py",
    "test_desk_barriers.py",
    "test_kills.py",
    "test_migrations.py",
    "test_unsaved_texts_faults_browser.py",
    "test_unsaved_texts_browser.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(FIRST_FILES)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_collection_finish():
    """Look for garbage less often, and not among all that was imported: that took a tenth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PUBLIC_FILES_DIR = tmp_path / "public"
    settings.BAKED_DIR = tmp_path / "baked"
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    settings.DATA_DIR = tmp_path  # checkpoints for which others vouch
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = HASHERS


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


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    """Use the file of SQLite that is there, always; it is among the temporary files, which pytest removes."""
    from django.db import connection  # noqa: PLC0415 (settings load first)

    return connection.vendor == "sqlite" or request.config.getoption("reuse_db")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Keep SQLite in a file, as a newsroom does: in memory, nobody may write what another thread is just reading.

    Several processes migrate one database for all.
    """
    from django.conf import settings  # noqa: PLC0415 (settings load first)

    database = settings.DATABASES["default"]
    tested = database.setdefault("TEST", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        file = tmp_path_factory.mktemp("database") / "newsroom.sqlite3"
        if SHARE:
            shutil.copy(prepared.migrated_database(), file)
        tested["NAME"] = str(file)
        database["OPTIONS"]["init_command"] += DISK_IS_NOT_AWAITED
    elif SHARE:
        tested["TEMPLATE"] = prepared.migrated_template(database["NAME"])


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_the_disk():
    """No test cuts the power; writing thousands of baked pages would wait for the disk for minutes."""
    patch = pytest.MonkeyPatch()
    patch.setattr(os, "fsync", lambda _file: None)
    yield
    patch.undo()


# Filled by `migrate`; emptying them would only mean to fill them again.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
# Django does not know the tables of the search indexes, whose rows later tests would find instead of theirs.
EMPTY_INDEX = {
    "sqlite": "INSERT INTO {words}({words}) VALUES ('delete-all')",
    "postgresql": "DELETE FROM {words}",
}


@pytest.fixture(autouse=True, scope="session")
def _delete_rows_after_transactional_tests():
    """Delete the rows of a transactional test instead of `flush`, which takes a hundred times as long on PostgreSQL.

    PostgreSQL makes new files of all tables that it truncates. The triggers, which would refuse, are away meanwhile.
    """
    from django.db import connection  # noqa: PLC0415 (settings load first)

    from articles import triggers  # noqa: PLC0415 (models load after Django)
    from tests.browser import close_all_pages  # noqa: PLC0415 (circular: it imports `needs`)

    @transaction.atomic
    def delete_rows(_case):
        triggers.remove_triggers(connection)
        with connection.cursor() as cursor:
            tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
            for table in tables - KEPT_TABLES:
                cursor.execute(f'DELETE FROM "{table}"')
            for words in ("articles_searchwords", "articles_workingwords"):
                cursor.execute(EMPTY_INDEX[connection.vendor].format(words=words))
        triggers.install_triggers(connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: (close_all_pages(), delete_rows(case)))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def kept_rows(django_db_setup, django_db_blocker, tmp_path_factory):
    """Keep for all tests of a file what its fixtures write, if that takes long; returns the folder of its uploads.

    The tests take `own_rows`.
    """
    folder = tmp_path_factory.mktemp("kept")
    places = {name: folder / name.lower() for name in ("MEDIA_ROOT", "PUBLIC_FILES_DIR", "BAKED_DIR")}
    with django_db_blocker.unblock(), override_settings(**places, PASSWORD_HASHERS=HASHERS), transaction.atomic():
        yield places["MEDIA_ROOT"]
        transaction.set_rollback(True)


@pytest.fixture
def own_rows(kept_rows, db, settings):
    """A test that finds what `kept_rows` keeps, and leaves it as it was: its transaction is within that of the file."""
    settings.MEDIA_ROOT = kept_rows


@pytest.fixture
def empty_database(tmp_path, settings):
    """The address of an empty database of the kind that the tests use, for other processes."""
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        yield f"sqlite:///{tmp_path}/newsroom.sqlite3"
        return
    name = f"empty_{os.getpid()}"
    prepared.run_sql(f"CREATE DATABASE {name}")
    yield prepared.address_of(name)
    prepared.run_sql(f"DROP DATABASE {name} WITH (FORCE)")


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


@pytest.fixture
def english():
    """The language of the test."""
    with translation.override("en"):
        yield


@pytest.fixture
def public_texts(cast):
    """Three public articles that name a county head, for change sets."""
    from tests.change_sets import publish_texts  # noqa: PLC0415 (models load after Django)

    return publish_texts(cast)


@pytest.fixture
def proposer(db):
    """Somebody who writes and reads in all sections, and is credited nowhere."""
    from tests.cast import make_user  # noqa: PLC0415 (models load after Django)

    return make_user("proposer", ["write", "read"])
