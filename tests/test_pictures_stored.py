"""Pictures are stored once, with their copies, their row and its entry in the audit; whoever may changes the words."""

import hashlib
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.utils import translation
from PIL import Image

from articles import audit, pictures, uploads
from articles.models import AuditEntry, BakeJob, Picture
from articles.pictures import RefusedFile
from tests.cast import png, refused, upload
from tests.picture_files import encoded, texture


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def stored_files(settings):
    return sorted(p.relative_to(settings.MEDIA_ROOT).as_posix() for p in settings.MEDIA_ROOT.rglob("*") if p.is_file())


# --- Storing --------------------------------------------------------------------------------------------------------


def test_storing_keeps_master_and_renditions_with_row_and_audit_entry(cast, settings):
    picture = pictures.store_picture(upload(png(1000, 500), "石栗 梯田.png"), by=cast.writer, alt="梯田")
    stem = picture.file.name.removesuffix(".jpg")
    assert re.fullmatch("pictures/[0-9a-f]{32}s", stem)
    assert stem[9:17] not in picture.sha256
    copies = [*(f"{stem}-{w}.webp" for w in (480, 960, 1000)), f"{stem}-square.jpg"]
    assert stored_files(settings) == sorted([f"{stem}.jpg", *copies])
    assert hashlib.sha256(default_storage.open(f"{stem}.jpg").read()).hexdigest() == picture.sha256
    assert all((settings.MEDIA_ROOT / address.removeprefix("/media/")).exists() for _w, address in picture.renditions)
    saved = Picture.objects.get()
    assert (saved.width, saved.height, saved.name, saved.alt) == (1000, 500, "石栗 梯田", "梯田")
    entry = AuditEntry.objects.get(action="picture.uploaded")
    assert (entry.object_id, entry.actor, entry.details["sha256"]) == (str(saved.pk), cast.writer, saved.sha256)


def test_the_same_picture_again_is_the_row_there_is_and_nothing_is_written(cast, settings):
    first = pictures.store_picture(upload(), by=cast.writer, alt="甲")
    before = {name: (settings.MEDIA_ROOT / name).stat().st_mtime_ns for name in stored_files(settings)}
    again = pictures.store_picture(upload(name="b.png"), by=cast.towns_writer, alt="乙")
    assert (again.pk, again.alt, Picture.objects.count()) == (first.pk, "甲", 1)
    assert {name: (settings.MEDIA_ROOT / name).stat().st_mtime_ns for name in stored_files(settings)} == before
    assert AuditEntry.objects.filter(action="picture.uploaded").count() == 1


def test_two_uploads_of_one_picture_at_once_leave_one_row(cast, settings, monkeypatch):
    """The other upload arrives after ours has looked for the row and before it inserts one."""
    keep, others = uploads.kept_files, []

    def keep_late(files):
        monkeypatch.setattr(uploads, "kept_files", keep)
        others.append(pictures.store_picture(upload(), by=cast.editor))
        return keep(files)

    monkeypatch.setattr(uploads, "kept_files", keep_late)
    ours = pictures.store_picture(upload(), by=cast.writer)
    assert [ours] == others == list(Picture.objects.all())
    assert stored_files(settings) == sorted(ours.stored_names)
    assert AuditEntry.objects.filter(action="picture.uploaded").count() == 1


def test_a_row_without_its_audit_entry_cannot_be_and_the_upload_can_be_repeated(cast, settings, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record_entry", lambda *args, **details: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pictures.store_picture(upload(), by=cast.writer)
    assert not Picture.objects.exists()
    assert stored_files(settings) == []
    assert pictures.store_picture(upload(), by=cast.writer).pk


@pytest.mark.parametrize(
    ("who", "file", "facts", "error"),
    [
        ("stranger", upload(), {}, PermissionDenied),
        ("writer", upload(b"<svg/>", "x.png"), {}, RefusedFile),
        ("writer", upload(b"", "x.png"), {}, RefusedFile),
        ("writer", upload(), {"credit": "长" * 81}, ValidationError),
    ],
)
def test_on_refusal_nothing_happened(cast, settings, who, file, facts, error):
    with pytest.raises(error):
        pictures.store_picture(file, by=getattr(cast, who), **facts)
    assert not Picture.objects.exists()
    assert not AuditEntry.objects.filter(action="picture.uploaded").exists()
    assert stored_files(settings) == []


def test_the_credit_in_the_file_fills_an_empty_one_only(cast):
    exif = Image.Exif()
    exif[0x013B] = "Lin"
    data = encoded(texture(), "JPEG", exif=exif)
    assert pictures.store_picture(upload(data), by=cast.writer, credit="").credit == "Lin"
    Picture.objects.all().delete()
    assert pictures.store_picture(upload(data), by=cast.writer, credit="林晓舟 摄").credit == "林晓舟 摄"


def test_the_notes_reach_whoever_uploaded(cast):
    pages = encoded(texture(), "TIFF", save_all=True, append_images=[texture().rotate(90)])
    assert "first picture was kept" in pictures.store_picture(upload(pages, "a.tif"), by=cast.writer).notes[0]


# --- The words about it ---------------------------------------------------------------------------------------------


def test_the_words_about_a_picture_are_changed_by_whoever_uploaded_it_or_arranges(cast):
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥")
    for who, alt in ((cast.writer, "石桥"), (cast.chief, "一座石桥")):
        picture.alt, picture.sha256, picture.width = alt, "0" * 64, 1
        pictures.save_picture(picture, by=who)
    kept = Picture.objects.get()
    assert (kept.alt, kept.width) == ("一座石桥", 600)
    assert kept.sha256 != "0" * 64, "the words alone are written"
    details = AuditEntry.objects.first().details
    assert (details["old"], details["new"]) == (["石桥"], ["一座石桥"])
    assert [job.path for job in BakeJob.objects.all()] == ["/"]


def test_saving_a_picture_unchanged_makes_no_entry(cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    entries = AuditEntry.objects.count()
    pictures.save_picture(Picture.objects.get(pk=picture.pk), by=cast.writer)
    assert AuditEntry.objects.count() == entries
    assert not BakeJob.objects.exists()


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_wrong_person_changes_no_words_about_a_picture(cast, who):
    picture = pictures.store_picture(upload(), by=cast.writer)
    picture.alt = "假的"
    with refused(PermissionDenied, "Only its uploader"):
        pictures.save_picture(picture, by=getattr(cast, who))


def test_words_that_are_too_long_for_a_picture_are_refused(cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    picture.caption = "长" * 401
    with refused(ValidationError, "400"):
        pictures.save_picture(picture, by=cast.writer)
