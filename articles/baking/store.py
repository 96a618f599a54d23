"""Where baked pages lie: files that nginx, granian, an object store or any file server can hand out as they are.

    /          index.html             /feeds/all.atom   feeds/all.atom
    /a/12/     a/12/index.html        /q/W12.png        q/W12.png

Both stores are Django's Storage, chosen by STORAGES["baked"]; what baking asks of one stands in `BakedStore`.
"""

import gzip
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import brotli
from django.conf import settings
from django.core.files.storage import FileSystemStorage

COPIES = (".br", ".gz")
PART = ".part"
# What is no text is compressed already; a short text gains nothing.
TEXT = (".html", ".xml", ".atom", ".txt", ".css", ".rss", ".json")
SMALLEST = 256  # bytes
# Measured on an article page: 9 costs twice the time of 5 for 1.5 % fewer bytes.
BROTLI, GZIP = 5, 6
# In the folder of a site, beside its pages: which version baked it, which drew its codes, and what was asked for when it
# was begun.
STAMP, CODES, BEGUN = OWN = ".version", ".codes", ".begun"
# A reader's copy is asked about every time, and shown although nobody answers.
CACHE_CONTROL = "public, max-age=0, stale-if-error=86400"
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class BakedStore(Protocol):
    """What baking needs of a store. `replace` and `remove` are seen by readers as one step each."""

    generation: str
    keeps_copies: bool

    def replace(self, name: str, body: bytes, copies: dict[str, bytes]) -> None: ...
    def remove(self, name: str) -> None: ...
    def read(self, name: str) -> bytes | None: ...
    def names(self) -> Iterator[str]: ...


def file_name(path: str) -> str:
    """The file of an address, relative to its folder; ValueError for what is no address of a page."""
    parts = path.split("/")
    if parts[0] or len(parts) < 2 or not all(map(NAME.fullmatch, parts[1:-1])):
        raise ValueError(f"{path!r} is no address of a page")
    if parts[-1] and (not NAME.fullmatch(parts[-1]) or parts[-1].endswith((*COPIES, PART))):
        raise ValueError(f"{path!r} is no address of a page")
    return path[1:] if parts[-1] else f"{path[1:]}index.html"


def page_path(name: str) -> str:
    """The address of a file: the other way round."""
    return "/" + name.removesuffix("index.html") if f"/{name}".endswith("/index.html") else f"/{name}"


def compressed_copies(name: str, body: bytes) -> dict[str, bytes]:
    """The copies that stand beside a file, by suffix; none for pictures and for what is too short."""
    if not name.endswith(TEXT) or len(body) < SMALLEST:
        return {}
    return {".br": brotli.compress(body, quality=BROTLI), ".gz": gzip.compress(body, GZIP, mtime=0)}


class LocalFiles(FileSystemStorage):
    """A folder on a local disk. A file is written beside and renamed: readers see the old one or the new one.

    The copies are renamed before their file, and all get one modification time in whole seconds, later than the last
    one's: servers that make ETags of time and size never give two texts one ETag, and who reads a copy can tell that it
    belongs to the file.
    """

    keeps_copies = True

    def __init__(
        self, location: str | Path | None = None, generation: str = "", served: str | Path | None = None
    ) -> None:
        """`served`: the folder that readers are served from, where this one is to take its place."""
        super().__init__(location or settings.BAKED_DIR)
        self.generation = generation
        self.served = Path(served or self.location)

    def replace(self, name: str, body: bytes, copies: dict[str, bytes]) -> None:
        """Make the file say `body`, with these copies beside it. OSError: nothing has changed for readers."""
        target = Path(self.path(name))
        files = {target.with_name(target.name + suffix): data for suffix, data in copies.items()} | {target: body}
        if all(_has_content(file, data) for file, data in files.items()):
            return  # readers' copies stay good
        parts: dict[Path, str] = {}
        try:
            for file, data in files.items():
                parts[file] = self._part(file, data)
            at = _next_timestamp(target, self.served / name)
            for file, part in parts.items():
                os.utime(part, (at, at))
                os.replace(part, file)
        except OSError:
            for part in parts.values():
                Path(part).unlink(missing_ok=True)
            raise
        for suffix in COPIES:
            if suffix not in copies:
                target.with_name(target.name + suffix).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Make sure that there is no such file; the copies go first, so that none outlives it."""
        target = Path(self.path(name))
        for suffix in (*COPIES, ""):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        root = Path(self.location)
        for folder in target.parents:
            if folder == root or not _folder_is_removed(folder):
                return

    def read(self, name: str) -> bytes | None:
        """What the file says, or None where there is none."""
        try:
            return Path(self.path(name)).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def names(self) -> Iterator[str]:
        """Every file there is, copies and strangers' files too, in no order; a stream. What a killed process left half
        written has a name that no server hands out, and goes with its folder.
        """
        for folder, _folders, names in os.walk(self.location):
            for name in names:
                if not name.endswith(PART):
                    yield str((Path(folder) / name).relative_to(self.location))

    def _part(self, file: Path, data: bytes) -> str:
        for last_try in (False, True):
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                handle, part = tempfile.mkstemp(dir=file.parent, suffix=PART)
                break
            except FileNotFoundError:  # whoever removed the last page of this folder took it away between the two lines
                if last_try:
                    raise
        try:
            with os.fdopen(handle, "wb") as open_file:
                open_file.write(data)
            os.chmod(part, 0o644)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        return part


def _has_content(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _next_timestamp(*files: Path) -> int:
    """Now, in whole seconds; one second after the times of the files where that is not past."""
    times = [int(time.time())]
    for file in files:
        with suppress(FileNotFoundError, NotADirectoryError):
            times.append(int(file.stat().st_mtime) + 1)
    return max(times)


def _folder_is_removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:  # something else lies in it
        return False
    return True
