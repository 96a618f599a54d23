"""Backups: they hold what the settings name and can be restored; only their own old folders are deleted; failure is
loud.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.prepared import another_database
from tests.serving import WITH_PARENT, Newsroom

SCRIPT = Path(settings.BASE_DIR) / "deploy" / "backup"
POSTGRESQL = connection.vendor == "postgresql"
DATABASE = "database.dump" if POSTGRESQL else "database.sqlite3"
OLD = [f"202001{day:02}-021500" for day in range(1, 21)]
KEPT = 14
COUNT = "from articles.models import AuditEntry, Source; print(Source.objects.count(), AuditEntry.objects.count())"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A newsroom with rows, in a folder with blanks; backups only read it."""
    folder = tmp_path_factory.mktemp("our news")
    with another_database(folder, is_migrated=True) as database:
        found = Newsroom(folder, DATABASE_URL=database)
        found.run(
            "from articles import accounts, sources; from articles.models import Source\n"
            "for name in ('霁川新闻网', '泽南日报'): "
            "sources.save_source(Source(name=name), by=accounts.find_or_open_command_line())"
        )
        yield found


@pytest.fixture
def media(source):
    """The uploads of `source`; one has a nasty name."""
    folder = source.folder / "media"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "一 座\n桥 -rf.jpg").write_bytes(b"picture")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def backups(tmp_path):
    """A folder with every kind of name that must not be split, and with what belongs to others."""
    folder = tmp_path / "back ups -rf *"
    folder.mkdir()
    return folder


def back_up(source, backups, *, cwd="/", limit=None, **variables):
    """Run deploy/backup; return (exit code, what it said). `limit`: the largest file it may write, in bytes."""

    def full_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [SCRIPT],
        env={**source.environment, "BACKUPS": str(backups), **variables},
        cwd=cwd,
        capture_output=True,
        text=True,
        preexec_fn=full_disk if limit else None,
        timeout=300,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def make_old(backups, *dates, file=DATABASE):
    for date in dates:
        (backups / date).mkdir()
        (backups / date / file).write_text("old")


# --- What is in it ----------------------------------------------------------------------------------------------


def test_what_is_restored_is_what_was_there(source, media, backups, tmp_path):
    code, said = back_up(source, backups)
    assert code == 0, said
    [name] = names(backups)
    made = backups / name
    assert names(made) == [DATABASE, "media.tar"]
    assert made.stat().st_mode & 0o077 == 0, "others may read the password hashes"
    restored = tmp_path / "restored"
    restored.mkdir()
    with another_database(restored, is_migrated=False) as database:
        target = Newsroom(restored, DATABASE_URL=database)
        if POSTGRESQL:
            name = database.rpartition("/")[2]
            restore = ["pg_restore", "--clean", "--if-exists", "--no-owner", "-d", name, made / DATABASE]
            subprocess.run(restore, check=True)
        else:
            shutil.copy(made / DATABASE, target.folder / "newsroom.sqlite3")
        with tarfile.open(made / "media.tar") as archive:
            archive.extractall(target.folder, filter="data")
        assert target.run(COUNT) == source.run(COUNT) != "0 0\n"
        target.manage("verify_audit")
        target.manage("migrate", "--check")
    files = {path.relative_to(media): path.read_bytes() for path in media.rglob("*") if path.is_file()}
    found = restored / "media"
    assert {path.relative_to(found): path.read_bytes() for path in found.rglob("*") if path.is_file()} == files
    assert len(files) == 1


