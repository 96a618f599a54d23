"""Decodes text files of unknown encoding: UTF-8, GB18030, Big5, HZ, UTF-32, and UTF-16, that also without a mark."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal

MAX_PAGE_BYTES = 5 * 1024 * 1024  # a long book has 1 MB

IS_TOO_LARGE = Problem("exchange.too_large", _("it is larger than %(size)d MB: split it into one file per article."))
IS_EMPTY = Problem(
    "exchange.empty", _("it is empty: put the title, the line with source and time, and the text in it.")
)
IS_NO_TEXT = Problem(
    "exchange.no_text",
    _("it is not plain text in UTF-8, GB18030 or Big5: save the article as plain text (.txt) in UTF-8."),
)

_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# The characters of Chinese and English text; a wrongly guessed encoding gives characters of other scripts.
_ORDINARY = re.compile(r"[\t\n\r -~\u00a0-\u00ff\u2010-\u2027\u3000-\u3011\u4e00-\u9fff\uff00-\uff5e]")
# Of Windows and old Macs, and those that programs of layout and notes write.
_LINE_ENDS = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
_HZ = re.compile(rb"~\{(?:[!-w][!-~]){1,400}~\}")  # characters of GB 2312 in seven bits (RFC 1843)
_SAMPLE = 20_000  # bytes that are enough to distinguish encodings
# The common characters of the two national character sets are in these rows: lead bytes, both inclusive.
_COMMON_ROWS = {"gb18030": (0xB0, 0xD7), "big5hkscs": (0xA4, 0xC6)}


# Invisible characters at the ends of a line: Unicode white space, and zero-width characters that str.strip keeps.
BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace()) + "\u200b\u2060\ufeff"


class UnreadablePage(Refusal):
    """Raised for a file that is not a printed article. Its sentences follow the name of the file."""


def decode_page(data: bytes) -> str:
    r"""Return the text of a file with \n line ends and without a byte order mark. Raises UnreadablePage.

    It has at most MAX_PAGE_BYTES.
    """
    if len(data) > MAX_PAGE_BYTES:
        raise UnreadablePage(IS_TOO_LARGE.filled(size=MAX_PAGE_BYTES >> 20))
    text = _decode_text(data)
    if text is None:
        raise UnreadablePage(IS_NO_TEXT)
    if not text.strip(BLANKS):
        raise UnreadablePage(IS_EMPTY)
    return text


def _decode_text(data: bytes) -> str | None:
    for encoding in _possible_encodings(data):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding).removeprefix("\ufeff")
            if "\0" not in text and len(_CONTROLS.sub("", text)) >= 0.98 * len(text):
                return _LINE_ENDS.sub("\n", text)
    return None


def _possible_encodings(data: bytes) -> Iterator[str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # the former begins as UTF-16 does
        yield "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
        return
    if data.isascii() and _HZ.search(data):
        yield "hz"
    yield "utf-8"
    yield from sorted(_COMMON_ROWS, key=lambda encoding: _common_share(data, encoding), reverse=True)
    # Without a byte order mark, the line ends and digits of a text leave NUL bytes, which no other encoding has.
    yield from (encoding for encoding in ("utf-16-le", "utf-16-be") if b"\0" in data and _is_ordinary(data, encoding))


def _common_share(data: bytes, encoding: str) -> float:
    """Return how many of the Chinese characters are common ones, if the bytes are in this encoding.

    Of Big5 read as GB18030 about a third are, of GB18030 read as Big5 about half, of a text in its own encoding nearly
    all.
    """
    text = data[:_SAMPLE].decode(encoding, "ignore")
    first, last = _COMMON_ROWS[encoding]
    pairs = [pair for character in text if len(pair := character.encode(encoding, "ignore")) == 2]
    common = sum(1 for pair in pairs if first <= pair[0] <= last and (encoding == "big5hkscs" or pair[1] >= 0xA1))
    undecoded = "\ufffd" in data[:_SAMPLE].decode(encoding, "replace")
    return common / (len(pairs) or 1) - undecoded


def _is_ordinary(data: bytes, encoding: str) -> bool:
    sample = data[:_SAMPLE].decode(encoding, "ignore")
    return len(_ORDINARY.findall(sample)) >= 0.95 * len(sample) > 0
