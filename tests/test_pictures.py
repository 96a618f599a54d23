"""A picture in the library shows what the upload shows, and contains nothing else of it."""

import hashlib

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from articles.models.picture import picture_renditions
from articles.pictures import RefusedFile, prepare_picture
from tests.picture_files import bare_png, encoded, opened, texture

# Pillow warns that files are corrupt or too large, as they are meant to be here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
FORMATS = ["JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


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
    sizes = [(480, 120), (960, 240), (1200, 300), (1600, 400)]
    assert [opened(webp).size for webp in picture.renditions.values()] == sizes


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 40))
def test_every_size_has_exactly_the_renditions_the_model_derives(width, height):
    picture = prepare_picture(encoded(Image.new("L", (width, height)), "PNG"))
    assert list(picture.renditions) == [w for w, _address in picture_renditions("xw.jpg", picture.width)]
    assert all(opened(webp).width == w for w, webp in picture.renditions.items())


@pytest.mark.parametrize(
    ("size", "mode"), [((900, 600), "RGB"), ((30, 20), "RGBA"), ((300, 6000), "L"), ((1200, 1), "P")]
)
def test_messengers_get_a_small_square_picture_of_every_shape(size, mode):
    """WeChat's card wants at least 300 pixels and less than 32 KB."""
    square = prepare_picture(encoded(texture(size, "RGB").convert(mode), "PNG")).square
    assert (opened(square).format, opened(square).size, opened(square).mode) == ("JPEG", (300, 300), "RGB")
    assert len(square) <= 32_000


def test_the_square_picture_of_a_very_long_one_shows_all_of_it():
    square = opened(prepare_picture(encoded(Image.new("RGB", (300, 3000), "black"), "PNG")).square)
    assert square.getpixel((0, 150)) == square.getpixel((299, 150)) == (255, 255, 255)
    assert max(square.getpixel((150, 2))) < 40


def test_the_square_picture_of_the_worst_photo_is_small():
    noise = Image.merge("RGB", [Image.effect_noise((900, 900), 250 + band) for band in range(3)])
    assert len(prepare_picture(encoded(noise, "PNG")).square) <= 32_000


@pytest.mark.parametrize("fmt", ["TIFF", "HEIF"])
def test_of_several_pictures_the_first_is_kept_and_that_is_said(fmt):
    pages = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    picture = prepare_picture(encoded(pages[0], fmt, save_all=True, append_images=pages[1:]), "花灯")
    assert opened(picture.master).getpixel((10, 10)) == pytest.approx((254, 0, 0), abs=6)
    assert picture.notes == ("“花灯” contains several pictures; the first picture was kept.",)


@pytest.mark.parametrize(
    ("size", "kept", "said"),
    [
        ((1080, 12000), (1080, 12000), False),  # as phones take it of a whole page
        ((2000, 16000), (1581, 12649), True),  # pixels
        ((600, 20000), (491, 16383), True),  # WebP's height
        ((20000, 900), (2560, 115), True),
        ((6000, 4000), (2560, 1707), False),  # a photo
    ],
)
def test_long_pictures_keep_their_width_and_what_is_made_smaller_is_said(size, kept, said):
    picture = prepare_picture(bare_png(*size))
    assert (picture.width, picture.height) == kept
    assert [opened(webp).width for webp in picture.renditions.values()] == list(picture.renditions)
    assert len(picture.notes) == said
    if said:
        assert f"from {size[0]} × {size[1]} to {kept[0]} × {kept[1]} pixels" in picture.notes[0]


@pytest.mark.parametrize("fmt", ["JPEG", "HEIF"])
def test_a_long_picture_that_lies_on_its_side_keeps_its_width(fmt):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = prepare_picture(encoded(Image.new("RGB", (9000, 1000)), fmt, exif=exif.tobytes()))
    assert (picture.width, picture.height) == (1000, 9000)


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


@pytest.mark.parametrize("fmt", ["JPEG", "TIFF", "WEBP", "HEIF"])
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
    picture = prepare_picture(encoded(held, fmt, exif=exif.tobytes(), quality=95))
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
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "damaged"),
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
    *(encoded(texture(), fmt, save_all=True, append_images=[texture().rotate(90)]) for fmt in ("GIF", "WEBP", "PNG")),
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
