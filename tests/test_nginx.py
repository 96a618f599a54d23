"""The shipped nginx configuration, in a real nginx, before a real granian; then both Django and its database are taken away."""

import gzip
import os
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest

from serving import baked_files
from tests.serving import Newsroom, eventually, fetch, free_port, kill, nginx

SCENE = """
from tests.cast import Cast, png, upload
from articles import attachments, baking, pictures, publishing
from articles.models import SiteSettings
SiteSettings.objects.create(pk=1, name="霁川新闻网")
cast = Cast()
picture = pictures.store_picture(upload(png(1200, 800)), by=cast.writer)
image = f'<img src="/media/{picture.file.name}" alt="桥">'
shown = [cast.article(title="桥通了", body=f"<p>桥通了。</p><p>{image}</p>"), cast.article(), cast.article()]
for article in shown:
    cast.publish(article)
cast.change(shown[1], title="桥又通了")
cast.sign(shown[1], note="应为“又通了”")
publishing.publish_correction(shown[1], by=cast.chief)
publishing.withdraw_article(shown[2], by=cast.chief, reason="误")
withdrawn = pictures.store_picture(upload(png(300, 200)), by=cast.writer)
publishing.withdraw_article(cast.publish_with(withdrawn), by=cast.chief, reason="误")
baking.bake_everything(processes=1)
print(picture.file.name, withdrawn.file.name)
"""

HOSTILE_HEADERS = [
    *(("Range", value) for value in ("bytes=0-9", "bytes=-5", "bytes=5-2", "bytes=0-0,2-3", "bytes=a-b")),
    *(("If_None_Match", value) for value in ("*", '"a", W/"b"', ", ".join(f'"{n}"' for n in range(300)), "x")),
    *(("If_Modified_Since", value) for value in ("Fri, 01 Jan 2100 00:00:00 GMT", "x")),
    *((name, "evil.example") for name in ("Host", "X_Forwarded_Host", "X_Original_URL", "X_Accel_Redirect")),
    *(("X_Forwarded_For", "evil.example"), ("Cookie", "look=../../evil; sessionid=evil.example"), ("X", "y" * 7000)),
]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    made = Newsroom(tmp_path_factory.mktemp("newsroom"))
    made.prepare()
    made.picture, made.withdrawn = made.run(SCENE).split()[-2:]
    assert {"/", "/a/1/", "/a/2/since/1/", "/feeds/news.atom"} <= set(dict(pages(made)))
    yield made
    made.stop()


def pages(newsroom):
    """Every baked file by its address: (address, bytes)."""
    root = newsroom.folder / "baked" / "current"
    for folder, _folders, names in os.walk(root):
        for name in names:
            path = "/" + os.path.relpath(os.path.join(folder, name), root)
            if not name.startswith(".") and not name.endswith((".br", ".gz")):
                yield path.removesuffix("index.html"), (root / path[1:]).read_bytes()


