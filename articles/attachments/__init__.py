"""Turns an uploaded file into an attachment that readers can download.

The bytes are stored as uploaded, after the kind is known and the content is checked for anything that would run on a
reader's machine.
"""

import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, uploads
from ..ai_labels import AiLabel
from ..duty_assignments import permissions
from ..models import Attachment
from ..refusals import Problem
from ..saved_rows import write_row
from ..uploads import RefusedFile
from . import archive, film, office, pdf, sound
from .ai_label import played_file_label, read_stored_labels
from .texts import keep_text, read_stored_texts

__all__ = [
    "PreparedAttachment",
    "RefusedFile",
    "inspect_file",
    "prepare_attachment_upload",
    "read_stored_labels",
    "read_stored_texts",
    "save_attachment",
    "store_attachment",
]

TEXT_EXTENSIONS = ("csv", "txt", "vtt")
PLAYED_KINDS = ("film", "sound")
HEAD = 5000  # bytes that identify the type of a file

_PICTURE = Problem("attachments.picture", gettext_lazy("%(file)s is a picture; use the picture button."))
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
    "picture": _PICTURE,
    "heic": _PICTURE,
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
        "%(file)s is not a supported kind of file (PDF, Word, Excel, PowerPoint, WPS, OFD, CSV, text, MP4, "
        "MP3, M4A, WAV); "
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
    """A file ready to be stored: its bytes, or the upload that is stored as it is, the extension of its actual kind (a
    key of uploads.CONTENT_TYPES), the name that readers see, and facts and label of a film or a recording.
    """

    data: bytes | UploadedFile
    extension: str
    name: str
    played_facts: film.FilmFacts | sound.SoundFacts | None = None
    label: AiLabel = field(default_factory=AiLabel)

    @property
    def file(self) -> File:
        """The file, from its beginning."""
        file = ContentFile(self.data) if isinstance(self.data, bytes) else self.data
        file.seek(0)
        return file


def store_attachment(upload: UploadedFile | PreparedAttachment, *, by: User) -> Attachment:
    """Store an upload and return its row. Idempotent: for a file that this user stored under this name, its row.

    Other users get their own rows, with their own file name. A form that has already prepared the upload, to show a
    refusal at its field, passes the PreparedAttachment. Raises PermissionDenied or RefusedFile, with nothing written.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    prepared = upload if isinstance(upload, PreparedAttachment) else prepare_attachment_upload(upload)
    file = prepared.file
    sha256 = hashlib.sha256()
    for chunk in file.chunks():
        sha256.update(chunk)
    kept = {"sha256": sha256.hexdigest(), "uploaded_by": by, "name": prepared.name}
    mine = Attachment.objects.filter(**kept)
    stored = mine.first()
    if stored:
        return stored
    path = f"{uploads.new_file_stem('attachments')}.{prepared.extension}"
    played = prepared.played_facts._asdict() if prepared.played_facts else {}
    row = {**kept, **played, "file": path, "size": file.size, "ai_label": str(prepared.label)}
    row["content_credentials"] = prepared.label.unjudged
    try:
        with uploads.kept_files({path: prepared.file}):
            attachment = Attachment.objects.create(**row)
            if isinstance(prepared.data, bytes):
                keep_text(attachment, prepared.data)
            audit.record_entry("attachment.uploaded", attachment, by=by, name=attachment.name, sha256=attachment.sha256)
    except IntegrityError:  # the same upload arrived twice at once, and the other one was faster
        return mine.get()
    return attachment


def prepare_attachment_upload(upload: UploadedFile) -> PreparedAttachment:
    """Read an upload and check it; raises RefusedFile. Films and recordings stay on the disk."""
    name = uploads.clean_name(upload.name)
    upload.seek(0)
    if uploads.kind_of(upload.read(HEAD)) in PLAYED_KINDS:
        uploads.require_size(upload, settings.MAX_FILM_BYTES, name)
        extension, facts, label = uploads.look_into(inspect_played_file, cast("BinaryIO", upload), name)
        return PreparedAttachment(upload, extension, public_file_name(name, extension), facts, label)
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
    """Check a file and return what will be stored. Raises RefusedFile.

    The name decides only between kinds with the same content (doc and wps, csv and txt).
    """
    kind = uploads.kind_of(data)
    if kind in PLAYED_KINDS:
        extension, facts, label = inspect_played_file(io.BytesIO(data), name)
        return PreparedAttachment(data, extension, public_file_name(name, extension), facts, label)
    if kind in _REFUSED_KINDS:
        raise RefusedFile(_REFUSED_KINDS[kind], name)
    if kind == "pdf":
        pdf.refuse_active_pdf(data, name)
        extension = "pdf"
    elif kind == "zip":
        extension = office.package_extension(data, name) or archive.archive_extension(data, name, inspect_file)
    elif kind == "ole":
        extension = office.compound_extension(data, name)
    else:
        extension, text = _inspect_text(data, name)
        # UTF-8 with a byte order mark works on phones, which follow our charset, and in Excel, which needs the mark.
        data = text.encode("utf-8-sig")
    return PreparedAttachment(data, extension, public_file_name(name, extension))


def inspect_played_file(file: BinaryIO, name: str) -> tuple[str, film.FilmFacts | sound.SoundFacts, AiLabel]:
    """Return extension, facts and label of a film or a recording, of which only parts are read. Raises RefusedFile."""
    data = film.FileSlices(file)
    return (*_played_kind(data, name), played_file_label(data))


def _played_kind(data: film.FileSlices, name: str) -> tuple[str, film.FilmFacts | sound.SoundFacts]:
    head = data[:HEAD]
    if uploads.kind_of(head) == "sound":
        is_wave = head.startswith(b"RIFF")
        return ("wav", sound.wave_facts(data, name)) if is_wave else ("mp3", sound.mp3_facts(data, name))
    if sound.is_sound_alone(data):
        return "m4a", sound.m4a_facts(data, name)
    return film.EXTENSION, film.film_facts(data, name)


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
