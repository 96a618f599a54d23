"""The store of baked pages: files that nginx, granian, an object store or any file server can send as they are.

    /          index.html             /feeds/all.atom   feeds/all.atom
    /a/12/     a/12/index.html        /q/W12.png        q/W12.png

STORAGES["baked"] chooses the store, a Django storage that implements `BakedStore`.
"""

import errno
import gzip
import os
import re
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import brotli
from django.conf import settings
from django.core.files.storage import FileSystemStorage

COPY_SUFFIXES = (".br", ".gz")
PART_SUFFIX = ".part"
# Only text is compressed: pictures are compressed already, and a short text gains nothing.
TEXT_SUFFIXES = (".html", ".xml", ".atom", ".txt", ".css", ".rss", ".json")
MIN_COMPRESSED_SIZE = 256  # bytes
# Text whose names have no suffix.
PLAIN_TEXTS = ("log/checkpoint", "log/audit/checkpoint", "log/key")
# Measured on an article page: 9 costs twice the time of 5 for 1.5 % fewer bytes.
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
# Files beside the pages: digests of the code that baked the site and that drew its QR codes, the request it was begun
# for, and the identity of the store.
SITE_STAMP, CODES_STAMP, BEGUN_STAMP, STORE_STAMP = ".version", ".codes", ".begun", ".store"
STAMP_FILES = (SITE_STAMP, CODES_STAMP, BEGUN_STAMP, STORE_STAMP)
# The page that is sent with status 503 at other addresses while the database is away, by nginx too.
BACK_SOON = "/back-soon/"
# Browsers revalidate a page every time, and may show their copy when the server does not answer.
PAGE_CACHE_CONTROL = "public, max-age=0, stale-if-error=86400"
# Uploaded files can be withdrawn too: caches keep one for minutes, then ask again.
PUBLIC_FILE_CACHE_CONTROL = "public, max-age=300, must-revalidate"
_PATH_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class BakedStore(Protocol):
    """What baking needs of a store. `replace` and `remove` are atomic for readers, and survive a power cut.

    `replace` need not survive one if not `durable`: the caller syncs many files at once, before readers get them.
    """

    generation: str
    keeps_copies: bool

    @property
    def place(self) -> str: ...
    def replace(self, name: str, body: bytes, copies: dict[str, bytes], *, durable: bool = True) -> None: ...
    def remove(self, name: str) -> None: ...
    def read(self, name: str) -> bytes | None: ...
    def names(self) -> Iterator[str]: ...
    def empty_names(self) -> Iterator[str]: ...


def file_name(path: str) -> str:
    """Return the file of an address, relative to the site's folder. Raises ValueError if it is not a page's address."""
    parts = path.split("/")
    if parts[0] or len(parts) < 2 or not all(map(_PATH_SEGMENT.fullmatch, parts[1:-1])):
        raise ValueError(f"{path!r} is not the address of a page")
    if parts[-1] and (not _PATH_SEGMENT.fullmatch(parts[-1]) or parts[-1].endswith((*COPY_SUFFIXES, PART_SUFFIX))):
        raise ValueError(f"{path!r} is not the address of a page")
    return path[1:] if parts[-1] else f"{path[1:]}index.html"


def page_path(name: str) -> str:
    """Return the address of a file: the inverse of `file_name`."""
    return "/" + name.removesuffix("index.html") if f"/{name}".endswith("/index.html") else f"/{name}"


def uncompressed_name(name: str) -> str:
    """Return the name of the file that a compressed copy belongs to; other names as they are."""
    return next((name.removesuffix(suffix) for suffix in COPY_SUFFIXES if name.endswith(suffix)), name)


def decompressed_body(name: str, body: bytes) -> bytes | None:
    """Return the content of a compressed copy, other files as they are; None for a copy that is damaged."""
    try:
        if name.endswith(".br"):
            return brotli.decompress(body)
        if name.endswith(".gz"):
            return gzip.decompress(body)
    except (brotli.error, zlib.error, OSError, EOFError):
        return None
    return body


def compressed_copies(name: str, body: bytes) -> dict[str, bytes]:
    """Return the compressed copies of a file by suffix; none for pictures and short files."""
    if not name.endswith(TEXT_SUFFIXES) or len(body) < MIN_COMPRESSED_SIZE:
        return {}
    return {".br": brotli.compress(body, quality=BROTLI_QUALITY), ".gz": gzip.compress(body, GZIP_LEVEL, mtime=0)}


