"""A picture in the library shows what the upload shows, and contains nothing else of it."""

import hashlib
import io
import re
import struct
import zlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from articles import audit, pictures, uploads
from articles.models import AuditEntry, BakeJob, Picture
from articles.models.picture import picture_renditions
from articles.pictures import RefusedFile, prepare_picture
from tests.cast import png, refused, upload

# Pillow warns that files are corrupt or too large, as they are meant to be here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
FORMATS = ["JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def encoded(img, fmt, **facts):
    file = io.BytesIO()
    img.save(file, fmt, **facts)
    return file.getvalue()


def texture(size=(48, 32), mode="RGB"):
    """Return an image that no codec compresses to nothing, the same in every run."""
    img = Image.linear_gradient("L").resize(size)
    bands = [img, img.transpose(Image.Transpose.ROTATE_180), img.point(lambda v: v * 7 % 256), img]
    return Image.merge("RGBA", bands).convert(mode)


def opened(data):
    img = Image.open(io.BytesIO(data))
    img.load()
    return img


def stored_files(settings):
    return sorted(p.relative_to(settings.MEDIA_ROOT).as_posix() for p in settings.MEDIA_ROOT.rglob("*") if p.is_file())


def sentence_for(data, name="x.jpg"):
    with pytest.raises(RefusedFile) as refusal:
        prepare_picture(data, name)
    return str(refusal.value)


# --- What is accepted, and what becomes of it ---------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_each_kind_becomes_jpeg_with_its_renditions(fmt):
    picture = prepare_picture(encoded(texture(), fmt))
    assert (picture.extension, picture.width, picture.height) == ("jpg", 48, 32)
    assert opened(picture.master).format == "JPEG"
    assert {width: opened(webp).size for width, webp in picture.renditions.items()} == {48: (48, 32)}
    assert opened(picture.renditions[48]).format == "WEBP"
    assert picture.sha256 == hashlib.sha256(picture.master).hexdigest()
    assert picture.notes == ()


@pytest.mark.parametrize(
    ("mode", "fmt", "value", "seen"),
    [
        ("1", "PNG", 1, (255, 255, 255)),
        ("L", "PNG", 128, (128, 128, 128)),
        ("I;16", "PNG", 32768, (128, 128, 128)),
        ("I;16", "PNG", 65535, (255, 255, 255)),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", "TIFF", (128, 128, 128), (128, 128, 128)),
        ("RGBA", "PNG", (9, 90, 200, 255), (9, 90, 200)),
        ("LA", "PNG", (70, 255), (70, 70, 70)),
    ],
)
def test_colours_survive_whatever_the_mode(mode, fmt, value, seen):
    picture = prepare_picture(encoded(Image.new(mode, (16, 16), value), fmt))
    assert picture.extension == "jpg"
    assert opened(picture.master).getpixel((8, 8)) == pytest.approx(seen, abs=3)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_deep_greys_are_stretched_from_black_to_white(mode):
    img = Image.new(mode, (32, 16), -500)
    img.paste(70000, (16, 0, 32, 16))
    master = opened(prepare_picture(encoded(img, "TIFF")).master)
    assert master.getpixel((2, 8))[0] <= 3
    assert master.getpixel((29, 8))[0] >= 252


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_shows_through_stays_transparent_in_every_copy(mode):
    if mode == "P":
        data = encoded(texture().quantize(8), "PNG", transparency=bytes([0, 255, 255, 255, 255, 255, 255, 128]))
    else:
        data = encoded(texture((600, 400), mode), "PNG")
    picture = prepare_picture(data)
    assert picture.extension == "png"
    for copy in (picture.master, *picture.renditions.values()):
        assert opened(copy).getchannel("A").getextrema()[0] < 128


def test_large_pictures_are_capped_and_renditions_have_the_widths_the_model_names():
    picture = prepare_picture(encoded(Image.new("RGB", (4000, 1000)), "JPEG"))
    assert (picture.width, picture.height) == (2560, 640)
    assert [opened(webp).size for webp in picture.renditions.values()] == [(480, 120), (960, 240), (1600, 400)]


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 40))
def test_every_size_has_exactly_the_renditions_the_model_derives(width, height):
    picture = prepare_picture(encoded(Image.new("L", (width, height)), "PNG"))
    assert list(picture.renditions) == [w for w, _address in picture_renditions("x.jpg", picture.width)]
    assert all(opened(webp).width == w for w, webp in picture.renditions.items())


def test_an_animation_is_reduced_to_its_first_picture_and_that_is_said():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for fmt in ("GIF", "WEBP", "PNG", "TIFF", "AVIF"):
        picture = prepare_picture(encoded(frames[0], fmt, save_all=True, append_images=frames[1:]), "花灯.gif")
        assert opened(picture.master).getpixel((10, 10)) == pytest.approx((254, 0, 0), abs=6), fmt
        assert picture.notes == (
            "“花灯.gif” contains several pictures or an animation; the first picture was kept.",
        ), fmt


# Orientation (EXIF 2.32, 4.6.5.1.6): the side of the scene that the first row and the first column show.
SIDES = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "left top",
    6: "right top",
    7: "right bottom",
    8: "left bottom",
}


