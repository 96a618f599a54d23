"""What pictures and attachments share: reading an upload, its type, its name, storing it, who may read it."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from . import limited_process
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .duty_assignments.reading import readable_articles
from .models import Attachment, Picture
from .refusals import Problem, Refusal

Given = TypeVar("Given")
Inspected = TypeVar("Inspected")

# Every stored extension and the Content-Type it is served with. None of them can be executed as a page.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "wps": "application/vnd.ms-works",
    "et": "application/octet-stream",
    "dps": "application/octet-stream",
    "ofd": "application/ofd",
    "zip": "application/zip",
    # Both are converted to UTF-8 when stored, so the charset is right.
    "csv": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "vtt": "text/vtt",  # always UTF-8
}
# Played on the page; all other attachments are downloads.
SOUNDS = ("mp3", "m4a", "wav")
PLAYED = ("mp4", "vtt", *SOUNDS)
LONGEST_NAME = 150

_SIGNATURES = {
    "pdf": rb"%PDF-",
    "zip": rb"PK(?:\x03\x04|\x05\x06|\x07\x08)",
    "archive": rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    "compressed": rb"\x1f\x8b|BZh\d|\xfd7zXZ",
    "ole": rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "program": rb"MZ[^\x00]{0,60}\x00|\x7fELF|\xca\xfe\xba\xbe|#!",
    "heic": rb".{4}ftyp(?:hei[cmsx]|hev[cx]|mif1|msf1)",
    "picture": rb"\xff\xd8\xff|\x89PNG|GIF8[79]a|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF.{4}WEBP|.{4}ftypavi[fs]",
    "film": rb".{4}ftyp",
    "sound": rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]|RIFF.{4}WAVE",
    "html": rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body|script)\b",
    "svg": rb"(?:\xef\xbb\xbf)?\s*<(?:.{0,4000}<)?(?:\w{1,20}:)?svg\b",
    "markup": rb"(?:\xef\xbb\xbf)?\s*<",
}
_KINDS = [(kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _SIGNATURES.items()]

_EMPTY = Problem("uploads.empty", _("%(file)s is empty; choose the file again."))
_TOO_COSTLY = Problem(
    "uploads.too_costly",
    _("%(file)s takes too much time or memory to check; save it again in its program, or make it smaller."),
)
_LARGE = Problem(
    "uploads.too_large", _("%(file)s is larger than %(megabytes)d MB; make it smaller and choose it again.")
)


class RefusedFile(Refusal):
    """Raised for a file that may not be stored; the message says what it is and what to do."""

    def __init__(self, problem: Problem, name: str, **facts: object) -> None:
        super().__init__(problem.filled(file=f"“{name}”" if name else _("The file"), **facts))

    @classmethod
    def again(cls, refusal: Refusal) -> "RefusedFile":
        """Return the refusal of another process, whose sentences name the file already."""
        refused = cls.__new__(cls)
        Refusal.__init__(refused, *refusal.problems)
        return refused


def may_describe_upload(user: User, upload: Picture | Attachment) -> bool:
    """Return True for the uploader and for arrangers: they may change a file's description, shown wherever it is
    used.
    """
    if upload.uploaded_by_id == user.pk and permissions.has_duty_anywhere(user, Duty.WRITE):
        return True
    return permissions.has_duty_everywhere(user, Duty.ARRANGE)


def readable_attachments(user: User) -> QuerySet[Attachment]:
    """The attachments that the user uploaded, or that a text uses which the user may read; all for arrangers."""
    if permissions.has_duty_everywhere(user, Duty.ARRANGE):
        return Attachment.objects.all()
    uses = readable_articles(user).filter(revisions__attachments=OuterRef("pk"))
    return Attachment.objects.filter(Q(uploaded_by=user) | Exists(uses))


def may_read_upload(user: User, upload: Picture | Attachment) -> bool:
    """Return True if the user may see the file on the desk. Pictures are a library that all writers share."""
    if isinstance(upload, Attachment):
        return readable_attachments(user).filter(pk=upload.pk).exists()
    if permissions.has_duty_anywhere(user, Duty.WRITE, Duty.ARRANGE):
        return True
    return readable_articles(user).filter(revisions__pictures=upload).exists()


def require_may_describe(user: User, upload: Picture | Attachment) -> None:
    """Raise PermissionDenied, with a message, unless the user may change the file's description."""
    if not may_describe_upload(user, upload):
        raise PermissionDenied(
            _("Only its uploader, or people who arrange the site, may change the description of “%(file)s”.")
            % {"file": upload}
        )


def read_upload(upload: UploadedFile, name: str) -> bytes:
    """Return the bytes of an upload. Raises RefusedFile if empty or larger than settings.MAX_UPLOAD_BYTES."""
    require_size(upload, settings.MAX_UPLOAD_BYTES, name)
    upload.seek(0)
    return upload.read()


def require_size(upload: UploadedFile, most: int, name: str) -> None:
    """Raise RefusedFile for an upload that is empty or larger than `most` bytes."""
    if not upload.size:
        raise RefusedFile(_EMPTY, name)
    if upload.size > most:
        raise RefusedFile(_LARGE, name, megabytes=most // 2**20)


def look_into(inspect: Callable[[Given, str], Inspected], data: Given, name: str) -> Inspected:
    """Return the result of `inspect` for a file, in a separate process with limits. Raises RefusedFile.

    That process shares the position in a file that is open here.
    """
    try:
        return limited_process.call_limited(inspect, data, name)
    except limited_process.LimitMet as error:
        raise RefusedFile(_TOO_COSTLY, name) from error
    except Refusal as refusal:
        raise RefusedFile.again(refusal) from refusal


def kind_of(data: bytes) -> str:
    """Return the type that the first bytes indicate, a key of _SIGNATURES, or ''. File names are ignored."""
    return next((kind for kind, pattern in _KINDS if pattern.match(data)), "")


def clean_name(name: str | None) -> str:
    """Return a file name without path and without control, bidirectional and unassigned characters.

    At most LONGEST_NAME characters including the extension; may be ''.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    stem, extension = split_name(" ".join(visible.split()))
    return stem[: LONGEST_NAME - len(extension) - 1].strip(" .") + (f".{extension}" if extension else "")


def split_name(name: str) -> tuple[str, str]:
    """Return (stem, extension in lower case without the dot); an extension is one to five ASCII letters and digits."""
    found = re.fullmatch(r"(.*)\.([A-Za-z0-9]{1,5})", name)
    return (found[1], found[2].lower()) if found else (name, "")


def new_file_stem(folder: str) -> str:
    """Return a storage name without extension that nobody can guess, not even somebody who has the file."""
    return f"{folder}/{secrets.token_hex(16)}"


@contextmanager
def kept_files(files: Mapping[str, bytes | File]) -> Iterator[None]:
    """Store these files by name for the block that writes their row; if it raises, they are deleted again.

    An upload on the disk is moved, not copied.
    """
    row_is_written = False
    try:
        for name, data in files.items():
            default_storage.save(name, ContentFile(data) if isinstance(data, bytes) else data)
        with transaction.atomic():
            yield
        row_is_written = True
    finally:
        for name in () if row_is_written else files:
            default_storage.delete(name)
