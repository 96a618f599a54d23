"""What is written in an attachment, in pieces with their places, for the machine's reading: read once, at upload."""

import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from django.core.files.storage import default_storage
from django.db.models import Q

from .. import limited_process
from ..models import Attachment, AttachmentText
from ..refusals import Refusal
from ..uploads import PLAYED
from . import office

Piece = tuple[str, str, int, str]  # kind of place, its name, its number from 1, its text
State = AttachmentText.State
READ_EXTENSIONS = ("csv", "txt", "pdf", "docx", "xlsx", "pptx")
MOST_CHARACTERS, MOST_PIECES = 200_000, 20_000  # of one file
LARGEST_PART = 30 * 2**20  # bytes of a part of a document
CELL_MARK = "，"  # between the cells of a row: a number does not go on in the next cell
_SHEET, _SLIDE = re.compile(r"xl/worksheets/[^/]+\.xml"), re.compile(r"ppt/(slides|notesSlides)/\D+(\d+)\.xml")
_BESIDE_THE_TEXT = re.compile(
    r"(?:word/(?:header|footer|footnotes|endnotes|comments)|xl/(?:comments|.*/comments))\d*\.xml"
)


def keep_text(attachment: Attachment, data: bytes) -> None:
    """Store the text of a new attachment; nothing for films, recordings and their captions."""
    if attachment.kind.lower() in PLAYED:
        return
    state, pieces = read_text(data, attachment.kind.lower())
    AttachmentText.objects.get_or_create(attachment=attachment, defaults={"state": state, "pieces": pieces})


def read_stored_texts(most: int) -> int:
    """Read the next stored attachments that were never read; return how many, 0 if none are left. Resumable."""
    played = Q()
    for extension in PLAYED:
        played |= Q(file__endswith=f".{extension}")
    unread = Attachment.objects.filter(text=None).exclude(played).order_by("pk")[:most]
    for attachment in unread:
        try:
            with default_storage.open(attachment.file.name) as file:
                data = file.read()
        except FileNotFoundError:
            data = b""
        keep_text(attachment, data)
    return len(unread)


def read_text(data: bytes, extension: str) -> tuple[str, list[Piece]]:
    """Return whether a file could be read, and its pieces; in a separate process with limits of time and memory."""
    if extension not in READ_EXTENSIONS:
        return State.NONE, []
    try:
        pieces, is_whole = limited_process.call_limited(_pieces_within_limits, data, extension)
    except (limited_process.LimitMet, Refusal):
        return State.NONE, []
    if not pieces and extension == "pdf":  # pictures of pages
        return State.NONE, []
    return State.WHOLE if is_whole else State.PART, pieces


def _pieces_within_limits(data: bytes, extension: str) -> tuple[list[Piece], bool]:
    pieces: list[Piece] = []
    left = MOST_CHARACTERS
    for kind, name, number, text in _pieces_of_file(data, extension):
        words = " ".join(text.split())
        if not words:
            continue
        if len(words) > left or len(pieces) == MOST_PIECES:
            return [*pieces, (kind, name, number, words[:left])], False
        pieces.append((kind, name, number, words))
        left -= len(words)
    return pieces, True


def _pieces_of_file(data: bytes, extension: str) -> Iterator[Piece]:
    if extension == "pdf":
        yield from _pages(data)
    elif extension in ("csv", "txt"):
        for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), start=1):
            yield "line", "", number, line
    else:
        parts = {
            name: part
            for name, part in office.package_parts(data, office.MAX_UNPACKED, "")
            if len(part) <= LARGEST_PART
        }
        yield from {"docx": _paragraphs, "xlsx": _rows, "pptx": _slides}[extension](parts)
        for name in sorted(filter(_BESIDE_THE_TEXT.fullmatch, parts)):
            yield "note", "", 0, " ".join(_paragraph_texts(parts[name]))


def _pages(data: bytes) -> Iterator[Piece]:
    from pypdf import PdfReader  # noqa: PLC0415 (only the limited process needs it)
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        for number, page in enumerate(PdfReader(io.BytesIO(data)).pages, start=1):
            yield "page", "", number, page.extract_text()
    except PyPdfError:
        return


def _paragraphs(parts: dict[str, bytes]) -> Iterator[Piece]:
    for number, text in enumerate(_paragraph_texts(parts.get("word/document.xml", b"")), start=1):
        yield "paragraph", "", number, text


def _slides(parts: dict[str, bytes]) -> Iterator[Piece]:
    for name in sorted(filter(_SLIDE.fullmatch, parts), key=lambda name: int(re.sub(r"\D", "", name))):
        yield "slide", "", int(re.sub(r"\D", "", name)), "\n".join(_paragraph_texts(parts[name]))


def _rows(parts: dict[str, bytes]) -> Iterator[Piece]:
    """Yield the rows of all sheets, hidden ones too."""
    shared = [_text_of(entry) for entry in _elements(parts.get("xl/sharedStrings.xml", b"")) if _tag(entry) == "si"]
    names = _sheet_names(parts)
    for part in sorted(filter(_SHEET.fullmatch, parts)):
        for at, row in enumerate((each for each in _elements(parts[part]) if _tag(each) == "row"), start=1):
            cells = [_cell_text(cell, shared) for cell in row if _tag(cell) == "c"]
            number = row.get("r", "")
            yield (
                "row",
                names.get(part, PurePosixPath(part).stem),
                int(number) if number.isdecimal() else at,
                (CELL_MARK.join(cell for cell in cells if cell)),
            )


def _sheet_names(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the names of the sheets by their parts."""
    targets = {
        each.get("Id", ""): each.get("Target", "") for each in _elements(parts.get("xl/_rels/workbook.xml.rels", b""))
    }
    names = {}
    for sheet in _elements(parts.get("xl/workbook.xml", b"")):
        if _tag(sheet) == "sheet":
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            names[f"xl/{targets.get(key, '').removeprefix('/xl/')}"] = sheet.get("name", "")
    return names


def _cell_text(cell: Element, shared: list[str]) -> str:
    value = next((each.text or "" for each in cell if _tag(each) == "v"), "")
    if cell.get("t") == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    if cell.get("t") == "inlineStr":
        return _text_of(cell)
    if re.fullmatch(r"\d\.\d+E\+?\d{1,2}", value):  # a long number
        return str(int(float(value)))
    return value


def _paragraph_texts(part: bytes) -> Iterator[str]:
    """Yield the paragraphs of a part, with what its authors deleted and did not accept yet."""
    paragraphs = (each for each in _elements(part) if _tag(each) in ("p", "comment", "si"))
    yield from filter(None, (_text_of(each).strip() for each in paragraphs))


def _text_of(element: Element) -> str:
    return "".join(each.text or "" for each in element.iter() if _tag(each) in ("t", "delText"))


def _elements(part: bytes) -> Iterator[Element]:
    return office.xml_elements(part, "") if part else iter(())


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
