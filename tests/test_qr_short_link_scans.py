"""Where codes land, their images, previews, stored files, old paths: the small public doors."""

import io
import re

import pytest
import zxingcpp
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from articles import attachments, baking, old_paths, pictures, publishing, qr_short_links
from articles.models import BakeJob, OldPath, ShortLink, SiteSettings
from serving.baked_files import FileServer
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
    qr_short_links.counted_scans.flush()
    assert ShortLink.objects.get(code=f"W{live.number}").scans == 1
    assert client.get(live.get_absolute_url()).status_code == 200


@pytest.fixture
def scanned(settings, cast, live):
    """Scan a code at the file server; only the status, 418, tells that it asked Django."""
    cast.correct(live, note="应为“又通车”", by=cast.chief, title="大桥又通车")
    BakeJob.objects.all().delete()  # one round is enough
    baking.bake_everything(processes=1)
    server = FileServer(lambda _environ, start: start("418 Django", []) or [], settings.BAKED_DIR, settings.MEDIA_ROOT)

    def scan(code, method="GET", **headers):
        told = []
        environ = {"REQUEST_METHOD": method, "PATH_INFO": code, "QUERY_STRING": "", "wsgi.url_scheme": "http"}
        server(environ | {"HTTP_HOST": "127.0.0.1"} | headers, lambda status, headers: told.extend([status, headers]))
        return int(told[0][:3]), dict(told[1])

    return scan


def test_the_files_tell_where_a_code_leads_as_django_does(client, live, scanned, django_assert_num_queries):
    for form in ("/q/W{n}", "/Q/w{n}", "/q/M{n}", "/q/P{n}-1", "/q/p{n}-2"):
        address = form.format(n=live.number)
        with django_assert_num_queries(0):
            status, headers = scanned(address)
        told = client.get(address)
        assert (status, headers["Location"], headers["Cache-Control"]) == (302, told["Location"], told["Cache-Control"])
        assert headers["Content-Security-Policy"]
        assert headers["Location"].endswith("/since/1/" if "-1" in form else f"/a/{live.number}/")
        scanned(address, method="HEAD")
        assert qr_short_links.counted_scans.flush() == 2, "one by the file server, one by Django, none by HEAD"


def test_a_code_that_no_file_knows_is_djangos(live, scanned):
    for code in ("W9999", "P{n}-3", "W{n}-1", "W0{n}", "P{n}", "X{n}", "W", "W{n}.svg", "W{n}/"):
        assert scanned("/q/" + code.format(n=live.number))[0] == 418, code
        assert qr_short_links.counted_scans.flush() == 0, code


def test_a_withdrawn_articles_code_leads_nowhere_and_after_it_is_put_back_it_does(client, cast, live, scanned):
    publishing.withdraw_article(live, by=cast.chief, reason="误")
    baking.bake_pending()
    for code in (f"/q/W{live.number}", f"/q/P{live.number}-1"):
        assert scanned(code)[0] == 418
        gone = client.get(code)
        assert (gone.status_code, "no-cache" in gone["Cache-Control"]) == (410, True)
    publishing.put_back_article(live, by=cast.chief, reason="无误")
    baking.bake_pending()
    assert scanned(f"/q/P{live.number}-1")[1]["Location"].endswith("/since/1/")


def test_a_post_is_no_scan(live, scanned):
    assert scanned(f"/q/W{live.number}", method="POST")[0] == 418


def test_a_forged_host_leads_nobody_astray(client, live, settings):
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get(f"/q/W{live.number}", headers={"host": "evil.example"})
    assert response["Location"] == live.public_url
    html = client.get(f"/a/{live.number}/", headers={"host": "evil.example"}).content.decode()
    assert "evil.example" not in html


def test_the_codes_of_a_page_read_back_to_it(client, live):
    html = client.get(f"/a/{live.number}/").content.decode()
    images = re.findall(r'src="(/q/[WM]\d+\.png)[^"]*"', html, re.IGNORECASE)
    assert images == [f"/q/W{live.number}.png", f"/q/M{live.number}.png"]  # a script shows the first when sharing
    for address in images:
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(client.get(address).content)).convert("L"))
        assert client.get(found[0].text.removeprefix("HTTP://127.0.0.1:8000"))["Location"] == live.public_url


@pytest.mark.parametrize(
    ("query", "size"),
    [("", 328), ("?size=128", 128), ("?size=129", 328), ("?size=-1", 128), ("?size=1000", 1024), ("?size=99999", 2048)],
)
def test_an_image_has_one_of_a_few_sizes(client, live, query, size):
    response = client.get(f"/q/W{live.number}.png{query}")
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (size, size)


def test_an_image_is_drawn_once(client, live, monkeypatch):
    first = client.get(f"/q/W{live.number}.png?size=1000").content
    monkeypatch.setattr(qr_short_links, "draw_qr_code", None)
    assert client.get(f"/q/W{live.number}.png?size=1001").content == first


def test_a_size_that_is_no_number_is_refused(client, live):
    assert client.get(f"/q/W{live.number}.png?size=big").status_code == 400


def test_the_sites_logo_stands_in_large_codes(client, cast, live):
    plain = client.get(f"/q/W{live.number}.png").content
    SiteSettings.objects.create(pk=1, name="站", logo=pictures.store_picture(upload(png(200, 200)), by=cast.writer))
    assert client.get(f"/q/W{live.number}.png").content != plain
    assert b"<image" in client.get(f"/q/W{live.number}.svg").content


def test_a_preview_shows_the_draft_to_whoever_holds_the_link(client, cast):
    article = cast.article(title="未发布的稿子")
    address = cast.preview(article)
    response = client.get(address)
    assert response.status_code == 200
    assert "未发布的稿子" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "/q/" not in response.content.decode()
    cast.change(article, title="又改了")
    assert "又改了" not in client.get(address).content.decode(), "a link is bound to its revision"


def test_a_preview_expires(client, cast, settings):
    address = cast.preview(cast.article())
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
    cast.publish_with(picture, paper)
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
        assert response["Cache-Control"] == "public, max-age=300, must-revalidate"
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
