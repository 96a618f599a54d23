"""A code is read back as it is printed before its files are offered; the proof is kept until address or logo change."""

import io

import pytest
from django.utils import translation
from PIL import Image, ImageDraw

from articles import pictures, qr_short_links
from articles.models import ShortLink, SiteSettings
from articles.qr_short_links import drawing, proving
from tests.cast import png, upload

ADDRESS = "HTTPS://NEWS.JICHUAN.EXAMPLE/Q/"
Fault = ShortLink.Fault


@pytest.fixture
def links(cast):
    return qr_short_links.edition_codes(cast.publish(cast.article()))


def a_logo(colour=(120, 80, 40)):
    return png(300, 300, colour)


# --- the proof ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [ADDRESS + "W1", ADDRESS + "P123456-12", "HTTPS://" + "A" * 60 + ".GOV.CN/Q/P1234567-10"]
)
@pytest.mark.parametrize("logo", [None, a_logo(), a_logo((0, 0, 0)), a_logo((255, 255, 255))])
def test_the_codes_of_the_product_are_readable_at_the_smallest_size(text, logo):
    assert proving.find_fault(text, logo) == ""


@pytest.mark.parametrize("text", [ADDRESS + "W1", ADDRESS + "P123456-12"])
@pytest.mark.parametrize("logo", [None, a_logo()])
def test_codes_with_a_twentieth_of_their_area_covered_are_still_read(text, logo, monkeypatch):
    monkeypatch.setattr(proving, "COVERED", 0.05)
    assert proving.find_fault(text, logo) == ""


def test_a_logo_that_covers_too_much_is_the_fault(monkeypatch):
    monkeypatch.setattr(drawing, "LOGO_SIDE", 0.6)
    assert proving.find_fault(ADDRESS + "W1", a_logo()) == Fault.LOGO
    assert proving.find_fault(ADDRESS + "W1", None) == ""


def test_an_address_that_needs_too_many_modules_is_the_fault():
    assert proving.find_fault(ADDRESS + "W" * 600, None) == Fault.SMALL
    assert proving.find_fault(ADDRESS + "W" * 600, a_logo()) == Fault.SMALL


def test_what_is_read_must_be_the_address(monkeypatch):
    monkeypatch.setattr(proving, "draw_qr_code", lambda _text, **facts: drawing.draw_qr_code("OTHER", **facts))
    assert proving.find_fault(ADDRESS + "W1", None) == Fault.SMALL


def test_the_damage_is_mild_and_in_six_ways():
    image = Image.open(io.BytesIO(drawing.draw_qr_code(ADDRESS + "W1", form="png", size=proving.PIXELS))).convert("L")
    damaged = list(proving._damaged(image))
    assert len(damaged) == 6
    assert damaged[0] == image
    assert len({one.tobytes() for one in damaged}) == 6
    half = round(image.width * 0.02**0.5 / 2)
    for one, (x, y), colour in zip(damaged[2:], proving.STAINS, (0, 255, 0, 255), strict=True):
        at, down = round(x * image.width), round(y * image.width)
        stain = one.crop((at - half, down - half, at + half + 1, down + half + 1))
        assert stain.getextrema() == (colour, colour)
    covered = image.copy()
    ImageDraw.Draw(covered).rectangle((60, 60, 170, 170), fill=255)
    assert proving._read(covered) == []


# --- kept with the code ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_publishing_proves_nothing_and_the_first_look_does(cast, links, monkeypatch):
    assert [(link.proof, link.proof_fault) for link in links] == [("", "")] * 3
    qr_short_links.prove_codes(links, None)
    kept = ShortLink.objects.order_by("pk")
    assert all(len(link.proof) == 64 for link in kept)
    assert len({link.proof for link in kept}) == 3
    monkeypatch.setattr(qr_short_links, "find_fault", lambda *_given: pytest.fail("proved again"))
    qr_short_links.prove_codes(kept, None)


@pytest.mark.django_db
def test_another_logo_or_address_or_method_needs_another_proof(cast, links, monkeypatch, settings):
    proved = []
    monkeypatch.setattr(qr_short_links, "find_fault", lambda text, logo: proved.append((text, bool(logo))) or "")
    link, logo = links[0], pictures.store_picture(upload(a_logo()), by=cast.writer)
    qr_short_links.prove_codes([link], None)
    qr_short_links.prove_codes([link], logo)
    settings.SITE_URL = "https://new.example.cn"
    qr_short_links.prove_codes([link], logo)
    monkeypatch.setattr(proving, "METHOD", "2")
    for _time in range(2):
        qr_short_links.prove_codes([link], logo)
    new = f"HTTPS://NEW.EXAMPLE.CN/Q/{link.code}"
    assert [with_logo for _text, with_logo in proved] == [False, True, True, True]
    assert [text == new for text, _logo in proved] == [False, False, True, True]


@pytest.mark.django_db
def test_the_desk_says_that_it_is_proved_or_what_is_wrong(client, cast, links, monkeypatch):
    client.force_login(cast.admin)
    SiteSettings.objects.create(pk=1, name="霁川", logo=pictures.store_picture(upload(a_logo()), by=cast.writer))
    address = f"/admin/articles/article/{links[0].article_id}/change/"
    with translation.override("en"):
        page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
        assert page.count("proved at 20 mm") == 3
        ShortLink.objects.update(proof="")
        monkeypatch.setattr(drawing, "LOGO_SIDE", 0.6)
        page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert page.count("cannot be read at 20 mm with this logo") == 3
    assert "proved at" not in page
    assert set(ShortLink.objects.values_list("proof_fault", flat=True)) == {Fault.LOGO}


@pytest.mark.django_db
def test_the_desk_looks_proofs_up_without_a_write(cast, links, django_assert_num_queries):
    qr_short_links.prove_codes(links, None)
    with django_assert_num_queries(0):
        qr_short_links.prove_codes(links, None)
