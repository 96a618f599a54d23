"""The file server in front of Django: sends files with the same headers as Django, and checks them on every request."""

import gzip
import os
import socket
import threading
from contextlib import ExitStack
from itertools import pairwise

import brotli
import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import override_settings
from django.utils.http import parse_http_date
from hypothesis import given
from hypothesis import strategies as st

from articles import baking, byte_ranges, pictures
from articles.baking.store import LocalFiles, compressed_copies
from articles.public.caching import CacheControlMiddleware
from serving import baked_files
from tests.cast import upload
from tests.serving import Newsroom, fetch

PAGE = ("<p>霁川大桥今日合龙。</p>" * 40).encode()
PICTURE = "pictures/" + "0a" * 16 + "-320.webp"


def behind(environ, start_response):
    start_response("418 Django", [])
    return [b"django"]


@pytest.fixture
def files(settings):
    """The served folder with one page, and one picture."""
    served = settings.BAKED_DIR / "g" / "1"
    served.mkdir(parents=True)
    (settings.BAKED_DIR / "current").symlink_to("g/1")
    (settings.PUBLIC_FILES_DIR / "media/pictures").mkdir(parents=True)
    (settings.PUBLIC_FILES_DIR / "media" / PICTURE).write_bytes(bytes(range(256)) * 4000)
    found = LocalFiles(served)
    put(found, "a/1/index.html", PAGE)
    return found


def put(files, name, body):
    files.replace(name, body, compressed_copies(name, body))


@pytest.fixture
def app(settings, files):
    settings.ALLOWED_HOSTS = ["news.example.cn"]
    return baked_files.FileServer(behind, settings.BAKED_DIR, settings.PUBLIC_FILES_DIR)


def ask(app, path, method="GET", **headers):
    """Return status, headers and body of the file server's answer."""
    told = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "news.example.cn",
        "wsgi.url_scheme": "http",
        **headers,
    }
    body = b"".join(app(environ, lambda status, headers: told.extend([status, dict(headers)])))
    assert len(told) == 2
    return int(told[0][:3]), told[1], body


# --- which file -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br", "br"),
        ("gzip, deflate, br;q=0.9", "br"),
        ("gzip", "gzip"),
        ("", None),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("br;q=nonsense", None),
        ("GZIP", "gzip"),
    ],
)
def test_the_copy_that_the_browser_takes(app, accepted, encoding):
    status, headers, body = ask(app, "/a/1/", HTTP_ACCEPT_ENCODING=accepted)
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](body)
    assert (status, plain, headers.get("Content-Encoding")) == (200, PAGE, encoding)
    assert (headers["Vary"], headers["Content-Length"]) == ("Accept-Encoding", str(len(body)))
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "stale-if-error" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/a/2/",
        "/a/1",
        "/a/1/index.html",
        "/index.html",
        "/a/1/index.html.br",
        "/a/1/index.html.gz",
        "/.version",
        "/a/../a/1/",
        "/a/./1/",
        "//a/1/",
        "/a//1/",
        "/admin/",
        "/preview/x/",
        "/static/site.css",
        "/search/",
        "/media/attachments/x.pdf",
        "/media/pictures/../x",
        "",
        "/a/1/%2e%2e/",
        "/a/1/\0",
        "/中/",
        "/media/pictures/" + "0" * 32 + ".webp",
        "/media/pictures/" + "0a" * 16 + ".exe",
    ],
)
def test_what_is_no_page_goes_on_to_django(app, files, path):
    (django_settings.BAKED_DIR / "g/1/.version").write_text("x")
    assert ask(app, path)[0] == 418


