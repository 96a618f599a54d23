"""Turns an uploaded file into an attachment that readers can download.

The bytes are stored as uploaded, after the kind is known and the content is checked for anything that would run on a
reader's machine.
"""

import hashlib
import re
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, uploads
from ..duty_assignments import permissions
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

TEXT_EXTENSIONS = ("csv", "txt", "vtt")

_REFUSED_KINDS = {
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
_UNKNOWN_KIND = Problem(
    "attachments.unknown",
    gettext_lazy(
        "%(file)s is not a supported kind of file (PDF, Word, Excel, PowerPoint, WPS, OFD, CSV, text, MP4); "
        "save it as PDF."
    ),
)
_NO_CAPTIONS = Problem(
    "attachments.no_captions",
    gettext_lazy("%(file)s contains no captions (WebVTT): its first line must be WEBVTT."),
)
_TEXT_IS_ACTIVE = Problem(
    "attachments.text_is_active",
    gettext_lazy("%(file)s contains HTML or a script in its text; save it as PDF."),
)
# Markup that makes a program that sniffs content take a text for a page or a script.
_ACTIVE_TEXT = re.compile(
    r"<(?:!doctype|!--|\?(?:php|xml|=)|/?(?:a|b|body|br|div|embed|font|form|frame|h1|head|html|iframe|img|input|link"
    r"|meta|object|p|script|style|svg|table|title|video)[\s/>])",
    re.IGNORECASE,
)
_CAPTIONS = re.compile(r"WEBVTT(?:[ \t][^\r\n]*)?(?:\r?\n|\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class PreparedAttachment:
    """A file ready to be stored: its bytes, the extension of its actual kind (a key of uploads.CONTENT_TYPES), the name
    that readers see, and the facts of a film.
    """

    data: bytes
    extension: str
    name: str
    film_facts: film.FilmFacts | None = None


def store_attachment(upload: UploadedFile | PreparedAttachment, *, by: User) -> Attachment:
    """Store an upload and return its row. Idempotent: for a file that this user stored under this name, its row.

    Other users get rows of their own, with their name for it. A form that has prepared the upload, to show a refusal
    beside its field, passes the PreparedAttachment. Raises PermissionDenied or RefusedFile; nothing is written then.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    prepared = upload if isinstance(upload, PreparedAttachment) else prepare_attachment_upload(upload)
    sha256 = hashlib.sha256(prepared.data).hexdigest()
    mine = Attachment.objects.filter(sha256=sha256, uploaded_by=by, name=prepared.name)
    stored = mine.first()
    if stored:
        return stored
    path = f"{uploads.new_file_stem('attachments')}.{prepared.extension}"
    row = {"file": path, "name": prepared.name, "size": len(prepared.data), "uploaded_by": by}
    film_facts = prepared.film_facts._asdict() if prepared.film_facts else {}
    try:
        with uploads.kept_files({path: prepared.data}):
            attachment = Attachment.objects.create(sha256=sha256, **row, **film_facts)
            audit.record_entry("attachment.uploaded", attachment, by=by, name=attachment.name, sha256=sha256)
    except IntegrityError:  # the same upload arrived twice at once, and the other one was faster
        return mine.get()
    return attachment


def prepare_attachment_upload(upload: UploadedFile) -> PreparedAttachment:
    """Read an upload and check it; raises RefusedFile."""
    name = uploads.clean_name(upload.name)
    return uploads.look_into(inspect_file, uploads.read_upload(upload, name), name)


@transaction.atomic
def save_attachment(attachment: Attachment, *, by: User) -> Attachment:
    """Save the name of an attachment for new texts; signed and published texts keep the old one.

    Raises PermissionDenied or ValidationError; nothing has changed then.
    """
    before = Attachment.objects.select_for_update(of=("self",), no_key=True).get(pk=attachment.pk)
    uploads.require_may_describe(by, before)
    write_row(attachment, before, ("name",), by=by)
    return attachment


def inspect_file(data: bytes, name: str) -> PreparedAttachment:
    """Check a file and return what is stored of it. Raises RefusedFile.

    The name decides only between kinds with the same content (doc and wps, csv and txt).
    """
    kind = uploads.kind_of(data)
    if kind == "film":
        facts = film.film_facts(data, name)
        return PreparedAttachment(data, film.EXTENSION, public_file_name(name, film.EXTENSION), facts)
    if kind in _REFUSED_KINDS:
        raise RefusedFile(_REFUSED_KINDS[kind], name)
    if kind == "pdf":
        pdf.refuse_active_pdf(data, name)
        extension = "pdf"
    elif kind == "zip":
        extension = office.package_extension(data, name)
    elif kind == "ole":
        extension = office.compound_extension(data, name)
    else:
        extension, text = _inspect_text(data, name)
        # UTF-8 with a byte order mark works on phones, which follow our charset, and in Excel, which needs the mark.
        data = text.encode("utf-8-sig")
    return PreparedAttachment(data, extension, public_file_name(name, extension))


def _inspect_text(data: bytes, name: str) -> tuple[str, str]:
    """Return the extension of a text, one of TEXT_EXTENSIONS, and its characters."""
    extension, text = uploads.split_name(name)[1], _decoded_text(data)
    if extension == "vtt" and not (text and _CAPTIONS.match(text)):
        raise RefusedFile(_NO_CAPTIONS, name)
    if extension not in TEXT_EXTENSIONS or not text:
        raise RefusedFile(_UNKNOWN_KIND, name)
    if _ACTIVE_TEXT.search(text):
        raise RefusedFile(_TEXT_IS_ACTIVE, name)
    return extension, text


def public_file_name(name: str, extension: str) -> str:
    """Return the name that readers see: cleaned, and with the extension of the actual kind."""
    stem, claimed = uploads.split_name(uploads.clean_name(name))
    if claimed.isdigit():
        # The end of a date or a version, as in 名单2026.11, is not an extension.
        stem = f"{stem}.{claimed}"
    stem = stem.removesuffix(f".{extension}")[: uploads.LONGEST_NAME - len(extension) - 1].strip(" .")
    return f"{stem}.{extension}" if stem else _("attachment") + f".{extension}"


def _decoded_text(data: bytes) -> str | None:
    """Decode UTF-8 or GB 18030, the two encodings that Chinese desks use; return None if it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None