@pytest.mark.parametrize("fmt", ["JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", SIDES)
def test_pictures_stand_upright(orientation, fmt):
    scene = Image.new("RGB", (48, 32))
    for box, colour in {(0, 0): "red", (24, 0): "lime", (0, 16): "blue", (24, 16): "white"}.items():
        scene.paste(colour, (*box, box[0] + 24, box[1] + 16))
    rows, columns = SIDES[orientation].split()
    held = Image.new("RGB", scene.size if rows in ("top", "bottom") else scene.size[::-1])
    for r in range(held.height):
        for c in range(held.width):
            at = {rows: r, columns: c}
            x = at["left"] if "left" in at else 47 - at["right"]
            y = at["top"] if "top" in at else 31 - at["bottom"]
            held.putpixel((c, r), scene.getpixel((x, y)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = prepare_picture(encoded(held, fmt, exif=exif, quality=95))
    assert (picture.width, picture.height) == scene.size
    for copy in (picture.master, picture.renditions[48]):
        corners = [opened(copy).getpixel(at) for at in ((5, 5), (42, 5), (5, 26), (42, 26))]
        assert [tuple(round(v / 255) for v in corner) for corner in corners] == [
            (1, 0, 0),
            (0, 1, 0),
            (0, 0, 1),
            (1, 1, 1),
        ]


def test_a_colour_profile_is_applied_and_a_broken_one_left_aside():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # This profile swaps red and blue: a file with red values shows blue.
    swapped = srgb.replace(b"rXYZ", b"tmpX", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmpX", b"bXYZ", 1)
    red = Image.new("RGB", (16, 16), "red")
    for profile, seen in ((swapped, (0, 0, 255)), (srgb, (255, 0, 0)), (b"no profile", (255, 0, 0))):
        picture = prepare_picture(encoded(red, "PNG", icc_profile=profile))
        assert opened(picture.master).getpixel((8, 8)) == pytest.approx(seen, abs=4)
        assert "icc_profile" not in opened(picture.master).info


# --- What is removed ------------------------------------------------------------------------------------------------

POLYGLOTS = {
    "gif-and-script": encoded(texture(), "GIF") + b"/*'*/=alert(1);//",
    "jpeg-with-html-comment": encoded(texture(), "JPEG", comment=b"<html><script>alert(1)</script>"),
    "png-with-zip-behind": encoded(texture(), "PNG") + b"PK\x03\x04alert(1)",
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_picture_that_is_also_something_else_is_a_picture_only(name):
    picture = prepare_picture(POLYGLOTS[name])
    for copy in (picture.master, *picture.renditions.values()):
        assert b"alert" not in copy
        assert b"PK\x03\x04" not in copy


# --- What is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG drawing"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg/>', "SVG drawing"),
        (b"<!DOCTYPE html><p>x", "web page"),
        (b"%PDF-1.7\n", "add it as an attachment"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"PK\x03\x04rest", "not a picture"),
        (b"MZ\x90\x00", "not a picture"),
        ("说明文字".encode(), "not a picture"),
        (b"\xff\xd8\xff\xe0nonsense", "damaged"),
        (b"", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_way_out(data, said):
    sentence = sentence_for(data, "照片.jpg")
    assert sentence.startswith("“照片.jpg” ")
    assert said in sentence


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("part", [0.3, 0.7])
def test_truncated_files_are_refused(fmt, part):
    data = encoded(texture((200, 200)), fmt)
    if fmt == "MPO":
        data = data[: data.index(b"\xff\xd9")]
    assert "damaged" in sentence_for(data[: int(len(data) * part)])


def bare_png(width, height, bits=1):
    """Return a PNG of zeros, written by hand, so that only decoding it would need the memory."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes((width * bits + 7) // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20000, 20000), (9000, 9000), (20001, 1), (1, 20001)])
def test_bombs_are_refused_before_they_are_decoded(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    assert "more than 50 million pixels or a side longer than 20000" in sentence_for(bare_png(*size))


def test_the_longest_and_thinnest_allowed_is_stored():
    assert prepare_picture(bare_png(20000, 2)).width == 2560


SEEDS = [encoded(texture(), fmt) for fmt in FORMATS] + [
    encoded(texture(), "JPEG", exif=bytes.fromhex("45786966000049492a00080000000100120103000100000006000000")),
    encoded(texture(mode="RGBA"), "PNG"),
    encoded(texture().quantize(8), "GIF"),
    encoded(texture(), "TIFF", compression="tiff_lzw"),
]


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_whatever_raise_anything_but_refused_file(data):
    if data.draw(st.booleans()):
        body = bytearray(data.draw(st.sampled_from(SEEDS)))
        for place, value in data.draw(
            st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=6)
        ):
            body[place] = value
        body = bytes(body[: data.draw(st.integers(0, len(body)))] if data.draw(st.booleans()) else body)
    else:
        body = data.draw(st.binary(max_size=400))
    try:
        picture = prepare_picture(body)
    except RefusedFile:
        return
    assert opened(picture.master).size == (picture.width, picture.height)


# --- Storing --------------------------------------------------------------------------------------------------------


def test_storing_keeps_master_and_renditions_with_row_and_audit_entry(cast, settings):
    picture = pictures.store_picture(upload(png(1000, 500), "石栗 梯田.png"), by=cast.writer, alt="梯田")
    stem = picture.file.name.removesuffix(".jpg")
    assert re.fullmatch("pictures/[0-9a-f]{32}", stem)
    assert stem[9:17] not in picture.sha256
    assert stored_files(settings) == sorted([f"{stem}.jpg", *(f"{stem}-{w}.webp" for w in (480, 960, 1000))])
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
    frames = encoded(texture(), "GIF", save_all=True, append_images=[texture().rotate(90)])
    assert "first picture was kept" in pictures.store_picture(upload(frames, "a.gif"), by=cast.writer).notes[0]


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
    with refused(PermissionDenied, "Only whoever uploaded"):
        pictures.save_picture(picture, by=getattr(cast, who))


def test_words_that_are_too_long_for_a_picture_are_refused(cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    picture.caption = "长" * 401
    with refused(ValidationError, "400"):
        pictures.save_picture(picture, by=cast.writer)
