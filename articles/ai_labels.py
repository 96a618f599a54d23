"""Labels of AI-made content (《人工智能生成合成内容标识办法》) in files, wherever tools put them.

Two are known: the JSON object of GB 45438-2025, and the term of IPTC's Digital Source Type, found in XMP or in
the actions of a C2PA manifest. Signatures are not verified: a label is what the file's author declares.
A manifest without a source type names the program that wrote it.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LABEL_LENGTH = 4000

# A flat JSON object; quoted strings may contain braces. Possessive, so that invalid input takes linear time.
_OBJECT = re.compile(r'\{(?:[^{}"]|"(?:[^"\\]|\\.)*+")++\}', re.DOTALL)
_SOURCE_TYPE = re.compile(
    rb"\b(?:(?:trained|compositeWithTrained)AlgorithmicMedia|algorithmicMedia|compositeSynthetic)\b"
)
_MANIFESTS = b"jumdc2pa"  # start of the box with a file's manifests
_ANY_SOURCE_TYPE = re.compile(rb"digitalSourceType", re.IGNORECASE)
# The key of the program's name, and the length prefix of a CBOR text.
_GENERATOR = re.compile(
    rb"claim_generator(?:_info.{0,200}?dname)?(?:(?P<one>[\x60-\x77])|\x78(?P<two>.)|\x79(?P<three>..))", re.DOTALL
)
_LONGEST_GENERATOR = 100  # characters


@dataclass(frozen=True)
class AiLabel:
    """What a file declares about itself; '' for what is missing."""

    # The JSON object of GB 45438-2025, annex E, unchanged.
    aigc: str = ""
    # The term of IPTC's Digital Source Type vocabulary that says a model made the file, or a part of it.
    source_type: str = ""
    # The program that wrote content credentials (C2PA) which say nothing of how the file was made, or C2PA without one.
    unjudged: str = ""

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.aigc, self.source_type)))


def find_ai_label(texts: Iterable[bytes]) -> AiLabel:
    """Return the first label of each kind in these pieces of a file. Takes linear time, and never raises."""
    pieces = list(texts)
    source_type = next((found[0].decode() for text in pieces if (found := _SOURCE_TYPE.search(text))), "")
    aigc = next(filter(None, map(_aigc_label, pieces)), "")
    says = aigc or source_type or any(map(_ANY_SOURCE_TYPE.search, pieces))
    return AiLabel(aigc, source_type, "" if says else next(filter(None, map(_generator, pieces)), ""))


def texts_in_utf16(data: bytes) -> Iterator[bytes]:
    """Yield the UTF-16 text around the first AIGC, as UTF-8."""
    for encoding in ("utf-16-le", "utf-16-be"):
        start = data.find("AIGC".encode(encoding))
        if start >= 0:
            yield data[start : start + 4 * MAX_LABEL_LENGTH].decode(encoding, "ignore").encode(errors="ignore")


def _generator(text: bytes) -> str:
    """Return the name of the program that wrote a C2PA manifest, C2PA for one without a name, '' without a manifest."""
    start = text.find(_MANIFESTS)
    found = _GENERATOR.search(text, start) if start >= 0 else None
    if found is None:
        return "C2PA" if start >= 0 else ""
    length = found["one"][0] - 0x60 if found["one"] else int.from_bytes(found["two"] or found["three"])
    return plain_value(text[found.end() : found.end() + length])[:_LONGEST_GENERATOR] or "C2PA"


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
            return plain_value(found[0].encode(errors="surrogateescape"))[:MAX_LABEL_LENGTH]
    return ""


def plain_value(value: object) -> str:
    """Return a value from the file or from Pillow as one line of visible text; '' if it is not text."""
    if isinstance(value, str):
        value = original_bytes(value)
    if not isinstance(value, bytes):
        return ""
    try:
        return visible_line(value.decode())
    except UnicodeDecodeError:
        return visible_line(value.decode("gb18030", "ignore"))


def visible_line(text: str) -> str:
    """Return the text as one line, without invisible characters."""
    spaced = (" " if c.isspace() else c for c in text)
    return "".join(c for c in spaced if unicodedata.category(c)[0] != "C").strip()


def original_bytes(value: str) -> bytes:
    """Return the bytes of a text that Pillow decoded as Latin-1, regardless of its encoding."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="ignore")
