"""Files are looked into in a process with limits: one that takes too much is refused with a sentence, of every kind."""

import io
import os
import signal
import time
import zipfile

import pytest
from django.utils import translation
from PIL import Image

from articles import attachments, limited_process, pictures, uploads
from articles.limited_process import LimitMet, call_limited
from articles.refusals import Problem, Refusal
from tests.cast import png, upload


def refusing(name):
    raise Refusal(Problem("test.refused", f"{name} 100%"))


def spinning():
    while True:
        pass


def test_it_returns_what_the_function_returns():
    assert call_limited(lambda one, two: (one + two, os.getpid()), 1, two=2)[0] == 3
    assert call_limited(os.getpid) != os.getpid()


def test_a_refusal_comes_back_with_its_problems():
    with pytest.raises(Refusal, match="a.pdf 100%") as caught:
        call_limited(refusing, "a.pdf")
    assert caught.value.id == "test.refused"


def test_too_much_time_of_the_processor(monkeypatch):
    monkeypatch.setattr(limited_process, "CPU_SECONDS", 1)
    with pytest.raises(LimitMet):
        call_limited(spinning)


def test_too_much_time_of_the_clock(monkeypatch):
    monkeypatch.setattr(limited_process, "SECONDS", 0.05)
    with pytest.raises(LimitMet):
        call_limited(time.sleep, 60)


def test_too_much_memory():
    with pytest.raises(LimitMet):
        call_limited(bytes, 2 * limited_process.MEMORY)


def test_a_process_that_is_killed():
    with pytest.raises(LimitMet):
        call_limited(lambda: os.kill(os.getpid(), signal.SIGKILL))


def office():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("OFD.xml", "<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("prepare", "module", "works", "data"),
    [
        (pictures.prepare_picture_upload, pictures.decoding, "open_picture", png()),
        (attachments.prepare_attachment_upload, attachments.pdf, "refuse_active_pdf", b"%PDF-1.7\n%%EOF"),
        (attachments.prepare_attachment_upload, attachments.office, "package_extension", office()),
        (attachments.prepare_attachment_upload, attachments.film, "film_facts", b"\0\0\0\x18ftypisom" + bytes(12)),
    ],
    ids=["picture", "PDF", "office", "film"],
)
def test_every_kind_of_file_is_looked_into_with_limits(prepare, module, works, data, monkeypatch):
    monkeypatch.setattr(module, works, lambda *_: bytearray(2 * limited_process.MEMORY))
    with translation.override("en"), pytest.raises(uploads.RefusedFile, match="“50%.x” takes too much time or memory"):
        prepare(upload(data, "50%.x"))


def test_a_refused_file_is_refused_as_before_whatever_its_name():
    with translation.override("en"), pytest.raises(uploads.RefusedFile, match="“100%.pdf” is a PDF without its end"):
        attachments.prepare_attachment_upload(upload(b"%PDF-1.7", "100%.pdf"))


def test_a_large_picture_stays_below_the_limits():
    out = io.BytesIO()
    Image.new("RGB", (10_000, 4_900), (90, 120, 150)).save(out, "PNG")
    assert pictures.prepare_picture_upload(upload(out.getvalue())).width == 2560
