"""An upload is identified by its bytes, named safely, stored once, and never served as a page."""

from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from articles import limited_process, uploads
from articles.attachments import film
from articles.models import Attachment, Picture
from articles.pictures import metadata
from articles.uploads import CONTENT_TYPES, RefusedFile, clean_name
from tests.cast import png, upload
from tests.test_films import a_film


def test_nothing_stored_can_run_as_a_page():
    for extension, content_type in CONTENT_TYPES.items():
        assert not any(word in content_type for word in ("html", "svg", "javascript")), extension
        assert "xml" not in content_type or "openxmlformats" in content_type, extension
        assert content_type.startswith(("image/", "application/", "text/plain", "video/mp4", "audio/", "text/vtt")), (
            extension
        )


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("招聘岗位表.xlsx", "招聘岗位表.xlsx"),
        ("C:\\fakepath\\..\\表.XLSX", "表.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc\td.pdf", "abcd.pdf"),
        ("报名\u202efdp.exe", "报名fdp.exe"),
        ("\u200b\ufeff .. 通知 .pdf", "通知.pdf"),
        ("名单2026.11", "名单2026.11"),
        ("x" * 300 + ".docx", "x" * 145 + ".docx"),
        ("\ud800lone", "lone"),
        (".", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_names_lose_paths_and_what_cannot_be_seen(name, cleaned):
    assert clean_name(name) == cleaned


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=400))
def test_clean_names_are_short_visible_and_stay_as_they_are(name):
    cleaned = clean_name(name)
    assert len(cleaned) <= 150
    assert not set(cleaned) & {"/", "\\", "\n", "\r", "\0", "\u202e"}
    assert clean_name(cleaned) == cleaned
    cleaned.encode()


def test_a_file_at_the_cap_is_read_and_one_byte_more_is_refused(settings):
    settings.MAX_UPLOAD_BYTES = 2 * 2**20
    assert len(uploads.read_upload(upload(b"x" * 2 * 2**20), "a.pdf")) == 2 * 2**20
    with translation.override("en"), pytest.raises(RefusedFile, match=r"“a.pdf” is larger than 2 MB; make it smaller"):
        uploads.read_upload(upload(b"x" * (2 * 2**20 + 1)), "a.pdf")


def test_an_upload_somebody_looked_into_is_read_whole():
    file = upload(b"abc")
    file.read(2)
    assert uploads.read_upload(file, "") == b"abc"


def test_an_empty_file_is_refused():
    with translation.override("en"), pytest.raises(RefusedFile, match="The file is empty"):
        uploads.read_upload(upload(b""), "")


@pytest.mark.django_db
def test_files_are_kept_for_a_row_and_deleted_if_it_is_not_written():
    with uploads.kept_files({"attachments/x.pdf": b"whole"}):
        pass
    with pytest.raises(ZeroDivisionError), uploads.kept_files({"attachments/y.pdf": b"a", "attachments/z.pdf": b"b"}):
        raise ZeroDivisionError
    assert default_storage.listdir("attachments") == ([], ["x.pdf"])
    assert default_storage.open("attachments/x.pdf").read() == b"whole"


# --- work is done once ----------------------------------------------------------------------------------------------


@pytest.fixture
def _in_this_process(monkeypatch):
    """Look into files here, where calls can be counted, instead of in a process of its own."""
    monkeypatch.setattr(limited_process, "call_limited", lambda function, *arguments: function(*arguments))


@pytest.mark.usefixtures("_in_this_process")
def test_a_picture_of_a_form_is_decoded_and_scaled_once_and_its_marks_are_written_once(client, cast):
    client.force_login(cast.writer)
    words = {"upload": upload(png(1700, 1200), "桥.png"), "alt": "桥", "credit": "林晓舟"}
    with (
        mock.patch.object(Image, "open", wraps=Image.open) as opened,
        mock.patch.object(Image.Image, "resize", autospec=True, side_effect=Image.Image.resize) as scaled,
        mock.patch.object(metadata, "xmp_packet", wraps=metadata.xmp_packet) as packed,
    ):
        assert client.post("/admin/articles/picture/add/", words).status_code == 302
    stored = Picture.objects.get()
    assert (stored.name, stored.alt, stored.credit) == ("桥", "桥", "林晓舟")
    assert (opened.call_count, packed.call_count) == (1, 1)
    assert scaled.call_count == 2 + len(stored.renditions), "itself, its square copy and the others"


@pytest.mark.usefixtures("_in_this_process")
def test_a_film_of_a_form_is_read_once(client, cast):
    client.force_login(cast.writer)
    with mock.patch.object(film, "film_facts", wraps=film.film_facts) as read:
        answer = client.post("/admin/articles/attachment/add/", {"upload": upload(a_film(), "通车.mp4")})
    assert answer.status_code == 302
    stored = Attachment.objects.get()
    assert (stored.name, stored.width, stored.seconds) == ("通车.mp4", 1280, 62)
    assert read.call_count == 1


@pytest.mark.parametrize("model", ["picture", "attachment"])
def test_a_form_says_beside_the_field_why_a_file_is_refused(client, cast, model):
    client.force_login(cast.writer)
    page = client.post(f"/admin/articles/{model}/add/", {"upload": upload(b"<svg onload=alert(1)>", "a.png")})
    assert "a.png" in page.context["adminform"].form.errors["upload"][0]
    assert not Picture.objects.exists()
    assert not Attachment.objects.exists()
