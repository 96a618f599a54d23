"""Counts what readers do: in memory, written in batches, so that no reader's request writes to the database."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import Error as DatabaseError
from django.db import connection

log = logging.getLogger(__name__)

# Seconds between writes; a killed process loses the counts of that time.
WRITE_INTERVAL = 2.0
# The most keys counted while the database is unavailable; others are dropped.
MOST_COUNTED = 10_000

KEYS_PER_WRITE = 200

Key = TypeVar("Key", bound=Any)  # hashable, and in an order


class BatchedCounter(Generic[Key]):
    """Counts by key. A thread gives the counts to `write`, at most KEYS_PER_WRITE at once and in the order of the keys.

    `write` adds them to the database in one transaction and returns how many; it leaves out keys that do not exist.
    Keys are in order so that two processes that lock their rows one after the other cannot deadlock.
    """

    def __init__(self, name: str, write: Callable[[dict[Key, int]], int]) -> None:
        self.name = name
        self._write = write
        self._counts: Counter[Key] = Counter()
        self._counting = threading.Lock()
        self._writer: threading.Thread | None = None

    def count(self, key: Key) -> None:
        """Count one; does not wait for the database."""
        with self._counting:
            if key in self._counts or len(self._counts) < MOST_COUNTED:
                self._counts[key] += 1
        self.start_writing()

    def flush(self) -> int:
        """Add the counts to the database; returns how many.

        If the database fails, raises its error and keeps what is not written for the next call.
        """
        with self._counting:
            waiting = sorted(self._counts.items())
            self._counts.clear()
        written = 0
        try:
            while waiting:
                written += self._write(dict(waiting[:KEYS_PER_WRITE]))
                del waiting[:KEYS_PER_WRITE]
        finally:
            with self._counting:
                self._counts.update(dict(waiting))
        return written

    def start_writing(self) -> None:
        """Start the writer thread unless it runs; it ends when there is nothing left to write."""
        with self._counting:
            if self._writer is None or not self._writer.is_alive():
                # Not a daemon: on a normal exit, the remaining counts are written.
                self._writer = threading.Thread(target=self._write_until_idle, name=f"counting {self.name}")
                self._writer.start()

    def _write_until_idle(self) -> None:
        ending = threading.main_thread()
        try:
            while True:
                ending.join(WRITE_INTERVAL)
                with self._counting:
                    if not self._counts:
                        return
                try:
                    self.flush()
                except DatabaseError as error:
                    log.warning("%s could not be written: %s", self.name, error)
                    if not ending.is_alive():
                        return
        finally:
            connection.close()
