"""Looking into a PDF for what would act on the reader's machine.

A PDF is not parsed here: readers' programs disagree about broken ones, and what one of them would find must not be
missed. All bytes are searched instead, those in compressed streams among them, for the names that make a PDF act.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..refusals import Problem
from ..uploads import RefusedFile

# All streams of a file together may unfold to this many bytes; a ten-page colour scan stays below.
MAX_INFLATED = 400 * 2**20
MAX_STREAMS = 50_000
_PIECE = 2**18
# Pieces overlap by more than any of the names below is long, however it is escaped.
_OVERLAP = 128

_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# /JS is short enough to turn up in a picture's bytes by chance, so it counts only in text and with a value behind it.
_ACTIVE = re.compile(
    rb"/(?:(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\x00\t\n\f\r ()<>\[\]{}/%])"
    rb"|(?<=[\t\n\r -~]{8}/)(JS)[\x00\t\n\f\r ]*(?=[(<\d]))"
)
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")
_PROGRAM = Problem(
    "attachments.pdf_program",
    _("%(file)s is a PDF that carries a program (JavaScript); print it to a new PDF."),
)
_FILES = Problem(
    "attachments.pdf_files",
    _("%(file)s is a PDF with other files inside; print it to a new PDF and upload those one by one."),
)
_SENTENCES = {
    b"JavaScript": _PROGRAM,
    b"JS": _PROGRAM,
    b"Launch": Problem(
        "attachments.pdf_launch", _("%(file)s is a PDF that starts other programs; print it to a new PDF.")
    ),
    b"EmbeddedFile": _FILES,
    b"EmbeddedFiles": _FILES,
    b"RichMedia": Problem(
        "attachments.pdf_film", _("%(file)s is a PDF with film or Flash inside; print it to a new PDF.")
    ),
    b"XFA": Problem("attachments.pdf_form", _("%(file)s is a PDF with an active form (XFA); print it to a new PDF.")),
}
_CLOSED = Problem(
    "attachments.pdf_closed",
    _("%(file)s is a PDF that is encrypted or packed so that it cannot be checked; print it to a new PDF."),
)
_DAMAGED = Problem(
    "attachments.pdf_damaged",
    _("%(file)s is a PDF without its end: it is damaged or incomplete; fetch it again or print it to a new PDF."),
)
_TOO_LARGE = Problem(
    "attachments.pdf_too_large",
    _("%(file)s is a PDF that unfolds to too much to be checked; print it to a new PDF."),
)


def refuse_active_pdf(data: bytes, name: str) -> None:
    """Raise RefusedFile for a PDF that carries programs, files or active forms, or that hides whether it does."""
    if b"%%EOF" not in data.rstrip(b"\x00")[-2048:]:
        raise RefusedFile(_DAMAGED, name)
    for piece in _scanned_pieces(data, name):
        found = _ACTIVE.search(_unescaped_names(piece))
        if found:
            raise RefusedFile(_SENTENCES[found[1] or found[2]], name)


def _scanned_pieces(data: bytes, name: str) -> Iterator[bytes]:
    """The file as it lies, then what its streams unfold to, in overlapping pieces."""
    yield data
    left = MAX_INFLATED
    view = memoryview(data)
    for count, stream in enumerate(_STREAM.finditer(data)):
        if count > MAX_STREAMS:
            raise RefusedFile(_TOO_LARGE, name)
        before = left
        tail = b""
        for piece in _inflated_stream(view[stream.end() :]):
            left -= len(piece)
            if left < 0:
                raise RefusedFile(_TOO_LARGE, name)
            tail += piece
            yield tail
            tail = tail[-_OVERLAP:]
        head = _unescaped_names(data[max(0, stream.start() - 1000) : stream.start()]).rpartition(b"obj")[2]
        if b"/ObjStm" in head and (b"/Predictor" in head or (b"/Filter" in head and left == before)):
            raise RefusedFile(_CLOSED, name)


def _inflated_stream(view: memoryview) -> Iterator[bytes]:
    """What a zlib stream at the start of `view` unfolds to, up to where it breaks; nothing where there is none."""
    inflater = zlib.decompressobj()
    for start in range(0, len(view), _PIECE):
        block: bytes | memoryview = view[start : start + _PIECE]
        while block and not inflater.eof:
            before = inflater.copy()
            try:
                piece = inflater.decompress(block, _PIECE)
            except zlib.error:
                yield _inflated_until_error(before, block)
                return
            if piece:
                yield piece
            block = inflater.unconsumed_tail
        if inflater.eof:
            return


def _inflated_until_error(inflater: Any, block: bytes | memoryview) -> bytes:
    """What unfolds before the error, down to a wrong checksum: readers' programs show it, and zlib drops it."""
    pieces = []
    try:
        for place in range(len(block)):
            pieces.append(inflater.decompress(block[place : place + 1]))
    except zlib.error:
        pass
    return b"".join(pieces)


def _unescaped_names(data: bytes) -> bytes:
    """PDF names may spell any byte as #xx."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)
