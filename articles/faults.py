"""Faults of the machine: the database is away or locked, the disk is full, or the log's key cannot be reached.

Nothing is changed then; it passes.
"""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

RETRY_AFTER = 60  # seconds after which a browser or a crawler may try again; the same in deploy/nginx
# The desk warns if the disk has less than this, or less than a tenth of a smaller disk.
LITTLE_SPACE = 2**30  # bytes
NO_SPACE = 2**20  # bytes
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)
_POSTGRESQL_DISK_FULL = "53100"


class Fault(Enum):
    """What does not work: the database cannot be reached or is locked, the disk is full, the log cannot be signed."""

    DATABASE = "database"
    DISK = "disk"
    LOG_KEY = "log key"


class LogKeyAway(OSError):
    """Raised, with the reason in words, when a key of the public log cannot be read, or its token cannot sign."""


def fault_of(error: BaseException | None) -> Fault | None:
    """Return the fault indicated by an exception or its causes; None for any other exception."""
    while error is not None:
        if isinstance(error, LogKeyAway):
            return Fault.LOG_KEY
        if isinstance(error, OSError) and error.errno in _DISK_IS_FULL:
            return Fault.DISK
        if isinstance(error, OperationalError | InterfaceError):
            return Fault.DISK if _is_full(error.__cause__) else Fault.DATABASE
        error = error.__cause__ or error.__context__
    return None


def _is_full(error: BaseException | None) -> bool:
    """Return True if the driver of the database says so, or if there is no space left.

    SQLite calls it an input/output error if it cannot create one of the files next to the database.
    """
    is_full_for_sqlite = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    is_full_for_postgresql = getattr(error, "pgcode", None) == _POSTGRESQL_DISK_FULL
    return is_full_for_sqlite or is_full_for_postgresql or shutil.disk_usage(settings.DATA_DIR).free < NO_SPACE


@contextmanager
def database_patience(seconds: float) -> Iterator[None]:
    """Set the lock time-out of SQLite connections that this thread opens in the block; PostgreSQL's are unaffected."""
    usual = connection.settings_dict
    if connection.vendor == "sqlite":
        connection.settings_dict = {**usual, "OPTIONS": {**usual["OPTIONS"], "timeout": seconds}}
    try:
        yield
    finally:
        connection.settings_dict = usual


def scarce_disk_space() -> int | None:
    """Return the free megabytes of the disk with our data if they are few, otherwise None."""
    disk = shutil.disk_usage(settings.DATA_DIR)
    return disk.free // 2**20 if disk.free < min(LITTLE_SPACE, disk.total // 10) else None
