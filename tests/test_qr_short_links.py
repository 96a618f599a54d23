"""Codes and QR images: content and appearance; two independent decoders read them in bad conditions."""

import io
import re

import pytest
import zxingcpp
from PIL import Image, ImageChops
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q

from articles import qr_short_links
from articles.models import ShortLink
from articles.qr_short_links import draw_qr_code
from articles.qr_short_links.drawing import qr_matrix
from tests.cast import png
from tests.conftest import needs

ADDRESS = "HTTPS://NEWS.JICHUAN.EXAMPLE/Q/"


def decoders():
    try:
        from pyzbar import pyzbar  # noqa: PLC0415
    except ImportError as missing:
        needs(False, str(missing))
    return {
        "zxing": lambda image: [found.text for found in zxingcpp.read_barcodes(image)],
        "zbar": lambda image: [found.data.decode() for found in pyzbar.decode(image)],
    }


def test_publishing_gives_a_code_for_each_purpose(cast):
    article = cast.article()
    cast.publish(article)
    n = article.number
    assert set(ShortLink.objects.values_list("code", "purpose")) == {(f"W{n}", "W"), (f"M{n}", "M"), (f"P{n}-1", "P")}
    cast.change(article, title="改")
    second = cast.publish(article)
    assert ShortLink.objects.filter(article=article).count() == 4
    assert ShortLink.objects.get(code=f"P{n}-2").edition == second


def test_the_image_says_the_address_in_capitals_from_settings(settings):
    settings.SITE_URL = "https://news.jichuan.example"
    assert qr_short_links.code_url("W12") == ADDRESS + "W12"
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", qr_short_links.code_url("P123456789-12")), "fits alphanumeric mode"


def test_capitals_make_a_smaller_code():
    upper, lower = (
        draw_qr_code(ADDRESS + "W123456", form="svg", size=200),
        draw_qr_code((ADDRESS + "W123456").lower(), form="svg", size=200),
    )
    pixels = [int(re.search(rb"scale\((\d+)\)", svg)[1]) for svg in (upper, lower)]
    assert pixels[0] > pixels[1]