class LocalFiles(FileSystemStorage):
    """A folder on a local disk. A file is written under another name and renamed: readers see the old or the new one.

    The copies are renamed before their file, and all get one modification time in whole seconds, later than that of the
    previous version: servers that derive ETags from time and size never give two versions the same ETag, and a copy can
    be matched with its file.
    """

    keeps_copies = True

    def __init__(
        self, location: str | Path | None = None, generation: str = "", served: str | Path | None = None
    ) -> None:
        """`served` is the folder that readers are served from, if this one is going to replace it."""
        super().__init__(location or settings.BAKED_DIR)
        self.generation = generation
        self.served = Path(served or self.location)

    @property
    def place(self) -> str:
        """The folder, for messages."""
        return str(self.location)

    def replace(self, name: str, body: bytes, copies: dict[str, bytes], *, durable: bool = True) -> None:
        """Write `body` to the file, and its compressed copies. After an OSError nothing has changed for readers.

        If `durable`, the content is on the disk before the file has its name, so no power cut leaves an empty one.
        """
        target = Path(self.path(name))
        files = {target.with_name(target.name + suffix): data for suffix, data in copies.items()} | {target: body}
        if all(_has_content(file, data) for file, data in files.items()):
            return  # keeps the ETag, so readers' cached copies stay valid
        parts: dict[Path, str] = {}
        try:
            at = _next_timestamp(target, self.served / name)
            for file, data in files.items():
                parts[file] = self._part(file, data, at, durable=durable)
            for file, part in parts.items():
                os.replace(part, file)
        except OSError:
            for part in parts.values():
                Path(part).unlink(missing_ok=True)
            raise
        for suffix in COPY_SUFFIXES:
            if suffix not in copies:
                target.with_name(target.name + suffix).unlink(missing_ok=True)
        if durable:
            sync_folder(target.parent)

    def remove(self, name: str) -> None:
        """Delete the file if it exists, copies first, and the folders that are empty then."""
        target = Path(self.path(name))
        files = [target.with_name(target.name + suffix) for suffix in (*COPY_SUFFIXES, "")]
        if not any(os.path.lexists(file) for file in files):
            return
        for file in files:
            file.unlink(missing_ok=True)
        root = Path(self.location)
        kept = next(folder for folder in target.parents if folder == root or not _remove_if_empty(folder))
        sync_folder(kept)  # after a power cut, a withdrawn page must not be back

    def read(self, name: str) -> bytes | None:
        """Return the content of the file, or None if there is none."""
        try:
            return Path(self.path(name)).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def names(self) -> Iterator[str]:
        """Yield the name of every file in no order, including copies and files of others.

        Temporary files of a killed process are skipped: no server sends them, and they are removed with the folder.
        """
        for folder, _folders, names in os.walk(self.location):
            for name in names:
                if not name.endswith(PART_SUFFIX):
                    yield str((Path(folder) / name).relative_to(self.location))

    def empty_names(self) -> Iterator[str]:
        """Yield the names of the files without content. No page is empty: a power cut left them, or a full disk."""
        return (name for name in self.names() if _is_empty(Path(self.location, name)))

    def _part(self, file: Path, data: bytes, at: int, *, durable: bool) -> str:
        """Write `data` to a temporary file next to the file, with the modification time `at`; return its path."""
        for last_try in (False, True):
            try:
                _make_folder(file.parent, durable=durable)
                handle, part = tempfile.mkstemp(dir=file.parent, suffix=PART_SUFFIX)
                break
            except FileNotFoundError:  # another process removed the empty folder between the two lines
                if last_try:
                    raise
        try:
            with os.fdopen(handle, "wb") as open_file:
                open_file.write(data)
                open_file.flush()
                os.fchmod(open_file.fileno(), 0o644)
                os.utime(open_file.fileno(), (at, at))
                if durable:
                    os.fsync(open_file.fileno())
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        return part


def _has_content(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_empty(file: Path) -> bool:
    try:
        return file.stat().st_size == 0
    except FileNotFoundError:  # removed by another process
        return False


def _make_folder(folder: Path, *, durable: bool) -> None:
    """Create the folder and those above it that are missing."""
    if folder.is_dir():
        return
    _make_folder(folder.parent, durable=durable)
    folder.mkdir(exist_ok=True)
    if durable:
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk. Raises OSError."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:  # another process removed it, since it was empty
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot
            raise
    finally:
        os.close(handle)


def _next_timestamp(*files: Path) -> int:
    """Return the current time in whole seconds, or one second after the newest of the files, whichever is later."""
    times = [int(time.time())]
    for file in files:
        with suppress(FileNotFoundError, NotADirectoryError):
            times.append(int(file.stat().st_mtime) + 1)
    return max(times)


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:  # not empty
        return False
    return True
