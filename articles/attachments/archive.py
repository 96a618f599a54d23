"""Archives (ZIP), where a setting allows them: each file in one is looked into as if it had been uploaded by itself."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .. import uploads
from ..refusals import Problem
from ..uploads import RefusedFile
from . import office

EXTENSION = "zip"
LONGEST_PATH = 200  # characters; Windows allows 260 with the folder it is unpacked to
_PICTURE_KINDS = ("picture", "heic")
_PICTURE_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif")
# Up to somewhere else: from the root, a drive or the folder above; \\ is a separator on Windows.
_ELSEWHERE = re.compile(r"/|[A-Za-z]:|.*\\|(?:.*/)?\.{1,2}(?:/|$)", re.DOTALL)

_ZIP_ARCHIVE = Problem(
    "attachments.zip",
    _("%(file)s is an archive (ZIP); unpack it and upload the documents in it one by one."),
)
_EMPTY_ARCHIVE = Problem("attachments.empty_archive", _("%(file)s is an archive with nothing in it."))
_UNSAFE_NAME = Problem(
    "attachments.unsafe_name",
    _(
        "%(file)s contains a file whose name is unsafe, too long or there twice: %(path)s. "
        "Rename it and make the archive again."
    ),
)
_OTHER_KIND = Problem(
    "attachments.other_kind",
    _(
        "%(file)s contains %(path)s, which is not what the end of its name says. "
        "Rename it or take it out, and make the archive again."
    ),
)
_NESTED_ARCHIVE = Problem(
    "attachments.nested_archive",
    _("%(file)s contains another archive, %(path)s. Put the files in it directly into one archive."),
)
_REFUSED_INSIDE = Problem(
    "attachments.refused_inside",
    _("%(file)s contains a file that may not be uploaded. Remove it and make the archive again: %(reason)s"),
)


def archive_extension(data: bytes, name: str, inspect: Callable[[bytes, str], Any]) -> str:
    """Return `zip` for an archive of files that may be uploaded one by one. Raises RefusedFile for any other.

    `inspect` returns the attachment that a file would be, with its `extension`, or raises RefusedFile.
    """
    if not settings.ACCEPT_ZIP:
        raise RefusedFile(_ZIP_ARCHIVE, name)
    seen: set[str] = set()
    for path, content in office.package_parts(data, office.MAX_UNPACKED, name):
        _refuse_unsafe_path(path, seen, name)
        if not path.endswith("/") or content:
            _refuse_other_kind(path, content, name, inspect)
    if all(path.endswith("/") for path in seen):
        raise RefusedFile(_EMPTY_ARCHIVE, name)
    return EXTENSION


def _refuse_unsafe_path(path: str, seen: set[str], name: str) -> None:
    """`seen` holds the paths so far, folded as case-insensitive file systems do; this one is added."""
    folded = unicodedata.normalize("NFC", path).casefold()
    is_visible = all(unicodedata.category(character)[0] != "C" for character in path)
    if folded in seen or not is_visible or len(path) > LONGEST_PATH or _ELSEWHERE.match(path):
        raise RefusedFile(_UNSAFE_NAME, name, path=uploads.clean_name(path) or "…")
    seen.add(folded)


def _refuse_other_kind(path: str, content: bytes, name: str, inspect: Callable[[bytes, str], Any]) -> None:
    own_name, kind = path.rpartition("/")[2], uploads.kind_of(content)
    claimed = uploads.split_name(own_name)[1]
    if kind in _PICTURE_KINDS:
        is_right = claimed in _PICTURE_EXTENSIONS
    elif kind == "zip" and not office.package_extension(content, own_name):
        raise RefusedFile(_NESTED_ARCHIVE, name, path=path)
    else:
        try:
            is_right = inspect(content, own_name).extension == claimed
        except RefusedFile as refusal:
            raise RefusedFile(_REFUSED_INSIDE, name, reason=str(refusal)) from refusal
    if not is_right:
        raise RefusedFile(_OTHER_KIND, name, path=path)