@given(st.text(alphabet="/.a1\\\0%-~"))
def test_no_path_leads_out_of_the_folder(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("x")
    (folder / "current").mkdir()
    (folder / "secret").write_text("secret")
    (folder / "a").write_text("secret")
    (folder / "index.html").write_text("secret")
    app = baked_files.FileServer(behind, folder, folder)
    with override_settings(ALLOWED_HOSTS=["news.example.cn"]):
        assert ask(app, "/" + text)[2] in (b"django", b"")


def test_other_methods_other_hosts_and_plain_http_where_https_is_wanted_go_on_to_django(app, settings):
    assert ask(app, "/a/1/", method="POST")[0] == 418
    assert ask(app, "/a/1/", HTTP_HOST="evil.example.com")[0] == 418
    assert ask(app, "/a/1/", HTTP_HOST="")[0] == 418
    assert ask(app, "/a/1/", HTTP_HOST="news.example.cn:8000")[0] == 200
    settings.SECURE_SSL_REDIRECT = True
    app.encodings.clear()  # settings do not change while a server runs
    assert ask(app, "/a/1/", HTTP_X_FORWARDED_PROTO="https")[0] == 418
    settings.BEHIND_PROXY = True
    assert ask(app, "/a/1/", HTTP_X_FORWARDED_PROTO="https")[0] == 200


def test_a_query_changes_no_page_and_asks_django_for_another_size_of_a_code(app, files):
    put(files, "q/W1.png", b"png")
    assert ask(app, "/a/1/", QUERY_STRING="from=timeline")[0] == 200
    assert ask(app, "/q/W1.png")[0] == 200
    assert ask(app, "/q/W1.png", QUERY_STRING="size=1024")[0] == 418


# --- conditional requests -------------------------------------------------------------------------------------------


def test_what_the_reader_has_is_not_sent_again(app):
    _status, headers, _body = ask(app, "/a/1/")
    etag, at = headers["ETag"], headers["Last-Modified"]
    for known in (etag, f'"other", W/{etag}', "*"):
        status, again, body = ask(app, "/a/1/", HTTP_IF_NONE_MATCH=known)
        assert (status, body, again["ETag"]) == (304, b"", etag)
    assert ask(app, "/a/1/", HTTP_IF_NONE_MATCH='"other"', HTTP_IF_MODIFIED_SINCE=at)[0] == 200
    assert ask(app, "/a/1/", HTTP_IF_MODIFIED_SINCE=at)[0] == 304
    assert ask(app, "/a/1/", HTTP_IF_MODIFIED_SINCE="yesterday")[0] == 200
    assert (
        ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=etag)[0] == 200
    )  # another encoding is another body
    status, headers, body = ask(app, "/a/1/", method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(PAGE)))


