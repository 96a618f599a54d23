"""What turns an uploaded file into an attachment readers can download: the bytes as they came, of a kind that is known
and that was looked into for what would run on a reader's machine."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, uploads
from ..assignments import permissions
from ..models import Attachment
from ..refusals import Problem
from ..saved_rows import write_row
from ..uploads import RefusedFile
from . import film, office, pdf

__all__ = [
    "PreparedAttachment",
    "RefusedFile",
    "inspect_file",
    "prepare_attachment_upload",
    "save_attachment",
    "store_attachment",
]

TEXTS = ("csv", "txt", "vtt")

_REFUSALS = {
    "archive": Problem(
        "attachments.archive",
        gettext_lazy("%(file)s is an archive; unpack it and upload the documents in it one by one."),
    ),
    "compressed": Problem(
        "attachments.compressed",
        gettext_lazy("%(file)s is an archive; unpack it and upload the documents in it one by one."),
    ),
    "program": Problem(
        "attachments.program",
        gettext_lazy("%(file)s is a program, which readers must not get from us; upload a document instead."),
    ),
    "picture": Problem("attachments.picture", gettext_lazy("%(file)s is a picture; use the picture button.")),
    "heic": Problem(
        "attachments.heic", gettext_lazy("%(file)s is a picture; save it as JPEG and use the picture button.")
    ),
    "svg": Problem(
        "attachments.svg", gettext_lazy("%(file)s is an SVG drawing, which can carry programs; save it as PDF.")
    ),
    "html": Problem(
        "attachments.html", gettext_lazy("%(file)s is a web page, which can carry programs; save it as PDF.")
    ),
    "markup": Problem(
        "attachments.markup", gettext_lazy("%(file)s is a file for machines (XML or HTML); save it as PDF.")
    ),
}
_UNKNOWN = Problem(
    "attachments.unknown",
    gettext_lazy(
        "%(file)s is of no kind we offer (PDF, Word, Excel, PowerPoint, WPS, OFD, CSV, text, MP4); save it as PDF."
    ),
)
_NO_CAPTIONS = Problem(
    "attachments.no_captions",
    gettext_lazy("%(file)s holds no captions (WebVTT): its first line must be WEBVTT."),
)
_TEXT_IS_ACTIVE = Problem(
    "attachments.text_is_active",
    gettext_lazy("%(file)s holds HTML or a script among its text; save it as PDF."),
)
# What a text would need to be taken for a page or a script by a program that guesses.
_ACTIVE_TEXT = re.compile(
    r"<(?:!doctype|!--|\?(?:php|xml|=)|/?(?:a|b|body|br|div|embed|font|form|frame|h1|head|html|iframe|img|input|link|meta"
    r"|object|p|script|style|svg|table|title|video)[\s/>])",
    re.IGNORECASE,
)
_CAPTIONS = re.compile(r"WEBVTT(?:[ \t][^\r\n]*)?(?:\r?\n|\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class PreparedAttachment:
    """A file ready to be stored: its bytes as they are kept, the extension that its content deserves (a key of
    uploads.CONTENT_TYPES), the name readers see, and the facts of a film.
    """

    data: bytes
    extension: str
    name: str
    film_facts: film.FilmFacts | None = None


def store_attachment(upload: UploadedFile | PreparedAttachment, *, by: User) -> Attachment:
    """Keep an upload and return its row; for a file that is kept already, the row there is, under its first name.

    A form that has prepared the upload, to show a refusal beside its field, passes on what it prepared.
    Raises PermissionDenied or RefusedFile: then nothing was written. The file comes before the row, so a failing
    database can leave a file no row names; the same upload takes it up again.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    prepared = upload if isinstance(upload, PreparedAttachment) else prepare_attachment_upload(upload)
    sha256 = hashlib.sha256(prepared.data).hexdigest()
    path = f"attachments/{sha256[:32]}.{prepared.extension}"
    stored = Attachment.objects.filter(sha256=sha256).first()
    if stored:
        return stored
    uploads.keep_file(path, prepared.data)
    row = {"file": path, "name": prepared.name, "size": len(prepared.data), "uploaded_by": by}
    return _attachment_row(sha256, row | (prepared.film_facts._asdict() if prepared.film_facts else {}))


@transaction.atomic
def _attachment_row(sha256: str, row: dict[str, Any]) -> Attachment:
    attachment, created = Attachment.objects.get_or_create(sha256=sha256, defaults=row)
    if created:
        audit.record_entry(
            "attachment.uploaded", attachment, by=attachment.uploaded_by, name=attachment.name, sha256=sha256
        )
    return attachment


def prepare_attachment_upload(upload: UploadedFile) -> PreparedAttachment:
    """Read an upload and look into it; raises RefusedFile."""
    name = uploads.clean_name(upload.name)
    return inspect_file(uploads.read_upload(upload, name), name)


@transaction.atomic
def save_attachment(attachment: Attachment, *, by: User) -> Attachment:
    """Write the name that new texts give the attachment; what was signed and published keeps its own.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = Attachment.objects.select_for_update(of=("self",), no_key=True).get(pk=attachment.pk)
    uploads.require_may_describe(by, before)
    write_row(attachment, before, ("name",), by=by)
    return attachment


def inspect_file(data: bytes, name: str) -> PreparedAttachment:
    """What is kept of a file that may be stored. Raises RefusedFile for all others.

    The name decides only between kinds that no reader can tell apart by content (doc and wps, csv and txt).
    """
    kind = uploads.kind_of(data)
    if kind == "film":
        facts = film.film_facts(data, name)
        return PreparedAttachment(data, film.EXTENSION, public_file_name(name, film.EXTENSION), facts)
    if kind in _REFUSALS:
        raise RefusedFile(_REFUSALS[kind], name)
    if kind == "pdf":
        pdf.refuse_active_pdf(data, name)
        extension = "pdf"
    elif kind == "zip":
        extension = office.package_extension(data, name)
    elif kind == "ole":
        extension = office.compound_extension(data, name)
    else:
        extension, text = _inspect_text(data, name)
        # UTF-8 with its mark is read right by phones, which follow our charset, and by Excel, which looks for the mark.
        data = text.encode("utf-8-sig")
    return PreparedAttachment(data, extension, public_file_name(name, extension))


def _inspect_text(data: bytes, name: str) -> tuple[str, str]:
    """The extension of a text, one of TEXTS, and its characters."""
    extension, text = uploads.split_name(name)[1], _decoded_text(data)
    if extension == "vtt" and not (text and _CAPTIONS.match(text)):
        raise RefusedFile(_NO_CAPTIONS, name)
    if extension not in TEXTS or not text:
        raise RefusedFile(_UNKNOWN, name)
    if _ACTIVE_TEXT.search(text):
        raise RefusedFile(_TEXT_IS_ACTIVE, name)
    return extension, text


def public_file_name(name: str, extension: str) -> str:
    """The name readers see: cleaned, and ending in the extension the content deserves."""
    stem, claimed = uploads.split_name(uploads.clean_name(name))
    if claimed.isdigit():
        # The end of a date or a version, as in 名单2026.11, is no extension.
        stem = f"{stem}.{claimed}"
    stem = stem.removesuffix(f".{extension}")[: uploads.LONGEST_NAME - len(extension) - 1].strip(" .")
    return f"{stem}.{extension}" if stem else _("attachment") + f".{extension}"


def _decoded_text(data: bytes) -> str | None:
    """The text in UTF-8 or GB 18030, the two encodings Chinese desks write; None where it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None
