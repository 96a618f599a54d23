"""Checks a PDF for anything that would run on the reader's machine.

The PDF is not parsed: viewers disagree about broken files, and nothing that one of them would find may be missed.
Instead, all bytes, including compressed streams, are searched for the names of active features.
"""

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ..refusals import Problem
from ..uploads import RefusedFile

# A ten-page colour scan stays below.
MAX_INFLATED = 400 * 2**20  # bytes of all streams of a file together
MAX_STREAMS = 50_000
# Bytes that are decompressed, as a multiple of the file: streams that do not overlap are read once, the last block of a
# broken one in steps. Streams inside streams would be read again and again.
MAX_READINGS = 4
_PIECE_SIZE = 2**18
_BLOCK_SIZE, _STEP = 2**12, 64  # bytes that are decompressed at once; in a block with an error
_OVERLAP = 128  # of pieces; longer than any of the names below, however it is escaped

_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# /JS is short enough to occur in the bytes of a picture, so it counts only in text and if a value follows.
_ACTIVE = re.compile(
    rb"/(?:(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\x00\t\n\f\r ()<>\[\]{}/%])"
    rb"|(?<=[\t\n\r -~]{8}/)(JS)[\x00\t\n\f\r ]*(?=[(<\d]))"
)
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")
_PDF_WITH_PROGRAM = Problem(
    "attachments.pdf_program",
    _("%(file)s is a PDF that carries a program (JavaScript); print it to a new PDF."),
)
_PDF_WITH_FILES = Problem(
    "attachments.pdf_files",
    _("%(file)s is a PDF with other files inside; print it to a new PDF and upload those one by one."),
)
_ACTIVE_FEATURES = {
    b"JavaScript": _PDF_WITH_PROGRAM,
    b"JS": _PDF_WITH_PROGRAM,
    b"Launch": Problem(
        "attachments.pdf_launch", _("%(file)s is a PDF that starts other programs; print it to a new PDF.")
    ),
    b"EmbeddedFile": _PDF_WITH_FILES,
    b"EmbeddedFiles": _PDF_WITH_FILES,
    b"RichMedia": Problem(
        "attachments.pdf_film", _("%(file)s is a PDF with film or Flash inside; print it to a new PDF.")
    ),
    b"XFA": Problem("attachments.pdf_form", _("%(file)s is a PDF with an active form (XFA); print it to a new PDF.")),
}
_UNCHECKABLE_PDF = Problem(
    "attachments.pdf_closed",
    _("%(file)s is a PDF that is encrypted or packed so that it cannot be checked; print it to a new PDF."),
)
_DAMAGED_PDF = Problem(
    "attachments.pdf_damaged",
    _("%(file)s is a PDF without its end: it is damaged or incomplete; download it again or print it to a new PDF."),
)
_TOO_LARGE_PDF = Problem(
    "attachments.pdf_too_large",
    _("%(file)s is a PDF that expands to too much data to be checked; print it to a new PDF."),
)


def refuse_active_pdf(data: bytes, name: str) -> None:
    """Raise RefusedFile for a PDF that carries programs, files or active forms, or that hides whether it does."""
    if b"%%EOF" not in data.rstrip(b"\x00")[-2048:]:
        raise RefusedFile(_DAMAGED_PDF, name)
    for piece in _scanned_pieces(data, name):
        found = _ACTIVE.search(_unescaped_names(piece))
        if found:
            raise RefusedFile(_ACTIVE_FEATURES[found[1] or found[2]], name)


class _Budget:
    """How many bytes of a file may still be read by the decompressor, and how many it may still write."""

    def __init__(self, data: bytes, name: str) -> None:
        self.read, self.inflated, self.name = MAX_READINGS * len(data) + _PIECE_SIZE, MAX_INFLATED, name

    def spend(self, read: int, inflated: int) -> None:
        """Raise RefusedFile if nothing is left."""
        self.read -= read
        self.inflated -= inflated
        if self.read < 0 or self.inflated < 0:
            raise RefusedFile(_TOO_LARGE_PDF, self.name)


def _scanned_pieces(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the file itself, then its decompressed streams in overlapping pieces."""
    yield data
    budget = _Budget(data, name)
    view = memoryview(data)
    for count, stream in enumerate(_STREAM.finditer(data)):
        if count > MAX_STREAMS:
            raise RefusedFile(_TOO_LARGE_PDF, name)
        before = budget.inflated
        tail = b""
        for piece in _inflated_stream(view[stream.end() :], budget):
            tail += piece
            yield tail
            tail = tail[-_OVERLAP:]
        head = _unescaped_names(data[max(0, stream.start() - 1000) : stream.start()]).rpartition(b"obj")[2]
        if b"/ObjStm" in head and (b"/Predictor" in head or (b"/Filter" in head and budget.inflated == before)):
            raise RefusedFile(_UNCHECKABLE_PDF, name)


def _inflated_stream(view: memoryview, budget: _Budget) -> Iterator[bytes]:
    """Yield the content of a zlib stream at the start of `view` up to the first error; nothing if there is none."""
    inflater = zlib.decompressobj()
    for start in range(0, len(view), _BLOCK_SIZE):
        block: bytes | memoryview = view[start : start + _BLOCK_SIZE]
        while block and not inflater.eof:
            before = inflater.copy()
            try:
                piece = inflater.decompress(block, _PIECE_SIZE)
            except zlib.error:
                yield from _inflated_until_error(before, bytes(block), budget)
                return
            rest = inflater.unused_data or inflater.unconsumed_tail
            budget.spend(len(block) - len(rest), len(piece))
            if piece:
                yield piece
            block = inflater.unconsumed_tail
        if inflater.eof:
            return


def _inflated_until_error(inflater: "zlib._Decompress", block: bytes, budget: _Budget) -> Iterator[bytes]:
    """Yield the content before an error, even a wrong checksum: viewers show it, but zlib discards it.

    In small steps, the step with the error byte by byte.
    """
    step = _STEP
    place = 0
    while place < len(block):
        before = inflater.copy()
        try:
            piece = inflater.decompress(block[place : place + step])
        except zlib.error:
            if step == 1:
                return
            inflater, step = before, 1
            continue
        place += step
        budget.spend(step, len(piece))
        if piece:
            yield piece


def _unescaped_names(data: bytes) -> bytes:
    """Return the data with #xx (any byte of a PDF name) replaced by the byte."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)
