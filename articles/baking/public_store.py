"""Where public files are kept: hard links in a folder that nginx and the file server serve, or objects in a bucket.

A file has the same name in MEDIA_ROOT and in the store, for example pictures/<32 hexadecimal digits>.jpg.
"""

import filecmp
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.files.storage import default_storage, storages
from django.utils.http import content_disposition_header

from ..uploads import CONTENT_TYPES, PLAYED, split_name
from .store import PART_SUFFIX, PUBLIC_FILE_CACHE_CONTROL, LocalFiles, sync_folder

FOLDER = "media"  # in the folder or bucket; the path of an address is a path there


class PublicStore(Protocol):
    """What public files need of a store. `put` and `remove` are atomic for readers and raise OSError.

    `put` takes the name under which readers save a document, or "". `names` yields those that begin with `start`.
    """

    is_remote: bool

    def put(self, name: str, public_name: str) -> None: ...
    def remove(self, name: str) -> None: ...
    def holds(self, name: str) -> bool: ...
    def is_right(self, name: str) -> bool: ...
    def names(self, start: str = "") -> Iterator[str]: ...


class LocalPublicStore:
    """The folder settings.PUBLIC_FILES_DIR; Django sets the download name of a document (articles/public/media.py)."""

    is_remote = False

    def __init__(self) -> None:
        self.root = Path(settings.PUBLIC_FILES_DIR) / FOLDER

    def put(self, name: str, public_name: str) -> None:
        source, target = Path(default_storage.path(name)), self.root / name
        if _is_same_file(source, target):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART_SUFFIX}")
        try:
            _link_or_copy(source, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        target = self.root / name
        if target.exists():
            target.unlink(missing_ok=True)
            sync_folder(target.parent)  # after a power cut, a withdrawn file must not be back

    def is_right(self, name: str) -> bool:
        """Return True if the file is the upload: a link to it, or a copy with the same bytes; or if one is missing."""
        source, target = Path(default_storage.path(name)), self.root / name
        try:
            return os.path.samefile(source, target) or filecmp.cmp(source, target, shallow=False)
        except FileNotFoundError:
            return True

    def holds(self, name: str) -> bool:
        return (self.root / name).is_file()

    def names(self, start: str = "") -> Iterator[str]:
        for folder, _folders, names in os.walk(self.root / os.path.dirname(start)):
            found = (str((Path(folder) / name).relative_to(self.root)) for name in names)
            yield from (name for name in found if name.startswith(start) and not name.endswith(PART_SUFFIX))


class RemotePublicStore:
    """The folder `media` in the bucket of the baked pages (remote.py)."""

    is_remote = True

    def __init__(self, files: Any) -> None:
        self.files = files

    def put(self, name: str, public_name: str) -> None:
        """Upload the file, unless it is there already with this public name."""
        kind = split_name(name)[1]
        disposition = content_disposition_header(True, public_name) if public_name and kind not in PLAYED else None
        if self.files.disposition(f"{FOLDER}/{name}") == (disposition or ""):
            return
        with default_storage.open(name) as source:
            self.files.upload(f"{FOLDER}/{name}", source, CONTENT_TYPES[kind], PUBLIC_FILE_CACHE_CONTROL, disposition)

    def remove(self, name: str) -> None:
        self.files.remove(f"{FOLDER}/{name}")

    def holds(self, name: str) -> bool:
        return self.files.holds(f"{FOLDER}/{name}")

    def is_right(self, name: str) -> bool:
        """Return True: who may write to a bucket is its own to guard."""
        return True

    def names(self, start: str = "") -> Iterator[str]:
        for name in self.files.objects_below(f"{FOLDER}/{start}"):
            yield name.removeprefix(f"{FOLDER}/")


def public_store() -> PublicStore:
    """Return the store of public files that belongs to STORAGES["baked"]."""
    pages = storages["baked"]
    return LocalPublicStore() if isinstance(pages, LocalFiles) else RemotePublicStore(pages)


def _is_same_file(source: Path, target: Path) -> bool:
    """Return True if the target is a link to the source, or as old and as long as it: a copy of it."""
    try:
        one, other = source.stat(), target.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(one, other) or (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without links; copying raises what else is wrong
        shutil.copy2(source, target)
        with target.open("rb") as copied:
            os.fsync(copied.fileno())
