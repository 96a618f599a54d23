"""The metadata of a picture that is kept when it is re-encoded: author, copyright, and labels of AI-made content.

Everything else, such as the place where it was taken, is removed. Labels of AI-made content must be kept
(《人工智能生成合成内容标识办法》, GB 45438-2025): they are read from wherever tools put them, and written into every copy as
one small XMP packet in the form of TC260-PG-20258A.
"""

import html
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from ..ai_labels import AiLabel, find_ai_label, original_bytes, plain_value, texts_in_utf16, visible_line

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
MAX_CREDIT_LENGTH = 80

_ARTIST, _COPYRIGHT = 0x013B, 0x8298


@dataclass(frozen=True)
class PictureMetadata:
    """The metadata that is kept; '' for what the file does not have."""

    credit: str = ""
    copyright: str = ""
    label: AiLabel = field(default_factory=AiLabel)


def read_metadata(img: Image.Image, data: bytes) -> PictureMetadata:
    """Return the metadata of a loaded picture and of its file `data`. Never raises: invalid metadata is ignored."""
    try:
        exif = img.getexif()
        artist, rights = exif.get(_ARTIST, ""), exif.get(_COPYRIGHT, "")
    except PILLOW_ERRORS:
        artist = rights = ""
    texts = list(_embedded_texts(img, data))
    label = find_ai_label([*texts, *texts_in_utf16(data)])
    return PictureMetadata(
        credit=(plain_value(artist) or _xmp_list(texts, b"dc:creator"))[:MAX_CREDIT_LENGTH],
        copyright=(plain_value(rights) or _xmp_list(texts, b"dc:rights"))[:200],
        label=label,
    )


def xmp_packet(facts: PictureMetadata) -> bytes:
    """Return the metadata as an XMP packet, the same for JPEG, PNG and WebP; b'' if there is none."""
    creator, rights, aigc = (html.escape(text) for text in (facts.credit, facts.copyright, facts.label.aigc))
    source = f"http://cv.iptc.org/newscodes/digitalsourcetype/{facts.label.source_type}"
    body = "".join(
        (
            f"<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>" if creator else "",
            f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
            if rights
            else "",
            f"<TC260:AIGC>{aigc}</TC260:AIGC>" if aigc else "",
            f"<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>"
            if facts.label.source_type
            else "",
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
    that a hostile file could break. Only compressed PNG text must be decoded first.
    """
    yield data
    for key, value in img.info.items():
        if isinstance(key, str) and isinstance(value, str):
            yield original_bytes(f"{key} {value}")
        elif isinstance(value, bytes):
            yield value


def _xmp_list(texts: list[bytes], element: bytes) -> str:
    """Return the items of the first XMP list with this name, joined. Entities are not expanded before the match."""
    for text in texts:
        start = text.find(b"<" + element)
        if start >= 0:
            block = text[start : start + 2000].split(b"</" + element)[0]
            items = re.findall(rb"<rdf:li[^>]{0,100}>([^<]{1,400})<", block)
            return "、".join(filter(None, (visible_line(html.unescape(plain_value(item))) for item in items)))
    return ""
