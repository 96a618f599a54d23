"""Checks office documents: packages (docx, xlsx, pptx, OFD: a ZIP of parts) and compound files (doc, xls, WPS …).

Every part of a package is unpacked, so that its real size is known, and macros, programs and remote templates are found
under any name.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from django.utils.translation import gettext_lazy as _

from .. import uploads
from ..refusals import Problem
from ..uploads import RefusedFile

MAX_PARTS = 5000
MAX_UNPACKED = 200 * 2**20  # bytes
# Sheets of repeated cells are compressed to a fiftieth; only decompression bombs go far beyond.
MAX_RATIO = 200
# A chart in a document embeds a workbook, which may embed a document; more nesting is not needed.
MAX_DEPTH = 2

# What zipfile raises for invalid archives; test_attachments.py mutates real ones to keep this list complete.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)

_OPENXML = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS = {
    _OPENXML + "wordprocessingml.document.main+xml": "docx",
    _OPENXML + "spreadsheetml.sheet.main+xml": "xlsx",
    _OPENXML + "presentationml.presentation.main+xml": "pptx",
}
_LOADED_RELATIONSHIPS = ("attachedtemplate", "frame", "oleobject", "subdocument")
# A scheme of two or more letters, or a network path. Word records the author's template as file:///C:/…: harmless.
_REMOTE = re.compile(r"(?!file:/{1,3}[a-z]:)(?:[a-z][a-z0-9+.-]+:|[\\/]{2})", re.IGNORECASE)

# The stream with the text of each kind of compound file, and its extensions, the usual one first.
_STREAMS = {
    "WordDocument": ("doc", "wps"),
    "Workbook": ("xls", "et"),
    "PowerPoint Document": ("ppt", "dps"),
    "Book": ("xls", "et"),
}
# PowerPoint packs its macros; its VBAInfoAtom ([MS-PPT] 2.4.11) says whether there are any.
_POWERPOINT_MACROS = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00.{4}[^\x00]", re.DOTALL)

_MACROS = Problem(
    "attachments.macros",
    _("%(file)s is a document with macros, which are programs; save it without macros (docx, xlsx, pptx)."),
)
_LOCKED_DOCUMENT = Problem(
    "attachments.locked",
    _("%(file)s is locked with a password, so it cannot be checked; save it without one."),
)
_EMBEDDED_FILES = Problem(
    "attachments.embedded",
    _("%(file)s is a document with other files embedded in it; remove them and upload them one by one."),
)
_REMOTE_PART = Problem(
    "attachments.remote_part",
    _("%(file)s is a document that loads a part of itself from elsewhere; save it as PDF."),
)
_BOMB = Problem(
    "attachments.bomb",
    _("%(file)s expands to far more data than it should; save the document in it as PDF."),
)
_DAMAGED_DOCUMENT = Problem(
    "attachments.damaged",
    _("%(file)s is damaged or incomplete; open it, save it again and upload that."),
)
_UNKNOWN_DOCUMENT = Problem(
    "attachments.unknown_office",
    _("%(file)s is an old Office file of a kind we do not know; save it as PDF."),
)


def package_extension(data: bytes, name: str) -> str:
    """Return docx, xlsx, pptx or ofd, by the parts; "" for another archive. Raises RefusedFile for dangerous parts."""
    kinds = []
    waiting = [(data, 0)]
    left = MAX_UNPACKED
    while waiting:
        package, depth = waiting.pop()
        found = set()
        for part, content in package_parts(package, left, name):
            left -= len(content)
            found.add(_main_kind(part, content, name))
            if uploads.kind_of(content) == "zip":
                waiting.append((content, depth + 1))
        found.discard("")
        if depth > MAX_DEPTH or (depth and not found):
            raise RefusedFile(_EMBEDDED_FILES, name)
        if not found:
            return ""
        kinds.append(min(found))
    return kinds[0]


def compound_extension(data: bytes, name: str) -> str:
    """Return doc, xls, ppt, wps, et or dps, by the streams. Raises RefusedFile for macros, locks and other kinds."""
    _refuse_active_compound_file(data, name)
    claimed = uploads.split_name(name)[1]
    families = [family for stream, family in _STREAMS.items() if _has_entry(data, stream)]
    if not families:
        raise RefusedFile(_UNKNOWN_DOCUMENT, name)
    return claimed if any(claimed in family for family in families) else families[0][0]


def _refuse_active_compound_file(data: bytes, name: str) -> None:
    if "_VBA_PROJECT".encode("utf-16-le") in data or _POWERPOINT_MACROS.search(data):
        raise RefusedFile(_MACROS, name)
    if _has_entry(data, "EncryptedPackage"):
        raise RefusedFile(_LOCKED_DOCUMENT, name)
    if _has_entry(data, "\x01Ole10Native"):
        raise RefusedFile(_EMBEDDED_FILES, name)


def _has_entry(data: bytes, entry: str) -> bool:
    """Return True if the directory has an entry: its name in UTF-16, terminated by a zero ([MS-CFB] 2.6.1)."""
    return f"{entry}\0".encode("utf-16-le") in data


def package_parts(package: bytes, left: int, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every part, at most `left` bytes in total; declared sizes must be the real ones."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > left:
                raise RefusedFile(_BOMB, name)
            for part in parts:
                if part.flag_bits & 0x41:
                    raise RefusedFile(_LOCKED_DOCUMENT, name)
                if stat.S_ISLNK(part.external_attr >> 16):
                    raise RefusedFile(_DAMAGED_DOCUMENT, name)
                yield _part_name(part), _part_content(archive, part, name)
    except RefusedFile:
        raise
    except ZIP_ERRORS as error:
        raise RefusedFile(_DAMAGED_DOCUMENT, name) from error


def _part_name(part: zipfile.ZipInfo) -> str:
    """Return the name of a part; Windows in China writes names in GB 18030, which zipfile reads as another encoding."""
    if part.flag_bits & 0x800:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _part_content(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedFile(_DAMAGED_DOCUMENT, name)
    declared = part.file_size
    # zipfile stops at the declared size; reading one byte more shows if that was true.
    part.file_size += 1
    with archive.open(part) as file:
        content = file.read(declared + 1)
    if len(content) != declared or (declared > 10 * 2**20 and declared > MAX_RATIO * part.compress_size):
        raise RefusedFile(_BOMB, name)
    return content


def _main_kind(part: str, content: bytes, name: str) -> str:
    """Return the kind of package that this part identifies, or ''. Raises RefusedFile for an active part."""
    path = part.replace("\\", "/").lower()
    kind = uploads.kind_of(content)
    if path.endswith("vbaproject.bin") or "macrosheets/" in path:
        raise RefusedFile(_MACROS, name)
    if kind == "ole":
        _refuse_active_compound_file(content, name)
    if kind in ("program", "archive"):
        raise RefusedFile(_EMBEDDED_FILES, name)
    if path.endswith(".rels"):
        _refuse_remote(content, name)
    if path == "[content_types].xml":
        return _declared_kind(content, name)
    return "ofd" if path == "ofd.xml" else ""


def _declared_kind(content: bytes, name: str) -> str:
    types = {element.get("ContentType", "").strip() for element in xml_elements(content, name)}
    if any("macroenabled" in declared.lower() or "vbaproject" in declared.lower() for declared in types):
        raise RefusedFile(_MACROS, name)
    return next((kind for declared, kind in _MAIN_PARTS.items() if declared in types), "")


def _refuse_remote(content: bytes, name: str) -> None:
    for element in xml_elements(content, name):
        loaded = element.get("Type", "").rpartition("/")[2].lower() in _LOADED_RELATIONSHIPS
        if loaded and element.get("TargetMode") == "External" and _REMOTE.match(element.get("Target", "").strip()):
            raise RefusedFile(_REMOTE_PART, name)


def xml_elements(content: bytes, name: str) -> Iterator[ElementTree.Element]:
    """Yield all elements of an XML part. A document type, which Office never writes, could define entities: refused."""
    if b"<!DOCTYPE" in content or b"\x00" in content:
        raise RefusedFile(_DAMAGED_DOCUMENT, name)
    try:
        return ElementTree.fromstring(content).iter()  # noqa: S314 (see above)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise RefusedFile(_DAMAGED_DOCUMENT, name) from error