@pytest.mark.skipif(POSTGRESQL, reason="is about SQLite's log")
def test_what_another_process_has_just_written_is_in_it(source, backups, tmp_path):
    """SQLite's newest rows are in its log, not in its file."""
    writer = subprocess.Popen(
        [*WITH_PARENT, sys.executable, "-c", KEEP_WRITING],
        env=source.environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout.readline() == "written\n"
        assert back_up(source, backups)[0] == 0
    finally:
        writer.kill()
        writer.communicate()
    [made] = backups.iterdir()
    shutil.copy(made / DATABASE, tmp_path / "newsroom.sqlite3")
    found = Newsroom(tmp_path).run("from articles.models import Section; print(Section.objects.get().name)")
    assert found == "刚刚\n"


KEEP_WRITING = """
import time, django; django.setup()
from articles.models import Section
Section.objects.create(name="刚刚", slug="now")
print("written", flush=True)
time.sleep(600)
"""


def test_without_uploads_the_archive_is_empty(source, backups):
    assert back_up(source, backups)[0] == 0
    [made] = backups.iterdir()
    with tarfile.open(made / "media.tar") as archive:
        assert archive.getnames() == []


# --- What is deleted --------------------------------------------------------------------------------------------


def test_its_own_old_ones_are_deleted_and_nothing_else(source, backups, tmp_path):
    make_old(backups, *OLD)
    make_old(backups, "20200101-021500.part")
    foreign = ["20200102", "old 20200101-021500", "20200101-021500 copy", "notes", ".snapshot", "19990101-000000"]
    for name in foreign:
        (backups / name).mkdir()
        (backups / name / "kept").write_text("kept")
    (backups / "20190101-021500").write_text("a file")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (backups / "20190102-021500").symlink_to(elsewhere)
    started_from = tmp_path / "back"  # what a blank in the name of the folder of backups would have deleted
    started_from.mkdir()
    code, said = back_up(source, backups, cwd=started_from)
    assert code == 0, said
    [made] = [name for name in names(backups) if name > "2021" and name[:8].isdigit()]
    left = [*foreign, "20190101-021500", "20190102-021500", *OLD[-KEPT + 1 :], made]
    assert names(backups) == sorted(left)
    assert started_from.is_dir()
    assert elsewhere.is_dir()


def test_the_newest_is_kept_when_the_clock_was_ahead(source, backups):
    ahead = [name.replace("2020", "2099") for name in OLD]
    make_old(backups, *ahead)
    assert back_up(source, backups)[0] == 0
    [made] = set(names(backups)) - set(ahead)
    assert (backups / made / DATABASE).is_file()
    assert names(backups) == sorted([made, *ahead[-KEPT + 1 :]])


# --- Failure ----------------------------------------------------------------------------------------------------


@contextmanager
def nothing_happens(backups):
    """There is neither a new backup nor a partial one, and the old ones are kept."""
    make_old(backups, *OLD)
    yield
    assert names(backups) == OLD
    assert all((backups / name / DATABASE).read_text() == "old" for name in OLD)


@pytest.mark.parametrize("limit", [100_000, 20_000_000])
def test_a_full_disk_is_loud_and_deletes_nothing(source, media, backups, limit):
    """The smaller limit is reached by the database, the larger one by the uploads."""
    (media / "film.mp4").write_bytes(b"0" * 30_000_000)
    with nothing_happens(backups):
        code, said = back_up(source, backups, limit=limit)
    assert (code, "failed" in said) == (1, True)


def pg_dump(folder, script):
    """The PATH with a pg_dump of our own."""
    folder.mkdir()
    (folder / "pg_dump").write_text(f"#!/usr/bin/env python3\nimport json, os, sys\n{script}\n")
    (folder / "pg_dump").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_a_pg_dump_that_fails_is_loud_and_deletes_nothing(source, backups, tmp_path):
    path = pg_dump(
        tmp_path / "bin",
        "open(sys.argv[2].partition('=')[2], 'w').write('half')\nsys.exit('server closed the connection')",
    )
    with nothing_happens(backups):
        code, said = back_up(source, backups, PATH=path, DATABASE_URL="postgres://desk:hidden@db.example.cn/news")
    assert code == 1
    assert "server closed the connection" in said
    assert "hidden" not in said


def test_the_database_of_the_settings_is_dumped_on_whichever_machine(source, backups, tmp_path):
    path = pg_dump(
        tmp_path / "bin",
        "file = sys.argv[2].partition('=')[2]\n"
        "json.dump([sys.argv[3:], os.environ['PGPASSWORD'], os.environ['PGSSLMODE']], open(file, 'w'))",
    )
    url = "postgres://desk:a%23b@db.example.cn:6543/news?sslmode=require"
    assert back_up(source, backups, PATH=path, DATABASE_URL=url)[0] == 0
    [made] = backups.iterdir()
    told = json.loads((made / "database.dump").read_text())
    assert told == [["-U", "desk", "-h", "db.example.cn", "-p", "6543", "news"], "a#b", "require"]


@pytest.mark.parametrize(
    ("backups_are", "sentence"),
    [("gone", "is not a folder. Create it"), ("media/backups", "would back up itself"), ("a file", "is not a folder")],
)
def test_a_folder_that_cannot_hold_backups_is_refused(source, media, backups_are, sentence):
    (source.folder / "a file").write_text("")
    (media / "backups").mkdir()
    code, said = back_up(source, source.folder / backups_are)
    assert code == 1
    assert sentence in said
    assert not (source.folder / "gone").exists()
    assert names(media / "backups") == []


def test_a_database_that_is_not_there_is_not_made(source, backups, tmp_path):
    with nothing_happens(backups):
        code, said = back_up(source, backups, DATABASE_URL=f"sqlite:///{tmp_path}/gone.sqlite3")
    assert (code, "There is no database at" in said) == (1, True)
    assert not (tmp_path / "gone.sqlite3").exists()


def test_a_damaged_database_is_told(source, backups, tmp_path):
    (tmp_path / "damaged.sqlite3").write_bytes(b"SQLite format 3\0" + b"x" * 10_000)
    with nothing_happens(backups):
        assert back_up(source, backups, DATABASE_URL=f"sqlite:///{tmp_path}/damaged.sqlite3")[0] == 1


def test_two_at_once_are_refused(source, backups, tmp_path):
    path = pg_dump(tmp_path / "bin", f"import time\nopen('{tmp_path}/running', 'w')\ntime.sleep(600)")
    variables = {"PATH": path, "DATABASE_URL": "postgres://db.example.cn/news", "BACKUPS": str(backups)}
    first = subprocess.Popen([*WITH_PARENT, SCRIPT], env={**source.environment, **variables}, start_new_session=True)
    try:
        while not (tmp_path / "running").exists():
            assert first.poll() is None
        code, said = back_up(source, backups)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert (code, "Another backup" in said) == (1, True)
    # What the killed one left is removed by the next.
    assert [name[-5:] for name in names(backups)] == [".part"]
    assert back_up(source, backups)[0] == 0
    assert [len(name) for name in names(backups)] == [15]