def test_a_rewrite_a_removal_and_a_new_site_are_seen_at_once(app, files, settings):
    for encoding in ("br", ""):
        assert ask(app, "/a/1/", HTTP_ACCEPT_ENCODING=encoding)[0] == 200
    old = ask(app, "/a/1/")[1]["ETag"]
    put(files, "a/1/index.html", PAGE[::-1])  # of the same length
    assert brotli.decompress(ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")[2]) == PAGE[::-1]
    assert ask(app, "/a/1/", HTTP_IF_NONE_MATCH=old)[0] == 200
    files.remove("a/1/index.html")
    assert ask(app, "/a/1/")[0] == ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")[0] == 418
    put(LocalFiles(settings.BAKED_DIR / "g/2"), "a/1/index.html", b"new site" * 99)
    (settings.BAKED_DIR / "next").symlink_to("g/2")
    os.replace(settings.BAKED_DIR / "next", settings.BAKED_DIR / "current")
    assert ask(app, "/a/1/")[2] == b"new site" * 99


def test_a_copy_of_another_version_than_its_file_is_not_served(app, files):
    copy = django_settings.BAKED_DIR / "g/1/a/1/index.html.br"
    copy.write_bytes(brotli.compress(b"of tomorrow"))
    os.utime(copy, (0, 0))
    status, headers, body = ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")
    assert (status, body, headers.get("Content-Encoding")) == (200, PAGE, None)


def test_a_page_that_was_read_while_it_was_rewritten_is_sent_compressed_the_next_time(app, files, monkeypatch):
    read = baked_files.read_file

    def read_after_the_rewrite(file):
        if file.endswith(".br"):
            put(files, "a/1/index.html", PAGE[::-1])
        return read(file)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(baked_files, "read_file", read_after_the_rewrite)
        assert ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")[2] == PAGE[::-1]
    _status, headers, body = ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")
    assert (headers["Content-Encoding"], brotli.decompress(body)) == ("br", PAGE[::-1])


def test_readers_in_many_threads_get_whole_pages_while_they_are_rewritten(app, files, settings):
    """An answer is one version with the headers of that version, while files are rewritten, removed and swapped."""
    bodies = [(f"第{n}版" * 200).encode() for n in range(100, 160)]
    answers, stop = [], threading.Event()
    times = {body: set() for body in bodies}  # when each was written

    def write(files, body):
        put(files, "a/1/index.html", body)
        times[body].add(int(os.stat(files.path("a/1/index.html")).st_mtime))

    def read(encoding, plain):
        while not stop.is_set():
            status, headers, body = ask(app, "/a/1/", HTTP_ACCEPT_ENCODING=encoding)
            if status == 200:
                said = plain(body) if headers.get("Content-Encoding") == encoding else body
                answers.append((said, len(body), headers["Content-Length"], headers["ETag"], headers["Last-Modified"]))

    write(files, bodies[0])
    threads = [
        threading.Thread(target=read, args=pair) for pair in [("br", brotli.decompress), ("gzip", gzip.decompress)] * 2
    ]
    for thread in threads:
        thread.start()
    try:
        for number, body in enumerate(bodies):
            write(files, body)
            assert brotli.decompress(ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="br")[2]) == body
            if number % 20 == 10:  # a new whole site
                files = LocalFiles(settings.BAKED_DIR / f"g/{number}")
                write(files, body)
                (settings.BAKED_DIR / "next").symlink_to(f"g/{number}")
                os.replace(settings.BAKED_DIR / "next", settings.BAKED_DIR / "current")
            if number % 20 == 15:
                files.remove("a/1/index.html")
                assert ask(app, "/a/1/")[0] == 418
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len({said for said, *_facts in answers}) > 1
    for said, length, announced, etag, modified in set(answers):
        at, size = (int(part, 16) for part in etag.strip('"').split("-"))
        assert (int(announced), size, at) == (length, length, parse_http_date(modified))
        assert at in times[said]
    assert ask(app, "/a/1/")[2] == bodies[-1]


def test_the_memory_is_bounded_and_keeps_what_is_read_most(app, files, monkeypatch):
    monkeypatch.setattr(baked_files, "CACHE_BYTES", 100_000)
    read, reads = baked_files.read_file, []
    monkeypatch.setattr(baked_files, "read_file", lambda file: reads.append(file) or read(file))
    for number in range(100):
        put(files, f"a/{number}/index.html", os.urandom(3000))
        ask(app, f"/a/{number}/")
        assert ask(app, "/a/0/")[0] == 200
    assert app.size == sum(len(page.body) + baked_files.PAGE_OVERHEAD for page in app.kept.values()) <= 100_000
    assert len(app.kept) > 15
    assert len(reads) == 100
    ask(app, "/a/1/", HTTP_ACCEPT_ENCODING="x" * 400_000, HTTP_HOST="news.example.cn:" + "0" * 400_000)
    for number in range(baked_files.MAX_REMEMBERED_CLIENTS + 9):
        ask(app, "/a/1/", HTTP_ACCEPT_ENCODING=f"br;q=0.{number}")
        ask(app, "/a/1/", HTTP_HOST=f"news.example.cn:{number}")
    assert len(app.encodings) <= baked_files.MAX_REMEMBERED_CLIENTS
    assert max(len(header) for client in app.encodings for header in client) < baked_files.MAX_REMEMBERED_LENGTH


@given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)))
def test_whatever_a_header_says_there_is_an_answer(tmp_path_factory, text, other):
    folder = tmp_path_factory.mktemp("x")
    put(LocalFiles(folder / "current"), "index.html", PAGE)
    (folder / "pictures").mkdir()
    (folder / PICTURE).write_bytes(b"picture")
    app = baked_files.FileServer(behind, folder, folder)
    for path in ("/", f"/media/{PICTURE}"):
        for names in (("RANGE", "IF_RANGE"), ("ACCEPT_ENCODING", "IF_NONE_MATCH"), ("IF_MODIFIED_SINCE", "HOST")):
            headers = dict(zip((f"HTTP_{name}" for name in names), (text, other), strict=True))
            with override_settings(ALLOWED_HOSTS=["news.example.cn"]):
                found = ask(app, path, **headers)
            assert found[0] in (200, 206, 304, 416, 418)