@pytest.mark.parametrize("size", [64, 96, 100, 150, 328, 1024])
@pytest.mark.parametrize("logo", [None, png(64, 64)])
def test_png_has_the_size_asked_for_and_a_white_quiet_zone(size, logo):
    image = Image.open(io.BytesIO(draw_qr_code(ADDRESS + "W1", form="png", size=size, logo=logo))).convert("L")
    assert image.size == (size, size)
    modules = 33 if logo is None or size < 128 else 37
    zone = 4 * (size // modules) + size % modules // 2
    for box in ((0, 0, size, zone), (0, 0, zone, size), (0, size - zone, size, size), (size - zone, 0, size, size)):
        assert image.crop(box).getextrema() == (255, 255)
    assert image.getextrema()[0] == 0


def test_the_svg_is_whole_small_and_runs_nothing():
    svg = draw_qr_code(ADDRESS + "W1", form="svg", size=200).decode()
    assert svg.startswith("<svg ")
    assert 'width="200" height="200"' in svg
    assert len(svg) < 6000
    assert not re.search(r"script|onload|foreignObject", svg)


def test_the_logo_covers_at_most_five_percent():
    logo = png(200, 200, (200, 0, 0))
    image = Image.open(io.BytesIO(draw_qr_code(ADDRESS + "W1", form="png", size=600, logo=logo))).convert("RGB")
    red = sum(1 for r, g, b in image.getdata() if r > 150 and g < 80 and b < 80)
    assert 0 < red / (600 * 600) <= 0.05
    assert draw_qr_code(ADDRESS + "W1", form="png", size=127, logo=logo) == draw_qr_code(
        ADDRESS + "W1", form="png", size=127
    )
    assert draw_qr_code(ADDRESS + "W1", form="png", size=128, logo=logo) != draw_qr_code(
        ADDRESS + "W1", form="png", size=128
    )


@pytest.mark.parametrize(
    ("text", "side", "level"),
    [
        ("HTTPS://A.CN/Q/1", 29, ERROR_CORRECT_Q),
        ("HTTP://A.CN", 29, ERROR_CORRECT_Q),
        ("Q/W1", 29, ERROR_CORRECT_H),
        (ADDRESS + "W12345", 33, ERROR_CORRECT_M),
        (ADDRESS + "P123456-12", 37, ERROR_CORRECT_Q),
    ],
)
def test_the_highest_level_of_error_correction_that_needs_no_more_modules(text, side, level):
    matrix = qr_matrix(text, ERROR_CORRECT_M)
    assert len(matrix) == side
    assert matrix == qr_matrix(text, level)
    # The two bits of the level (ISO/IEC 18004, 7.9.1) are the first of the format information, under its mask of 10.
    written = (matrix[4 + 8][4], matrix[4 + 8][5])
    assert written == {ERROR_CORRECT_M: (1, 0), ERROR_CORRECT_Q: (0, 1), ERROR_CORRECT_H: (0, 0)}[level]


@pytest.mark.parametrize("size", [100, 128, 236, 328, 1024])
def test_every_module_has_the_same_whole_number_of_pixels(size):
    side = len(qr_matrix(ADDRESS + "W1", ERROR_CORRECT_M))
    module, start = size // side, size % side // 2
    image = Image.open(io.BytesIO(draw_qr_code(ADDRESS + "W1", form="png", size=size)))
    whole = image.crop((start, start, start + side * module, start + side * module))
    again = whole.resize((side, side), Image.Resampling.BOX).resize(whole.size, Image.Resampling.NEAREST)
    assert whole.tobytes() == again.tobytes()
    svg = draw_qr_code(ADDRESS + "W1", form="svg", size=size).decode()
    assert f'viewBox="0 0 {size} {size}"' in svg
    assert f'transform="translate({start} {start})scale({module})"' in svg


@pytest.mark.parametrize(("width", "height"), [(200, 200), (200, 100), (100, 200)])
def test_a_logo_of_any_shape_has_a_white_margin(width, height):
    logo = png(width, height, (200, 0, 0))
    image = Image.open(io.BytesIO(draw_qr_code(ADDRESS + "W1", form="png", size=600, logo=logo))).convert("RGB")
    red = (
        ImageChops.subtract(image.getchannel("R"), image.getchannel("G"))
        .point(lambda value: 255 * (value > 100))
        .getbbox()
    )
    # 29 modules of 37; a sixteenth of the logo's side is left white on each side.
    side = round(29 * 0.22 * (600 // 37))
    assert max(red[2] - red[0], red[3] - red[1]) == side - 2 * (side // 16)
    assert all(abs(600 - near - far) <= 1 for near, far in (red[0::2], red[1::2])), "in the middle"


@pytest.mark.parametrize("decoder", ["zxing", "zbar"])
def test_forty_codes_of_twenty_articles_decode_small_squeezed_and_turned(decoder):
    """96 px, JPEG quality 60, rotated by 15°: like a phone camera at a poor screen."""
    read = decoders()[decoder]
    for number in range(1, 200_000, 10_000):
        for purpose in "WM":
            text = f"{ADDRESS}{purpose}{number}"
            clean = Image.open(io.BytesIO(draw_qr_code(text, form="png", size=96))).convert("L")
            assert read(clean) == [text]
            squeezed = io.BytesIO()
            clean.save(squeezed, "JPEG", quality=60)
            assert read(Image.open(squeezed).convert("L")) == [text]
            turned = Image.open(squeezed).convert("L").rotate(15, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
            assert read(turned) == [text]


@pytest.mark.parametrize("decoder", ["zxing", "zbar"])
@pytest.mark.parametrize("size", [128, 160, 328])
def test_codes_with_a_logo_decode(decoder, size):
    text = ADDRESS + "P123456-3"
    image = Image.open(io.BytesIO(draw_qr_code(text, form="png", size=size, logo=png(100, 100)))).convert("L")
    assert decoders()[decoder](image) == [text]


def test_a_code_is_found_in_any_case(cast):
    article = cast.article()
    cast.publish(article)
    assert qr_short_links.find_short_link(f"w{article.number}").article == article
    assert qr_short_links.find_short_link("W999999") is None


def test_scans_are_counted_in_memory_and_added_in_few_statements(cast, django_assert_num_queries):
    article = cast.article()
    cast.publish(article)
    links = ShortLink.objects.filter(article=article).order_by("code")
    codes = [link.code for link in links]
    for code, scans in zip([*codes, "W999999"], (3, 1, 2, 5), strict=True):
        for _ in range(scans):
            qr_short_links.count_scan(code)
    assert [link.scans for link in links.all()] == [0, 0, 0]
    with django_assert_num_queries(4):  # BEGIN, the rows, one update, COMMIT
        assert qr_short_links.counted_scans.flush() == 6
    assert [link.scans for link in links.all()] == [3, 1, 2]
    assert qr_short_links.counted_scans.flush() == 0