def test_it_answers_as_django_does(newsroom):
    """Every address, page or not: the same status, the same bytes, the same headers but for what is nginx's own."""
    server = newsroom.serve()
    with nginx(newsroom.folder, newsroom.port) as (site, _brotli):
        django = f"http://127.0.0.1:{newsroom.port}"
        for path, body in pages(newsroom):
            status, headers, answered = fetch(site + path)
            assert (status, answered) == (200, body), path
            expected = fetch(django + path)[1]
            for name in (
                "Content-Type",
                "Cache-Control",
                "X-Content-Type-Options",
                "Referrer-Policy",
                "X-Frame-Options",
                "Cross-Origin-Opener-Policy",
                "ETag",
                "Last-Modified",
                "Set-Cookie",
            ):
                assert headers[name] == expected[name], (path, name)
            policies = [h["Content-Security-Policy"] for h in (headers, expected)]
            assert sorted(policies[0].split("; ")) == sorted(policies[1].split("; "))
        for path in (
            "/a/3/",
            "/a/3/history/",
            "/a/999/",
            "/nowhere",
            "/static/none.css",
            "/a/1",
            "/s/none/",
            "/a/1/index.html",
            "/.version",
            "/a/1/index.html.br",
            "/q/W1",
            "/q/P2-1",
            "/q/W3",
            "/q/M1.svg",
            "/q/W1.png?size=128",
            "/?elder=1",
            "/a/1/?elder=0",
            "/topics/?elder=1&x=2",
            "/admin/",
            f"/media/{newsroom.picture}",
            "/media/pictures/",
            "/media/attachments/none.pdf",
        ):
            status, headers, answered = fetch(site + path)
            expected = fetch(django + path)
            assert (status, answered, headers["Location"]) == (expected[0], expected[2], expected[1]["Location"]), path
            if not path.startswith("/media/"):
                assert headers["Cache-Control"] == expected[1]["Cache-Control"], path
        status, headers, _body = fetch(site + "/a/3/")
        assert (status, headers["Cache-Control"]) == (410, "no-cache")
        assert "look=elder-auto-normal" in fetch(site + "/a/1/?elder=1")[1]["Set-Cookie"]
        assert fetch(site + "/", method="POST", data=b"x")[0] == fetch(django + "/", method="POST", data=b"x")[0] == 403
        headers = fetch(f"{site}/media/{newsroom.picture}")[1]
        expected = fetch(f"{django}/media/{newsroom.picture}")[1]
        for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options", "Content-Security-Policy"):
            assert headers[name] == expected[name], name
        assert fetch(f"{site}/media/{newsroom.picture}", Range="bytes=0-9")[0] == 206
        assert fetch(site + "/admin/login/")[0] == 200
    kill(server)


def test_no_spelling_of_a_request_brings_back_what_was_withdrawn(newsroom):
    """Nor causes an error of the server, tells of its insides, or lets a stranger's host into an answer."""
    server = newsroom.serve()
    with nginx(newsroom.folder, newsroom.port) as (site, _brotli):
        for path in (f"/media/{newsroom.withdrawn}", "/a/3/", "/q/W3"):
            spellings = [path, f"/{path}", f"{path}?x=1", f"/x/..{path}", f"/x/%2e%2e{path}", f"/./{path[1:]}"]
            spellings += [
                f"/static/..%2f{path[1:]}",
                f"/{path[1:].replace('/', '%2F')}",
                f"{path}%00",
                f"{path}//",
                f"{path};x",
            ]
            for spelling in spellings:
                assert fetch(site + spelling)[0] in (400, 404, 410), spelling
            for name, value in HOSTILE_HEADERS:
                status, headers, body = fetch(site + path, **{name: value})
                assert 400 <= status < 500, (path, name, value)
                assert "evil.example" not in f"{headers}{body.decode()}", (path, name, value)
            assert fetch(site + path, method="HEAD")[0] == 410
    kill(server)


@pytest.mark.parametrize("with_brotli", [True, False])
def test_copies_are_served_to_whoever_takes_them_and_what_is_known_is_not_sent_again(newsroom, with_brotli):
    with nginx(newsroom.folder, newsroom.port, brotli=with_brotli) as (site, has_brotli):
        plain = dict(pages(newsroom))["/a/1/"]
        status, headers, body = fetch(site + "/a/1/", Accept_Encoding="gzip")
        assert (status, gzip.decompress(body), headers["Content-Encoding"]) == (200, plain, "gzip")
        assert "Accept-Encoding" in headers["Vary"]
        status, headers, body = fetch(site + "/a/1/", Accept_Encoding="gzip, br")
        if has_brotli:
            assert (brotli.decompress(body), headers["Content-Encoding"]) == (plain, "br")
        assert headers["ETag"] == baked_files.etag_of(
            os.stat(newsroom.folder / f"baked/current/a/1/index.html.{'br' if has_brotli else 'gz'}")
        )
        assert fetch(site + "/a/1/", Accept_Encoding="gzip, br", If_None_Match=headers["ETag"])[0] == 304
        assert fetch(site + "/a/1/", If_Modified_Since=headers["Last-Modified"])[0] == 304