# --- pictures -------------------------------------------------------------------------------------------------------


def test_pictures_come_from_the_disk_whole_or_in_part(app):
    path, whole = f"/media/{PICTURE}", bytes(range(256)) * 4000
    status, headers, body = ask(app, path)
    assert (status, body, headers["Content-Type"], headers["Accept-Ranges"]) == (200, whole, "image/webp", "bytes")
    assert headers["Cache-Control"] == "public, max-age=300, must-revalidate"
    for other in ({}, {"HTTP_IF_RANGE": headers["ETag"]}):
        status, part, body = ask(app, path, HTTP_RANGE="bytes=5-9", **other)
        assert (status, body, part["Content-Range"]) == (206, whole[5:10], f"bytes 5-9/{len(whole)}")
        assert part["Content-Length"] == "5"
    assert ask(app, path, HTTP_RANGE="bytes=5-9", HTTP_IF_RANGE='"other"')[2] == whole
    status, part, body = ask(app, path, HTTP_RANGE="bytes=5-9,20-30")
    assert (status, body, "Content-Range" in part) == (200, whole, False)
    status, part, body = ask(app, path, HTTP_RANGE=f"bytes={len(whole)}-")
    assert (status, body, part["Content-Range"]) == (416, b"", f"bytes */{len(whole)}")
    assert "Cache-Control" not in part
    assert ask(app, path, HTTP_IF_NONE_MATCH=headers["ETag"])[0] == 304
    status, part, body = ask(app, path, method="HEAD", HTTP_RANGE="bytes=5-9")
    assert (status, body, part["Content-Length"]) == (200, b"", str(len(whole)))


# --- the same as Django ---------------------------------------------------------------------------------------------

UNLIKE = {"ETag", "Last-Modified", "Vary", "Content-Length"}  # missing in Django's answer, or different for other bytes


def comparable(headers):
    found = {name: value for name, value in headers.items() if name not in UNLIKE}
    found["Content-Security-Policy"] = sorted(found["Content-Security-Policy"].split("; "))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("https", [False, True])
def test_the_headers_are_those_of_django(cast, client, settings, https):
    settings.SITE_URL = "https://news.example.cn" if https else "http://news.example.cn"
    settings.ALLOWED_HOSTS = ["news.example.cn"]
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = https
    settings.SECURE_HSTS_SECONDS = 3600 if https else 0
    article = cast.article()
    cast.publish(article)
    baking.bake_everything(processes=1)
    app = baked_files.FileServer(behind, settings.BAKED_DIR, settings.PUBLIC_FILES_DIR)
    scheme = {"wsgi.url_scheme": "https" if https else "http"}
    for path in (
        "/",
        f"/a/{article.number}/",
        "/feeds/all.atom",
        "/sitemap.xml",
        "/robots.txt",
        f"/q/W{article.number}.png",
    ):
        answer = client.get(path, secure=https, headers={"host": "news.example.cn"})
        status, headers, body = ask(app, path, **scheme)
        assert (status, body) == (answer.status_code, answer.content) == (200, answer.content), path
        assert comparable(headers) == comparable(dict(answer.items())), path
    picture = pictures.store_picture(upload(), by=cast.writer)
    cast.publish_with(picture)
    path = picture.renditions[0][1]
    for sent in ({}, {"Range": "bytes=7-"}):
        answer = client.get(path, secure=https, headers={"host": "news.example.cn", **sent})
        status, headers, body = ask(app, path, **scheme, **{f"HTTP_{k.upper()}": v for k, v in sent.items()})
        assert (status, body) == (answer.status_code, answer.content)
        assert headers.pop("Last-Modified")
        assert headers == dict(answer.items())


