import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

KEPT_BACKUPS = 14
BACKUP_NAME = re.compile(r"\d{8}-\d{6}(\.part)?")
BACKUP_FILES = {"database.dump", "database.sqlite3", "database.sqlite3-journal", "media.tar"}


class Command(BaseCommand):
    help = (
        f"Back up database and uploads into a new folder of BACKUPS, and keep the {KEPT_BACKUPS} newest. "
        "Exits 1 if there is no new backup; then nothing is deleted."
    )

    def handle(self, *args: object, **options: object) -> None:
        backups: Path = settings.BACKUPS
        try:
            with _one_at_a_time(backups):
                made = _make_backup(backups)
                self.stdout.write(f"Backed up to {made}: {', '.join(sorted(file.name for file in made.iterdir()))}")
                for folder in _superfluous_backups(backups, newest=made):
                    shutil.rmtree(folder)
        except (OSError, sqlite3.Error, tarfile.TarError) as error:
            raise CommandError(f"The backup to {backups} failed: {error}") from error


@contextmanager
def _one_at_a_time(backups: Path) -> Iterator[None]:
    """Hold a lock on the folder. Raises CommandError if there is none, or another backup is running."""
    if not backups.is_dir():
        # Creating it might fill the system's disk while that of the backups is not mounted.
        raise CommandError(f"BACKUPS is {backups}, which is not a folder. Create it, on the disk for the backups.")
    if backups.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise CommandError(f"BACKUPS is {backups}, among the uploads: it would back up itself. Choose another folder.")
    folder = os.open(backups, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CommandError(f"Another backup to {backups} is running.") from error
    finally:
        os.close(folder)


def _make_backup(backups: Path) -> Path:
    """Return the folder of a new, complete backup. It has its name only when everything is on the disk."""
    made = backups / timezone.localtime().strftime("%Y%m%d-%H%M%S")
    part = made.with_name(f"{made.name}.part")
    if made.exists():
        raise CommandError(f"{made} exists already. Try again in a second.")
    part.mkdir(mode=0o700)
    try:
        # The database first: a file uploaded in the meantime is superfluous in the archive, never missing.
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), part / "database.sqlite3")
        else:
            _dump_postgresql(part / "database.dump")
        _archive_uploads(Path(settings.MEDIA_ROOT), part / "media.tar")
        os.sync()
        part.rename(made)
    finally:
        shutil.rmtree(part, ignore_errors=True)  # half a backup only takes up space
    return made


def _copy_sqlite(database: Path, target: Path) -> None:
    """Copy the database while it is in use, and verify the copy."""
    if not database.is_file():
        raise CommandError(f"There is no database at {database} (DATABASE_URL, DATA_DIR).")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log next to it
        copy.execute("PRAGMA ignore_check_constraints = ON")  # some call Python's functions, which Django registers
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CommandError(f"The copy of {database} is damaged: {verdict}")


def _dump_postgresql(target: Path) -> None:
    """Dump the database of DATABASE_URL, on any machine, with pg_dump."""
    # Django knows how to tell PostgreSQL's programs where to connect; the password is in the environment.
    arguments, variables = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    command = ["pg_dump", "--format=custom", f"--file={target}", *arguments[1:]]
    try:
        subprocess.run(  # noqa: S603 (no shell)
            command, env={**os.environ, **(variables or {})}, check=True, stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError as error:
        raise CommandError("pg_dump is missing: apt install postgresql-client") from error
    except subprocess.CalledProcessError as error:
        raise CommandError(f"pg_dump failed ({error.returncode}): {error.stderr.strip()}") from error


def _archive_uploads(media: Path, target: Path) -> None:
    """Put all uploads into one archive, in which their names begin with media/."""

    def refuse(error: OSError) -> None:
        raise error

    with tarfile.open(target, "w") as archive:
        for folder, _folders, files in os.walk(media, onerror=refuse) if media.exists() else ():
            for path in (Path(folder), *(Path(folder, file) for file in files)):
                with suppress(FileNotFoundError):  # deleted in the meantime
                    archive.add(path, arcname=str(Path("media") / path.relative_to(media)), recursive=False)


def _superfluous_backups(backups: Path, *, newest: Path) -> list[Path]:
    """Return the backups beyond KEPT_BACKUPS, and what interrupted ones left; never `newest`, nor what is not a backup.

    A backup made while the clock was ahead has a later name than the newest one.
    """
    ours = [
        path
        for path in backups.iterdir()
        if BACKUP_NAME.fullmatch(path.name)
        and path != newest
        and path.is_dir()
        and not path.is_symlink()
        and {file.name for file in path.iterdir()} <= BACKUP_FILES
    ]
    complete = sorted(path for path in ours if not path.suffix)
    return [path for path in ours if path.suffix] + complete[: max(0, len(complete) - KEPT_BACKUPS + 1)]
