"""The metadata of a picture that is kept when it is re-encoded: author, copyright, and labels of AI-made content.

Everything else, such as the place where it was taken, is removed. Labels of AI-made content must be kept
(《人工智能生成合成内容标识办法》, GB 45438-2025): they are read from wherever tools put them, and written into every copy as
one small XMP packet in the form of TC260-PG-20258A.
"""

import html
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

# What Pillow raises for invalid files; test_pictures.py mutates real files to keep this list complete.
PILLOW_ERRORS = (
    Image.DecompressionBombError,
    ArithmeticError,
    EOFError,
    IndexError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
MAX_LABEL_LENGTH = 4000
MAX_CREDIT_LENGTH = 80

_ARTIST, _COPYRIGHT = 0x013B, 0x8298
# A flat JSON object; quoted strings may contain braces. Possessive, so that invalid input takes linear time.
_OBJECT = re.compile(r'\{(?:[^{}"]|"(?:[^"\\]|\\.)*+")++\}', re.DOTALL)
_SOURCE_TYPE = re.compile(rb"\b(?:trained|compositeWithTrained)AlgorithmicMedia\b")


@dataclass(frozen=True)
class PictureMetadata:
    """The metadata that is kept; '' for what the file does not have."""

    credit: str = ""
    copyright: str = ""
    # The JSON object of GB 45438-2025, annex E, unchanged.
    aigc: str = ""
    # The term of IPTC's Digital Source Type vocabulary that says a model made the picture, or a part of it.
    source_type: str = ""

    @property
    def ai_label(self) -> str:
        return "\n".join(filter(None, (self.aigc, self.source_type)))


def read_metadata(img: Image.Image, data: bytes) -> PictureMetadata:
    """Return the metadata of a loaded picture and of its file `data`. Never raises: invalid metadata is ignored."""
    try:
        exif = img.getexif()
        artist, rights = exif.get(_ARTIST, ""), exif.get(_COPYRIGHT, "")
    except PILLOW_ERRORS:
        artist = rights = ""
    texts = list(_embedded_texts(img, data))
    source_type = next((found[0].decode() for text in texts if (found := _SOURCE_TYPE.search(text))), "")
    return PictureMetadata(
        credit=(_plain_value(artist) or _xmp_list(texts, b"dc:creator"))[:MAX_CREDIT_LENGTH],
        copyright=(_plain_value(rights) or _xmp_list(texts, b"dc:rights"))[:200],
        aigc=next(filter(None, map(_aigc_label, texts)), ""),
        source_type=source_type,
    )


def xmp_packet(facts: PictureMetadata) -> bytes:
    """Return the metadata as an XMP packet, the same for JPEG, PNG and WebP; b'' if there is none."""
    creator, rights, aigc = (html.escape(text) for text in (facts.credit, facts.copyright, facts.aigc))
    source = f"http://cv.iptc.org/newscodes/digitalsourcetype/{facts.source_type}"
    body = "".join(
        (
            f"<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>" if creator else "",
            f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
            if rights
            else "",
            f"<TC260:AIGC>{aigc}</TC260:AIGC>" if aigc else "",
            f"<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>" if facts.source_type else "",
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
    """Yield everything that may contain a label, as UTF-8 or GB 18030.

    EXIF, XMP, comments, PNG text and C2PA manifests are not compressed: the file's bytes are searched without a parser
    that a hostile file could break. Only compressed PNG text and UTF-16 comments must be decoded first.
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
            yield data[start : start + 4 * MAX_LABEL_LENGTH].decode(encoding, "ignore").encode(errors="ignore")


def _aigc_label(text: bytes) -> str:
    """Return the first JSON object shortly after the word AIGC, with the escaping of EXIF, XMP or PNG removed."""
    start = 0
    # A few places are enough for any real file; a file full of the word must not take longer.
    for _place in range(50):
        start = text.find(b"AIGC", start) + 4
        if start < 4:
            return ""
        brace = text.find(b"{", start, start + 64)
        if brace < 0:
            continue
        window = text[brace : brace + 4 * MAX_LABEL_LENGTH].decode(errors="surrogateescape")
        if b">" in text[start:brace] or b"=" in text[start:brace]:
            window = html.unescape(window)
        if window.startswith('{\\"'):
            window = re.sub(r'\\(["\\])', r"\1", window)
        found = _OBJECT.match(window)
        if found:
            return _plain_value(found[0].encode(errors="surrogateescape"))[:MAX_LABEL_LENGTH]
    return ""


def _xmp_list(texts: list[bytes], element: bytes) -> str:
    """Return the items of the first XMP list with this name, joined. Entities are not expanded before the match."""
    for text in texts:
        start = text.find(b"<" + element)
        if start >= 0:
            block = text[start : start + 2000].split(b"</" + element)[0]
            items = re.findall(rb"<rdf:li[^>]{0,100}>([^<]{1,400})<", block)
            return "、".join(filter(None, (_visible_line(html.unescape(_plain_value(item))) for item in items)))
    return ""


def _plain_value(value: object) -> str:
    """Return a value from the file or from Pillow as one line of visible text; '' if it is not text."""
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
    """Return the bytes of a text that Pillow decoded as Latin-1, regardless of its encoding."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="ignore")
