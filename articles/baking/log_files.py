"""The files of the logs: which there are, and which of them new leaves change."""

from collections.abc import Iterator

from django.urls import reverse

from ..merkle_log import LOGS, PUBLIC_LOG, StoredLog, changed_tiles, outdated_tiles


def log_files(old: int, size: int, log: StoredLog = PUBLIC_LOG) -> set[str]:
    """Return the addresses that change when the log grows from `old` to `size` leaves."""
    tiles = (tile for tile in changed_tiles(old, size) if log is PUBLIC_LOG or not tile.has_entries)
    return {log_address(log, "checkpoint"), *(log_address(log, tile.path) for tile in tiles)}


def outdated_log_files(first: int, size: int, log: StoredLog = PUBLIC_LOG) -> set[str]:
    """Return the addresses that the log offers no more after its leaves from `first` on; some for each leaf."""
    return {log_address(log, tile.path) for index in range(first, size) for tile in outdated_tiles(index)}


def all_log_files() -> Iterator[str]:
    """Yield every address of the logs, but for narrow tiles of an earlier size."""
    yield from log_key_pages()
    for log in LOGS:
        yield from sorted(log_files(0, log.size(), log))


def log_key_pages() -> set[str]:
    """Return the addresses that show the keys."""
    return {reverse("log_key"), reverse("log_check")}


def log_address(log: StoredLog, path: str) -> str:
    """Return the address of a file of a log on the site."""
    return f"/log{log.suffix}/{path}"
