"""Where codes land, their images, previews, stored files, old paths: the small public doors."""

import io
import re

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from articles import attachments, old_paths, pictures, preview
from articles.models import OldPath, ShortLink, SiteSettings
from tests.cast import png, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast):
    article = cast.article(title="大桥通车")
    cast.publish(article)
    article.refresh_from_db()
    return article


@pytest.mark.parametrize("form", ["/q/W{n}", "/Q/W{n}", "/q/w{n}"])
def test_a_scan_is_counted_and_lands_in_one_step(client, live, form):
    response = client.get(form.format(n=live.number))
    assert (response.status_code, response["Location"]) == (302, live.public_url)
    assert "no-store" in response["Cache-Control"]
    client.head(form.format(n=live.number))
    assert ShortLink.objects.get(code=f"W{live.number}").scans == 1
    assert client.get(live.get_absolute_url()).status_code == 200


def test_a_forged_host_leads_nobody_astray(client, live, settings):
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get(f"/q/W{live.number}", headers={"host": "evil.example"})
    assert response["Location"] == live.public_url
    html = client.get(f"/a/{live.number}/", headers={"host": "evil.example"}).content.decode()
    assert "evil.example" not in html


def test_the_codes_of_a_page_read_back_to_it(client, live):
    zxingcpp = pytest.importorskip("zxingcpp")
    html = client.get(f"/a/{live.number}/").content.decode()
    images = re.findall(r'src="(/q/[WM]\d+\.png)[^"]*"', html, re.IGNORECASE)
    assert images == [
        f"/q/W{live.number}.png",
        f"/q/W{live.number}.png",
        f"/q/M{live.number}.png",
    ]  # once in the share box
    for address in images:
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(client.get(address).content)).convert("L"))
        assert client.get(found[0].text.removeprefix("HTTP://127.0.0.1:8000"))["Location"] == live.public_url


@pytest.mark.parametrize(("query", "size"), [("", 328), ("?size=96", 96), ("?size=1", 64), ("?size=99999", 2048)])
def test_an_image_has_the_size_asked_for_within_bounds(client, live, query, size):
    response = client.get(f"/q/W{live.number}.png{query}")
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (size, size)


def test_a_size_that_is_no_number_is_refused(client, live):
    assert client.get(f"/q/W{live.number}.png?size=big").status_code == 400


def test_the_sites_logo_stands_in_large_codes(client, cast, live):
    plain = client.get(f"/q/W{live.number}.png").content
    SiteSettings.objects.create(pk=1, name="站", logo=pictures.store_picture(upload(png(200, 200)), by=cast.writer))
    assert client.get(f"/q/W{live.number}.png").content != plain
    assert b"<image" in client.get(f"/q/W{live.number}.svg").content


def test_a_preview_shows_the_draft_to_whoever_holds_the_link(client, cast):
    article = cast.article(title="未发布的稿子")
    address = preview.preview_url(article.latest)
    response = client.get(address)
    assert response.status_code == 200
    assert "未发布的稿子" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "/q/" not in response.content.decode()
    cast.change(article, title="又改了")
    assert "又改了" not in client.get(address).content.decode(), "a link is bound to its revision"


def test_a_preview_expires(client, cast, settings):
    address = preview.preview_url(cast.article().latest)
    settings.PREVIEW_HOURS = 0
    response = client.get(address)
    assert response.status_code == 403
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "token",
    ["1", "1:x:y", signing.TimestampSigner(salt="other").sign("1")],
    ids=["unsigned", "wrongly signed", "signed for something else"],
)
def test_a_forged_preview_shows_nothing(client, cast, token):
    article = cast.article(title="秘密")
    response = client.get(f"/preview/{token.replace('1', str(article.latest.pk), 1)}/")
    assert response.status_code == 403
    assert "秘密" not in response.content.decode()


def test_stored_files_have_a_type_no_browser_can_mistake(client, cast):
    picture = pictures.store_picture(upload(), by=cast.writer)
    paper = attachments.store_attachment(
        upload(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "通知.pdf"), by=cast.writer
    )
    for address, kind in (
        (picture.url, "image/png"),
        (picture.renditions[0][1], "image/webp"),
        (paper.url, "application/pdf"),
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        assert response["Content-Type"] in (kind, "image/jpeg")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "immutable" in response["Cache-Control"]
        # To its end: closing it half-read would end the request, and with it the connection of the test.
        assert b"".join(response)
    disposition = client.get(paper.url)["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "%E9%80%9A%E7%9F%A5.pdf" in disposition


@pytest.mark.parametrize(
    "name",
    [
        "pictures/evil.html",
        "pictures/" + "a" * 32 + ".svg",
        "attachments/" + "a" * 32 + ".html",
        "attachments/" + "a" * 32 + ".pdf",
        "../newsroom.sqlite3",
        "pictures/%2e%2e/x",
    ],
)
def test_nothing_else_in_the_media_folder_is_served(client, name):
    if ".." not in name:
        default_storage.save(name, ContentFile(b"<script>alert(1)</script>"))
    assert client.get(f"/media/{name}").status_code == 404


def test_what_moved_leads_on_in_one_step(client, cast):
    old_paths.record_move("/s/first/", "/s/second/")
    old_paths.record_move("/s/second/", "/s/news/")
    for path in ("/s/first/", "/s/second/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, "/s/news/")
    assert client.get("/s/first/7/")["Location"] == "/s/news/7/"


def test_moving_back_leaves_no_loop(client, cast):
    old_paths.record_move("/s/news/", "/s/other/")
    old_paths.record_move("/s/other/", "/s/news/")
    assert OldPath.objects.get().path == "/s/other/"
    assert client.get("/s/news/").status_code == 200


def test_what_is_gone_says_so(client):
    OldPath.objects.create(path="/article/show-1.html")
    OldPath.objects.create(path="/article/show-2.html", target="/")
    assert client.get("/article/show-1.html").status_code == 410
    assert client.get("/article/show-2.html")["Location"] == "/"
    assert client.post("/article/show-2.html").status_code == 404
