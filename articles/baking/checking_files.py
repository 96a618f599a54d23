"""Checks of the files that pages refer to: uploaded pictures, their copies, attachments, static files.

Of uploads, every size is compared, and the content of those CONTENTS_PER_CHECK that were checked least recently. A
picture and an attachment have their hash in their row; the hashes of a picture's copies are recorded at their first
check. Static files are all read: their names contain a hash of their content, or they are in the product itself.
"""

import hashlib
import heapq
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.utils import timezone

from ..models import Attachment, CheckedFile, Picture
from ..models.key_batches import key_batches
from ..models.picture import picture_file_names
from .public_files import CHANGED, MISSING
from .public_store import FOLDER
from .store import decompressed_body, uncompressed_name

CONTENTS_PER_CHECK = 2000
ROWS_PER_BATCH = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# As Django names collected files: the beginning of the MD5 of their content, before the suffix.
HASHED_NAME = re.compile(r"\.([0-9a-f]{12})(?:\.[^./]*)?$")


class ExpectedFile(NamedTuple):
    """An uploaded file as its row has it, or as it is; '' and None for what the row does not know."""

    name: str
    sha256: str = ""
    size: int | None = None


def differing_files() -> Iterator[tuple[str, str]]:
    """Yield (`media/…` or `static/…`, what is wrong) for every file that differs."""
    for name, wrong in differing_uploads():
        yield f"{FOLDER}/{name}", wrong
    for name, wrong in differing_static_files(Path(settings.STATIC_ROOT)):
        yield f"static/{name}", wrong


def differing_uploads() -> Iterator[tuple[str, str]]:
    """Yield (name, what is wrong) for uploaded files that differ; record which contents were checked."""
    right: list[tuple[datetime, ExpectedFile, CheckedFile | None]] = []
    for expected, known in _expected_and_known():
        wrong = _wrong_size(expected, known)
        if wrong:
            yield expected.name, wrong
            continue
        # A heap of the longest unread ones: a list of a million files would not fit.
        entry = (known.checked_at if known else NEVER, expected, known)
        right.append(entry)
        if len(right) > 2 * CONTENTS_PER_CHECK:
            right = heapq.nsmallest(CONTENTS_PER_CHECK, right, key=lambda found: found[0])
    for _at, expected, known in heapq.nsmallest(CONTENTS_PER_CHECK, right, key=lambda found: found[0]):
        wrong = _wrong_content(expected, known)
        if wrong:
            yield expected.name, wrong


def wrong_uploads() -> Iterator[list[tuple[str, str]]]:
    """Read every uploaded file. For each picture with its copies, and each attachment: (name, what is wrong) for those
    files that are missing or differ from their row or their first check.
    """
    for group in _expected_files():
        known = CheckedFile.objects.in_bulk([expected.name for expected in chain.from_iterable(group)])
        for files in group:
            found = ((expected, _read_upload(expected.name)) for expected in files)
            yield [
                (expected.name, CHANGED if read else MISSING)
                for expected, read in found
                if read is None or not _is_right(expected, known.get(expected.name), read)
            ]


def differing_static_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, what is wrong) for collected static files that differ. Unknown files are ignored."""
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and _is_changed(file, name):
            yield name, CHANGED


def _expected_files() -> Iterator[list[list[ExpectedFile]]]:
    """Yield the files of every picture, then those of every attachment, in batches of rows."""
    for batch in key_batches(Picture.objects.all(), ROWS_PER_BATCH, "file", "sha256", "width"):
        yield [
            [
                ExpectedFile(name, sha256),
                *(ExpectedFile(copy) for copy in picture_file_names(name, width)[1:]),
            ]
            for _pk, name, sha256, width in batch
        ]
    for batch in key_batches(Attachment.objects.all(), ROWS_PER_BATCH, "file", "sha256", "size"):
        yield [[ExpectedFile(name, sha256, size)] for _pk, name, sha256, size in batch]


def _expected_and_known() -> Iterator[tuple[ExpectedFile, CheckedFile | None]]:
    for group in _expected_files():
        batch = list(chain.from_iterable(group))
        known = CheckedFile.objects.in_bulk([expected.name for expected in batch])
        yield from ((expected, known.get(expected.name)) for expected in batch)


def _wrong_size(expected: ExpectedFile, known: CheckedFile | None) -> str:
    """Return what is wrong with the size of a file, or ''. None of our files is empty."""
    try:
        size = default_storage.size(expected.name)
    except FileNotFoundError:
        return MISSING
    wanted = expected.size if expected.size is not None else known.size if known else None
    return CHANGED if size == 0 or (wanted is not None and size != wanted) else ""


def _wrong_content(expected: ExpectedFile, known: CheckedFile | None) -> str:
    """Read a file; return what is wrong with it, or '', and record then that it was right."""
    read = _read_upload(expected.name)
    if read is None:
        return MISSING
    if not _is_right(expected, known, read):
        return CHANGED
    facts = {"size": read.size, "sha256": read.sha256, "checked_at": timezone.now()}
    CheckedFile.objects.update_or_create(name=expected.name, defaults=facts)
    return ""


def _read_upload(name: str) -> ExpectedFile | None:
    """What an uploaded file is; None if it is missing."""
    try:
        with default_storage.open(name) as file:
            return ExpectedFile(name, hashlib.file_digest(file, "sha256").hexdigest(), file.tell())
    except FileNotFoundError:
        return None


def _is_right(expected: ExpectedFile, known: CheckedFile | None, read: ExpectedFile) -> bool:
    wanted = expected.sha256 or (known.sha256 if known else "")
    return read.sha256 == wanted if wanted else bool(read.size)


def _is_changed(file: Path, name: str) -> bool:
    """Return True if a static file is not what its name or the product says; for a compressed copy, its plain file."""
    body = decompressed_body(name, file.read_bytes())
    if body is None:
        return True
    plain = uncompressed_name(name)
    hashed = HASHED_NAME.search(plain)
    if hashed:
        return hashlib.md5(body, usedforsecurity=False).hexdigest()[:12] != hashed[1]
    source = finders.find(plain)
    return source is not None and Path(str(source)).read_bytes() != body
