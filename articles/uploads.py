"""What pictures and attachments share: reading an upload, telling what it is, naming it, keeping it by its hash."""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .assignments import permissions
from .assignments.permissions import Duty
from .models import Attachment, Picture
from .refusals import Problem, Refusal

# Every extension that is ever stored, and what the view that serves files must call it. Nothing here can run as a page.
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
    # Both are stored as UTF-8 (attachments.store), so that the charset is true.
    "csv": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "mp4": "video/mp4",
    "vtt": "text/vtt",  # which is UTF-8, always
}
# Shown on the page; all other attachments are offered for saving.
PLAYED = ("mp4", "vtt")
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
    "html": rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|body|script)\b",
    "svg": rb"(?:\xef\xbb\xbf)?\s*<(?:.{0,4000}<)?(?:\w{1,20}:)?svg\b",
    "markup": rb"(?:\xef\xbb\xbf)?\s*<",
}
_KINDS = [(kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _SIGNATURES.items()]


_EMPTY = Problem("uploads.empty", _("%(file)s is empty; choose the file again."))
_LARGE = Problem(
    "uploads.too_large", _("%(file)s is larger than %(megabytes)d MB; make it smaller and choose it again.")
)


class RefusedFile(Refusal):
    """Raised for a file that may not be stored; its sentence says what the file is, and what to do about it."""

    def __init__(self, problem: Problem, name: str, **facts: object) -> None:
        super().__init__(problem.filled(file=f"“{name}”" if name else _("The file"), **facts))


def may_describe_upload(user: User, upload: Picture | Attachment) -> bool:
    """Readers see the words about a file wherever it is used: changed by whoever uploaded it, or arranges the site."""
    if upload.uploaded_by_id == user.pk and permissions.has_duty_anywhere(user, Duty.WRITE):
        return True
    return permissions.has_duty_everywhere(user, Duty.ARRANGE)


def require_may_describe(user: User, upload: Picture | Attachment) -> None:
    """Raise PermissionDenied, with a sentence, unless the user may change the words about the file."""
    if not may_describe_upload(user, upload):
        raise PermissionDenied(
            _("The words about “%(file)s” are changed by whoever uploaded it, or arranges the site.") % {"file": upload}
        )


def read_upload(upload: UploadedFile, name: str) -> bytes:
    """The bytes of an upload. Raises RefusedFile where there are none, or more than settings.MAX_UPLOAD_BYTES."""
    upload.seek(0)
    data = upload.read(settings.MAX_UPLOAD_BYTES + 1)
    if not data:
        raise RefusedFile(_EMPTY, name)
    if len(data) > settings.MAX_UPLOAD_BYTES:
        raise RefusedFile(_LARGE, name, megabytes=settings.MAX_UPLOAD_BYTES // 2**20)
    return data


def kind_of(data: bytes) -> str:
    """What the first bytes say the file is, by a word of _SIGNATURES; '' where they say nothing. Names never count."""
    return next((kind for kind, pattern in _KINDS if pattern.match(data)), "")


def clean_name(name: str | None) -> str:
    """A file's name without its path and without what cannot be seen: control, bidirectional and unassigned characters.

    At most LONGEST_NAME characters, the extension among them; may be ''.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    stem, extension = split_name(" ".join(visible.split()))
    return stem[: LONGEST_NAME - len(extension) - 1].strip(" .") + (f".{extension}" if extension else "")


def split_name(name: str) -> tuple[str, str]:
    """(stem, extension in lower case without its dot); only one to five ASCII letters and digits are an extension."""
    found = re.fullmatch(r"(.*)\.([A-Za-z0-9]{1,5})", name)
    return (found[1], found[2].lower()) if found else (name, "")


def keep_file(path: str, data: bytes) -> None:
    """Write `data` where its hash says it belongs, unless it is there. A file cut short by a crash is written again."""
    if default_storage.exists(path):
        if default_storage.size(path) == len(data):
            return
        default_storage.delete(path)
    saved = default_storage.save(path, ContentFile(data))
    if saved != path:
        # Another upload of the same bytes was quicker, and the storage chose a second name for ours.
        default_storage.delete(saved)
