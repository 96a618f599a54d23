"""A PDF is read in a time that grows with its size, and what is before an error in it is searched all the same."""

import struct
import zlib

import pytest
from django.utils import translation

from articles.attachments import RefusedFile, inspect_file
from tests.test_attachments import a_pdf


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_streams_inside_streams_are_not_read_again_and_again():
    """Each of the streams holds those after it, without a byte of content, and ends in an error."""
    start = b"stream\n\x78\x01"
    held = b"\0" + struct.pack("<HH", len(start), 0xFFFF ^ len(start)) + start
    bomb = start + held * 400 + b"\0\0\0\xff\xff" * 40_000 + b"\xff"
    with pytest.raises(RefusedFile, match="too much data"):
        inspect_file(a_pdf(body=bomb), "a.pdf")


def test_many_streams_that_are_not_compressed_or_end_in_an_error_are_read():
    broken = zlib.compress(bytes(range(200)))[:-6] + b"\xff" * 6
    body = b"".join(b"stream\n" + content + b"\nendstream\n" for content in (broken, b"q 1 0 0 1 Q", b"\xff\xd8") * 500)
    assert inspect_file(a_pdf(body=body), "a.pdf").extension == "pdf"


def test_what_is_before_an_error_is_searched():
    packed = zlib.compress(b"x" * 50 + b" /OpenAction << /S /JavaScript /JS (app.alert) >> " + bytes(range(256)))
    with pytest.raises(RefusedFile, match="program"):
        inspect_file(a_pdf(stream=packed[:-40] + b"\xff" * 40), "a.pdf")
