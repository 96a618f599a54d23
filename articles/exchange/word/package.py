"""Opens a Word file (.docx): a ZIP of XML parts that refer to one another. Nothing is unpacked beyond fixed limits."""

import io
import posixpath
import zipfile
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from django.utils.translation import gettext_lazy as _

from ...attachments.office import MAX_PARTS, MAX_UNPACKED, ZIP_ERRORS
from ...refusals import Problem
from ...uploads import RefusedFile

MAX_XML = 60 * 2**20  # bytes of a part; the text of a book has 5 MB

DAMAGED = Problem(
    "word.damaged",
    _("%(file)s is damaged or incomplete: open it in Word or WPS, save it again as .docx and choose that."),
)
EXPANDS = Problem(
    "word.expands",
    _("%(file)s expands to far more data than a text has: copy its text into a new document and save that."),
)
LOCKED = Problem("word.locked", _("%(file)s is locked with a password: save it without one and choose it again."))
NO_WORD_FILE = Problem(
    "word.no_word_file",
    _("%(file)s is not a Word document but a file of another kind: open it and save its text as .docx."),
)

# Namespaces of Word's usual and its strict files, by the prefixes with which this package names elements.
_SCHEMAS = ("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")
_USUAL = {
    "wordprocessingml/2006/main": "w",
    "wordprocessingml/main": "w",
    "officeDocument/2006/relationships": "r",
    "officeDocument/relationships": "r",
    "officeDocument/2006/math": "m",
    "officeDocument/math": "m",
    "drawingml/2006/main": "a",
    "drawingml/main": "a",
    "drawingml/2006/wordprocessingDrawing": "wp",
    "drawingml/wordprocessingDrawing": "wp",
    "drawingml/2006/chart": "c",
    "drawingml/chart": "c",
    "drawingml/2006/diagram": "dgm",
    "drawingml/diagram": "dgm",
    "markup-compatibility/2006": "mc",
    "package/2006/relationships": "rel",
}
PREFIXES = {schema + name: prefix for schema in _SCHEMAS for name, prefix in _USUAL.items()} | {
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
}


class Relationship(NamedTuple):
    """What an id in a part refers to: the last word of its type (image, hyperlink …), and a part's path or address."""

    kind: str
    target: str
    external: bool


class WordPackage:
    """The parts of one file. `name` is the file's, for messages."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.left = MAX_UNPACKED
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except ZIP_ERRORS as error:
            raise RefusedFile(DAMAGED, name) from error
        self.parts = {part.filename.replace("\\", "/").lower(): part for part in self.archive.infolist()}
        if len(self.archive.infolist()) > MAX_PARTS:
            raise RefusedFile(EXPANDS, name)
        self.relationships_of = cache(self._relationships)
        self.main = self._find_main_part()

    def _find_main_part(self) -> str:
        targets = [found.target for found in self.relationships_of("").values() if found.kind == "officeDocument"]
        main = next((target for target in [*targets, "word/document.xml"] if target.lower() in self.parts), "")
        if self.parts and not main:
            raise RefusedFile(NO_WORD_FILE, self.name)
        root = self.xml(main)
        if root is None:
            raise RefusedFile(DAMAGED, self.name)
        if root.tag != "w:document":
            raise RefusedFile(NO_WORD_FILE, self.name)
        return main

    @property
    def has_macros(self) -> bool:
        return any(path.endswith("vbaproject.bin") for path in self.parts)

    def part(self, path: str) -> bytes | None:
        """Return a part, or None if it is missing or cannot be unpacked. Raises RefusedFile beyond the limits."""
        part = self.parts.get(path.lower())
        if part is None:
            return None
        if part.flag_bits & 0x41:
            raise RefusedFile(LOCKED, self.name)
        try:
            with self.archive.open(part) as file:
                content = file.read(self.left + 1)
        except ZIP_ERRORS:
            return None
        self.left -= len(content)
        if self.left < 0:
            raise RefusedFile(EXPANDS, self.name)
        return content

    def xml(self, path: str) -> Element | None:
        """Return the root of a part, its names written as in `w:p`; None if it is missing.

        Raises RefusedFile for broken XML, and for a document type, which Word never writes: it could define entities.
        """
        content = self.part(path)
        if content is None:
            return None
        if len(content) > MAX_XML:
            raise RefusedFile(EXPANDS, self.name)
        if b"<!DOCTYPE" in content or b"\x00" in content:
            raise RefusedFile(DAMAGED, self.name)
        try:
            root = fromstring(content)  # noqa: S314 (see above)
        except (ParseError, LookupError, ValueError) as error:
            raise RefusedFile(DAMAGED, self.name) from error
        names: dict[str, str] = {}
        for element in root.iter():
            element.tag = _short_name(element.tag, names)
            for written in [key for key in element.attrib if key.startswith("{")]:
                element.attrib[_short_name(written, names)] = element.attrib.pop(written)
        return root

    def _relationships(self, path: str) -> dict[str, Relationship]:
        """Return what the ids in a part refer to; those of the package itself for ''."""
        folder, file = posixpath.split(path)
        root = self.xml(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for element in () if root is None else root.iter("rel:Relationship"):
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target.replace("\\", "/"))))[1:]
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relationship(kind, target, external)
        return found

    def related_xml(self, kind: str, usual: str) -> tuple[Element | None, str]:
        """Return the root and the path of the part of this kind that the main part refers to, such as `styles`."""
        targets = [found.target for found in self.relationships_of(self.main).values() if found.kind == kind]
        path = targets[0] if targets else posixpath.join(posixpath.dirname(self.main), usual)
        return self.xml(path), path


def _short_name(written: str, names: dict[str, str]) -> str:
    if written not in names:
        space, _brace, name = written[1:].rpartition("}") if written.startswith("{") else ("", "", written)
        prefix = PREFIXES.get(space)
        names[written] = f"{prefix}:{name}" if prefix else name if not space else written
    return names[written]


def child(element: Element | None, *path: str) -> Element | None:
    """Return the descendant along these names, the first child with each; None if one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if inner.tag == name), None)
    return element


def attribute(element: Element | None, *path: str, key: str = "w:val") -> str:
    """Return an attribute of the descendant along these names, or ''."""
    found = child(element, *path)
    return "" if found is None else found.get(key, "")


def is_on(element: Element | None, name: str) -> bool:
    """Return True if the child `name` is there and switched on, as <w:b/> is and <w:b w:val="0"/> is not."""
    found = child(element, name)
    return found is not None and is_switched_on(found)


def is_switched_on(element: Element) -> bool:
    """Return True unless the value of a switch says off."""
    return element.get("w:val", "1").lower() not in ("0", "false", "off", "none")
