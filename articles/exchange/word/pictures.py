"""The pictures of a Word file, by the numbers under which its text refers to them."""

import posixpath
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ...pictures import NO_MARGINS, Margins
from .package import WordPackage, child

MAX_PICTURES = 100  # different ones; an illustrated report has thirty
_VECTOR_ENDINGS = ("emf", "wmf", "emz", "wmz", "pict", "svg")
# The signatures of EMF, at byte 40, and of WMF with and without its header.
_EMF, _WMF = b" EMF", (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00")


@dataclass(frozen=True)
class WordPicture:
    """A picture: the name of its file, and its bytes. Without bytes, `missing` says why: absent, vector or many.

    `cut` is what the document does not show at the left, top, right and bottom, as fractions.
    """

    name: str
    data: bytes = b""
    missing: str = ""
    cut: Margins = NO_MARGINS


class PictureShelf:
    """The pictures that the text read so far shows, each once, numbered from 1."""

    def __init__(self, package: WordPackage) -> None:
        self.package = package
        self.pictures: list[WordPicture] = []
        self.numbers: dict[tuple[str, Margins], int] = {}

    def number(self, part: str, key: str, cut: Margins) -> int:
        """Return the number of the picture that `part` calls `key`; a picture that is not there has one too."""
        found = self.package.relationships_of(part).get(key)
        path = found.target if found else f"{part}#{key}"
        if (path, cut) not in self.numbers:
            linked = found is not None and found.external
            picture = _linked_picture(path) if linked else self._picture(path)
            self.pictures.append(replace(picture, cut=cut))
            self.numbers[path, cut] = len(self.pictures)
        return self.numbers[path, cut]

    def _picture(self, path: str) -> WordPicture:
        name = posixpath.basename(path)
        if len(self.pictures) >= MAX_PICTURES:
            return WordPicture(name, missing="many")
        data = self.package.part(path)
        if not data:
            return WordPicture(name, missing="absent")
        if name.lower().rpartition(".")[2] in _VECTOR_ENDINGS or data[40:44] == _EMF or data.startswith(_WMF):
            return WordPicture(name, missing="vector")
        return WordPicture(name, data)


def _linked_picture(address: str) -> WordPicture:
    """Return a picture that the document only links to, under the name of its file; it is never fetched."""
    return WordPicture(posixpath.basename(unquote(address).replace("\\", "/")), missing="absent")


def margins_of(holder: Element, picture: Element) -> Margins:
    """Return what is cut off a picture: a:srcRect next to it has thousandths of a percent, VML 65,536ths."""
    rectangle = child(holder, "a:srcRect")
    if rectangle is not None:
        left, top, right, bottom = (_fraction(rectangle.get(side, ""), 100_000) for side in "ltrb")
    else:
        sides = ("cropleft", "croptop", "cropright", "cropbottom")
        left, top, right, bottom = (_fraction(picture.get(side, "").removesuffix("f"), 65_536) for side in sides)
    return (left, top, right, bottom) if left + right < 1 and top + bottom < 1 else NO_MARGINS


def _fraction(written: str, whole: int) -> float:
    """Return a part of the whole; 0 for a negative one, which adds a margin, and for anything but a number."""
    return int(written) / whole if re.fullmatch(r"\d{1,6}", written, re.ASCII) else 0.0