def test_when_django_and_the_database_are_killed_readers_notice_nothing(newsroom, tmp_path):
    database = newsroom.folder / "newsroom.sqlite3"
    server = newsroom.serve()
    with nginx(newsroom.folder, newsroom.port) as (site, _brotli):
        whole = list(pages(newsroom))
        for away in ("the database", "django"):
            if away == "the database":
                os.rename(database, tmp_path / "gone")
                database.mkdir()  # nothing can be opened, or made anew, under its name
            else:
                kill(server)
            for path, body in whole:
                status, _headers, answered = fetch(site + path)
                assert (status, answered) == (200, body), (away, path)
            assert fetch(f"{site}/media/{newsroom.picture}")[0] == 200
            for code, target in (("W1", "/a/1/"), ("m1", "/a/1/"), ("P2-1", "/a/2/since/1/"), ("P2-2", "/a/2/")):
                status, headers, _body = fetch(f"{site}/q/{code}")
                assert (status, urlsplit(headers["Location"]).path) == (302, target), (away, code)
            for path in ("/admin/", "/a/3/", "/nowhere/", "/search/?q=x"):
                status, headers, body = fetch(site + path)
                if (away, path) == ("the database", "/admin/"):
                    assert status == 302  # to the log-in, which needs no database to be shown
                    continue
                assert (status, headers["Retry-After"]) == (503, "60"), (away, path)
                assert 'class="masthead"' in body.decode(), "the site's own page"
        (newsroom.folder / "baked/current/back-soon/index.html").rename(tmp_path / "page")
        assert "稍后" in fetch(site + "/search/?q=x")[2].decode()
        assert fetch(site + "/r/1", method="POST", data=b"")[0] == 204
        database.rmdir()
        os.rename(tmp_path / "gone", database)
        newsroom.serve()
        eventually(lambda: fetch(site + "/a/3/")[0] == 410, "Django is back")
        assert fetch(site + "/admin/")[0] == 302


def test_the_sheet_that_the_readers_cookie_chooses_with_django_away(newsroom):
    with nginx(newsroom.folder, newsroom.port) as (site, _brotli):
        digest = next(path.split("/")[2] for path, _body in pages(newsroom) if path.startswith("/look/"))
        baked = dict(pages(newsroom))
        for cookie, look in (
            ("", "auto-normal"),
            ("look=elder-dark-large", "elder-dark-large"),
            ("look=contrast-normal", "contrast-normal"),
            ("look=../x", "auto-normal"),
        ):
            status, headers, body = fetch(f"{site}/look/{digest}.css", Cookie=cookie)
            assert (status, body) == (200, baked[f"/look/{digest}/{look}.css"]), cookie
            assert "Cookie" in ", ".join(headers.get_all("Vary"))
            assert headers["Cache-Control"] == "private, no-cache"
            assert headers["Content-Type"] == "text/css; charset=utf-8"
            assert not headers["ETag"]
            assert not headers["Last-Modified"]


def test_an_office_logs_in_at_once_and_a_flood_gets_a_page_of_ours(newsroom):
    """Forty log-ins from one address pass in the same minute, looks at the form always; Django is away here."""
    with nginx(newsroom.folder, free_port()) as (site, _brotli):
        login = f"{site}/admin/login/"
        assert {fetch(login, method="POST", data=b"")[0] for _person in range(40)} == {503}
        statuses = [fetch(login, method="POST", data=b"") for _try in range(10)]
        refused = [answer for answer in statuses if answer[0] == 429]
        assert refused
        assert refused[0][1]["Retry-After"] == "60"
        assert "登录的人太多" in refused[0][2].decode()
        assert "Your account is not locked" in refused[0][2].decode()
        assert {fetch(login)[0] for _look in range(60)} == {503}


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="needs IPv6")
def test_it_listens_on_ipv6(newsroom):
    with nginx(newsroom.folder, free_port()) as (site, _brotli):
        assert fetch(site.replace("127.0.0.1", "[::1]") + "/a/1/")[0] == 200
