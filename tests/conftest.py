"""Fixtures of all tests: own media folder, plain static files, the cast; and `needs`, which skips tests."""

import gc
import os
import shutil
import time
from copy import deepcopy

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, TransactionTestCase, override_settings
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.live_server_helper import LiveServer

from tests import prepared

# Tests must not depend on the speed of the machine.
hypothesis_settings.register_profile("newsroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("newsroom")

pytest.register_assert_rewrite("tests.baked", "tests.cast")

# Of the newsroom in this folder; the tests have others. pytest-django makes them only for tests that are marked.
OWN_DATABASE = str(settings.DATABASES["default"]["NAME"])
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real ones are slow on purpose
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
# How often a test that drives a browser is repeated if it fails; .ci/run sets it, and the summary lists them (RERUN).
BROWSER_RETRIES = int(os.environ.get("BROWSER_RETRIES", "0"))
DISK_IS_NOT_AWAITED = " PRAGMA synchronous=OFF;"  # no test cuts the power
# Processes that share what one of them has prepared: those of xdist, and runs with a folder that others made.
SHARE = "PYTEST_XDIST_WORKER" in os.environ or "PREPARED_FOLDER" in os.environ


def pytest_configure(config):
    prepared.begin_run(config)


# They begin first, the longest ones, so that no process waits long for another at the end.
FIRST_FILES = (
    "test_desk_barriers.py",
    "test_kills.py",
    "test_admin_table.py",
    "test_public_files_stateful.py",
    "test_baking_stateful.py",
    "test_browser.py",
    "test_reading.py",
    "test_keyboard_browser.py",
    "test_second_factor_browser.py",
    "test_migrations.py",
    "test_unsaved_texts_faults_browser.py",
    "test_demo.py",
    "test_unsaved_texts_browser.py",
    "test_baking_readers.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(FIRST_FILES)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
    for item in items:
        if BROWSER_RETRIES and drives_browser(item):
            item.add_marker(pytest.mark.flaky(reruns=BROWSER_RETRIES))


def drives_browser(item):
    """Return True if the test takes a browser from its file, or starts one itself."""
    return "browser" in item.fixturenames or "chromium" in item.function.__code__.co_names


def pytest_collection_finish():
    """Look for garbage less often, and not among all that was imported: that took a tenth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def settings_within(folder):
    """The settings of a newsroom whose files are in this folder, with plain static files and fast hashes."""
    return {
        "MEDIA_ROOT": folder / "media",
        "PUBLIC_FILES_DIR": folder / "public",
        "BAKED_DIR": folder / "baked",
        "LOG_KEY_FILE": folder / "log.key",
        "DATA_DIR": folder,  # checkpoints for which others vouch
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        "PASSWORD_HASHERS": HASHERS,
    }


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    for name, value in settings_within(tmp_path).items():
        setattr(settings, name, value)


@pytest.fixture(autouse=True)
def _language_and_time_zone_of_the_site():
    """A request leaves its language to the thread, as to that of a server, and would leave it to the next test."""
    translation.deactivate()
    timezone.deactivate()
    yield
    translation.deactivate()
    timezone.deactivate()


def prevent_background_threads(patch):
    """Tests bake and count explicitly; a background thread could access a database that is being emptied."""
    from articles import mailing  # noqa: PLC0415 (models load after Django)

    patch.setattr("articles.baking.jobs.start_baking", lambda: None)
    patch.setattr("articles.counting.BatchedCounter.start_writing", lambda _counter: None)
    patch.setattr("articles.mailing.start_sending", mailing.send_mail)


@pytest.fixture(autouse=True)
def _no_background_threads(monkeypatch):
    from articles import qr_short_links, reads  # noqa: PLC0415 (models load after Django)

    prevent_background_threads(monkeypatch)
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
    return connection.vendor == "sqlite" or request.config.getoption("reuse_db")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Keep SQLite in a file, as a newsroom does: in memory, nobody may write what another thread is just reading.

    Several processes migrate one database for all.
    """
    database = settings.DATABASES["default"]
    tested = database.setdefault("TEST", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        file = tmp_path_factory.mktemp("database") / "newsroom.sqlite3"
        if SHARE:
            shutil.copy(prepared.migrated_database(), file)
        tested["NAME"] = str(file)
        database["OPTIONS"]["init_command"] += DISK_IS_NOT_AWAITED
    elif SHARE:
        tested["TEMPLATE"] = prepared.migrated_template()


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


def require_database_of_tests():
    assert str(connection.settings_dict["NAME"]) != OWN_DATABASE, "The test lacks the mark django_db."


def delete_rows():
    """Close what may still ask for them, and delete all rows that were committed.

    Not with `flush`, which takes a hundred times as long on PostgreSQL: that makes new files of all tables that it
    truncates. The triggers, which would refuse, are removed during this.
    """
    from articles import triggers  # noqa: PLC0415 (models load after Django)
    from tests.browser import close_all_pages  # noqa: PLC0415 (circular: it imports `needs`)

    require_database_of_tests()
    close_all_pages()
    with transaction.atomic():
        triggers.remove_triggers(connection)
        with connection.cursor() as cursor:
            tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
            for table in tables - KEPT_TABLES:
                cursor.execute(f'DELETE FROM "{table}"')
            for words in ("articles_searchwords", "articles_workingwords"):
                cursor.execute(EMPTY_INDEX[connection.vendor].format(words=words))
        triggers.install_triggers(connection)


@pytest.fixture(autouse=True, scope="session")
def _delete_rows_after_transactional_tests():
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: delete_rows())
    yield
    patch.undo()


@pytest.fixture(scope="module")
def kept_rows(django_db_setup, django_db_blocker, tmp_path_factory):
    """Keep for all tests of a file what its fixtures write, if that takes long; returns the folder of its uploads.

    The tests take `own_rows`.
    """
    facts = settings_within(tmp_path_factory.mktemp("kept"))
    with django_db_blocker.unblock(), override_settings(**facts), transaction.atomic():
        yield facts["MEDIA_ROOT"]
        transaction.set_rollback(True)


@pytest.fixture
def own_rows(kept_rows, db, settings):
    """A test that finds what `kept_rows` keeps, and leaves it as it was: its transaction is within that of the file."""
    settings.MEDIA_ROOT = kept_rows


@pytest.fixture
def own_copies(made, own_rows):
    """Copies of what the fixture `made` of the file has kept, a cast and articles: a test may change them."""
    return deepcopy(made)


@pytest.fixture(scope="module")
def kept_site(django_db_setup, django_db_blocker, tmp_path_factory):
    """Keep for all tests of a file what its fixtures commit, and a server that shows it; returns the server's settings.

    For tests that only read. They take `own_site`.
    """
    server = LiveServer("localhost")
    facts = settings_within(tmp_path_factory.mktemp("kept"))
    facts |= {"SITE_URL": server.url, "ALLOWED_HOSTS": ["localhost"]}
    require_database_of_tests()
    with django_db_blocker.unblock(), override_settings(**facts), pytest.MonkeyPatch.context() as patch:
        prevent_background_threads(patch)
        yield facts
        delete_rows()
    server.stop()


@pytest.fixture
def own_site(kept_site, settings):
    """The address of a server that shows what `kept_site` keeps."""
    for name, value in kept_site.items():
        setattr(settings, name, value)
    return settings.SITE_URL


@pytest.fixture
def empty_database(tmp_path):
    """The address of a database without tables, of the kind that the tests use, for other processes."""
    with prepared.another_database(tmp_path, is_migrated=False) as address:
        yield address


@pytest.fixture
def migrated_database(tmp_path):
    """The address of a database with all tables and no rows, of the kind that the tests use, for other processes."""
    with prepared.another_database(tmp_path, is_migrated=True) as address:
        yield address


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
def all_readings(cast):
    """What the test publishes has all its readings."""
    cast.reads_once = False


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
