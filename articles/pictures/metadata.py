"""What a picture says about itself that outlives its re-encoding: who made it, whose it is, that a machine made it.

Everything else a file says, such as the place it was taken, ends with the old file. The labels of AI-made content may
not end there (《人工智能生成合成内容标识办法》, GB 45438-2025): they are read from wherever tools put them, and written
into every copy as one small XMP packet in the form of TC260-PG-20258A.
"""

import html
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image

# What Pillow raises on files that lie about themselves; test_pictures.py mutates real files to keep this list true.
UNREADABLE = (
    Image.DecompressionBombError,
    IndexError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
LONGEST_LABEL = 4000
LONGEST_CREDIT = 80

_ARTIST, _COPYRIGHT = 0x013B, 0x8298
# A flat JSON object; quoted strings may hold braces. Possessive, so that garbage costs one pass.
_OBJECT = re.compile(r'\{(?:[^{}"]|"(?:[^"\\]|\\.)*+")++\}', re.DOTALL)
_SOURCE_TYPE = re.compile(rb"\b(?:trained|compositeWithTrained)AlgorithmicMedia\b")


@dataclass(frozen=True)
class PictureMetadata:
    credit: str = ""
    copyright: str = ""
    # The JSON object of GB 45438-2025, annex E, as it was found.
    aigc: str = ""
    # The term of IPTC's Digital Source Type vocabulary that says a model made the picture, or a part of it.
    source_type: str = ""

    @property
    def ai_label(self) -> str:
        return "\n".join(filter(None, (self.aigc, self.source_type)))


def read_metadata(img: Image.Image, data: bytes) -> PictureMetadata:
    """The marks of a loaded picture and of the bytes it came from. Never raises: what cannot be read is not there."""
    try:
        exif = img.getexif()
        artist, rights = exif.get(_ARTIST, ""), exif.get(_COPYRIGHT, "")
    except UNREADABLE:
        artist = rights = ""
    texts = list(_embedded_texts(img, data))
    source_type = next((found[0].decode() for text in texts if (found := _SOURCE_TYPE.search(text))), "")
    return PictureMetadata(
        credit=(_plain_value(artist) or _xmp_list(texts, b"dc:creator"))[:LONGEST_CREDIT],
        copyright=(_plain_value(rights) or _xmp_list(texts, b"dc:rights"))[:200],
        aigc=next(filter(None, map(_aigc_label, texts)), ""),
        source_type=source_type,
    )


def xmp_packet(marks: PictureMetadata) -> bytes:
    """The marks as an XMP packet, the same for JPEG, PNG and WebP; b'' where there are none."""
    creator, rights, aigc = (html.escape(text) for text in (marks.credit, marks.copyright, marks.aigc))
    source = f"http://cv.iptc.org/newscodes/digitalsourcetype/{marks.source_type}"
    body = "".join(
        (
            f"<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>" if creator else "",
            f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
            if rights
            else "",
            f"<TC260:AIGC>{aigc}</TC260:AIGC>" if aigc else "",
            f"<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>" if marks.source_type else "",
        )
    )
    if not body:
        return b""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
        f' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{body}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _embedded_texts(img: Image.Image, data: bytes) -> Iterator[bytes]:
    """Wherever a label can stand, as UTF-8 or GB 18030.

    EXIF, XMP, comments, PNG text and C2PA manifests lie open in the file: its bytes are read, and no parser is needed
    that a hostile file could break. Only compressed PNG text and UTF-16 comments have to be unfolded first.
    """
    yield data
    for key, value in img.info.items():
        if isinstance(key, str) and isinstance(value, str):
            yield _original_bytes(f"{key} {value}")
        elif isinstance(value, bytes):
            yield value
    for encoding in ("utf-16-le", "utf-16-be"):
        start = data.find("AIGC".encode(encoding))
        if start >= 0:
            yield data[start : start + 4 * LONGEST_LABEL].decode(encoding, "ignore").encode(errors="ignore")


def _aigc_label(text: bytes) -> str:
    """The first JSON object that follows the word AIGC closely, in any of the quotings of EXIF, XMP and PNG."""
    start = 0
    # A few places are enough for any honest file, and a file full of the word must not cost more.
    for _place in range(50):
        start = text.find(b"AIGC", start) + 4
        if start < 4:
            return ""
        brace = text.find(b"{", start, start + 64)
        if brace < 0:
            continue
        window = text[brace : brace + 4 * LONGEST_LABEL].decode(errors="surrogateescape")
        if b">" in text[start:brace] or b"=" in text[start:brace]:
            window = html.unescape(window)
        if window.startswith('{\\"'):
            window = re.sub(r'\\(["\\])', r"\1", window)
        found = _OBJECT.match(window)
        if found:
            return _plain_value(found[0].encode(errors="surrogateescape"))[:LONGEST_LABEL]
    return ""


def _xmp_list(texts: list[bytes], element: bytes) -> str:
    """The items of the first XMP list of this name, joined; read by its tags alone, so no entity is ever expanded."""
    for text in texts:
        start = text.find(b"<" + element)
        if start >= 0:
            block = text[start : start + 2000].split(b"</" + element)[0]
            items = re.findall(rb"<rdf:li[^>]{0,100}>([^<]{1,400})<", block)
            return "、".join(filter(None, (_visible_line(html.unescape(_plain_value(item))) for item in items)))
    return ""


def _plain_value(value: Any) -> str:
    """A metadata value, as the file has it or as Pillow gives it, as one line of visible text; '' where it is no text."""
    if isinstance(value, str):
        value = _original_bytes(value)
    if not isinstance(value, bytes):
        return ""
    try:
        return _visible_line(value.decode())
    except UnicodeDecodeError:
        return _visible_line(value.decode("gb18030", "ignore"))


def _visible_line(text: str) -> str:
    spaced = (" " if c.isspace() else c for c in text)
    return "".join(c for c in spaced if unicodedata.category(c)[0] != "C").strip()


def _original_bytes(value: str) -> bytes:
    """Pillow hands text over as Latin-1, whatever it was; this undoes that."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="ignore")