@pytest.mark.parametrize(
    ("method", "path", "status", "kept"),
    [
        ("GET", "/s/x/", 200, baking.PAGE_CACHE_CONTROL),
        ("HEAD", "/s/x/", 200, baking.PAGE_CACHE_CONTROL),
        ("POST", "/s/x/", 200, None),
        ("GET", "/admin/", 200, None),
        ("GET", "/s/x/", 404, "no-cache"),
        ("GET", "/s/x/", 410, "no-cache"),
        ("HEAD", "/s/x/", 301, "no-cache"),
        ("GET", "/s/x/", 302, "no-cache"),
        ("GET", "/s/x/", 304, None),
    ],
)
def test_a_page_of_djangos_is_kept_like_a_baked_one_and_what_may_be_undone_is_asked_for_again(
    rf, method, path, status, kept
):
    answer = CacheControlMiddleware(lambda _request: HttpResponse(status=status))(rf.generic(method, path))
    assert answer.headers.get("Cache-Control") == kept


# --- under granian --------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path):
    """A newsroom under granian with one page, one picture, and no database."""
    newsroom = Newsroom(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/none/db")
    (tmp_path / "baked/g").mkdir(parents=True)
    (tmp_path / "baked/current").symlink_to("g/1")
    put(LocalFiles(tmp_path / "baked/g/1"), "a/1/index.html", PAGE)
    (tmp_path / "public/media/pictures").mkdir(parents=True)
    (tmp_path / "public/media" / PICTURE).write_bytes(bytes(byte_ranges.MOST_SENT_WHOLE))
    newsroom.serve()
    yield newsroom
    newsroom.stop()


def test_under_granian_pages_are_served_while_the_database_is_away(served):
    url = f"http://127.0.0.1:{served.port}"
    status, headers, body = fetch(f"{url}/a/1/")
    assert (status, body) == (200, PAGE)
    assert fetch(f"{url}/a/1/", If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert fetch(f"{url}/a/1/", method="HEAD")[::2] == (200, b"")
    assert fetch(f"{url}/media/{PICTURE}", Range="bytes=0-9")[::2] == (206, bytes(10))


def test_readers_who_are_slow_to_take_a_picture_keep_nobody_else_waiting(served):
    with ExitStack() as slow:
        for _reader in range(12):  # more than there are threads
            reader = slow.enter_context(socket.socket())
            reader.settimeout(20)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)  # as on a line, or the kernel takes it all
            reader.connect(("127.0.0.1", served.port))
            reader.sendall(f"GET /media/{PICTURE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert reader.recv(12) == b"HTTP/1.1 200"
        assert fetch(f"http://127.0.0.1:{served.port}/a/1/")[::2] == (200, PAGE)


def test_django_answers_addresses_that_choose_elder_mode(app, files):
    put(files, "a/1/index.html", PAGE)
    for query, status in (("", 200), ("from=timeline", 200), ("elder=1", 418), ("x=2&elder=0", 418)):
        assert ask(app, "/a/1/", QUERY_STRING=query)[0] == status


def test_every_rewrite_has_another_etag(files):
    etags = []
    for number in range(5):
        put(files, "a/1/index.html", str(number).encode() * 300)
        etags.append(baked_files.etag_of(os.stat(files.path("a/1/index.html"))))
    assert all(one != other for one, other in pairwise(etags))


@pytest.mark.parametrize(
    ("cookie", "look"),
    [("", "auto-normal"), ("look=elder-dark-large", "elder-dark-large"), ("a=1; look=../../secret", "auto-normal")],
)
def test_the_sheet_that_the_readers_cookie_chooses(app, files, cookie, look):
    for name in ("auto-normal", "elder-dark-large"):
        put(files, f"look/0123456789ab/{name}.css", f"/* {name} */ {'x' * 300}".encode())
    status, headers, body = ask(
        app, "/look/0123456789ab.css", HTTP_COOKIE=cookie, HTTP_IF_NONE_MATCH='"x",', HTTP_IF_MODIFIED_SINCE="x"
    )
    assert (status, body.decode().split()[1]) == (200, look)
    assert (headers["Vary"], headers["Cache-Control"]) == ("Accept-Encoding, Cookie", "private, no-cache")
    assert headers["Content-Type"] == "text/css; charset=utf-8"
    assert not {"ETag", "Last-Modified"} & set(headers)
    assert ask(app, "/look/ba9876543210.css", HTTP_COOKIE=cookie)[0] == 418
