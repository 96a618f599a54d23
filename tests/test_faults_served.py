"""A real server without nginx, whose database is locked or away, or whose disk is full: readers notice nothing."""

import http.cookiejar
import os
import re
import shutil
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from tests.conftest import needs
from tests.serving import Newsroom, eventually, fetch

SCENE = """
from tests.cast import Cast
from articles import baking, publishing
from articles.baking import jobs
jobs.start_baking = lambda: None  # the whole site is baked below, not concurrently by a thread
from articles.models import SiteSettings
SiteSettings.objects.create(pk=1, name="霁川新闻网")
cast = Cast()
for _ in range(2):
    cast.publish(cast.article())
article = cast.article(title="桥通了")
cast.publish(article)
cast.change(article, title="桥又通了")
cast.sign(article, note="应为“又通了”")
publishing.publish_correction(article, by=cast.chief)
baking.bake_everything(processes=1)
print(article.number)
"""
DYNAMIC = ("/search/?q=x", "/api/v1/articles", "/report/{n}/", "/preview/x/", "/nowhere/", "/q/W999", "/a/999/")
ARTICLE = {
    "body": "<p>正文。</p>",
    "section": "1",
    "source": "1",
    "origin": "own",
    **{f"credits-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")},
}
SCANS = "from articles.models import ShortLink; print(ShortLink.objects.get(code='{code}').scans)"


@contextmanager
def served(folder):
    made = Newsroom(folder)
    made.prepare()
    made.number = int(made.run(SCENE).split()[-1])
    made.serve()
    made.site = f"http://127.0.0.1:{made.port}"
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    with served(tmp_path_factory.mktemp("newsroom")) as made:
        yield made


@pytest.fixture
def locked(newsroom):
    """Another connection holds the write lock."""
    with closing(sqlite3.connect(newsroom.folder / "newsroom.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def away(newsroom, tmp_path):
    """The file of the database is gone, and none can be made under its name."""
    names = [name for name in os.listdir(newsroom.folder) if name.startswith("newsroom.sqlite3")]
    for name in names:
        os.rename(newsroom.folder / name, tmp_path / name)
    (newsroom.folder / "newsroom.sqlite3").mkdir()
    yield
    (newsroom.folder / "newsroom.sqlite3").rmdir()
    for name in names:
        os.rename(tmp_path / name, newsroom.folder / name)


class Editor:
    """A browser at the desk."""

    def __init__(self, site):
        self.site = site
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.HTTPErrorProcessor()
        )

    def ask(self, path, **form):
        request = urllib.request.Request(self.site + path, headers={"Accept-Language": "en"})
        if form:
            form = {"csrfmiddlewaretoken": self.token, **form}
            request.data = urllib.parse.urlencode(form).encode()
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        html = answer.read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        self.token = found[1] if found else ""
        return answer.status, html

    def log_in(self):
        self.ask("/admin/login/")
        _status, html = self.ask("/admin/login/", username="writer", password="secret-of-writer", next="/admin/")
        assert "errornote" not in html
        return self


def assert_readers_notice_nothing(newsroom):
    n, site = newsroom.number, newsroom.site
    for path in ("/", f"/a/{n}/", f"/a/{n}/history/", f"/a/{n}/since/1/", "/feeds/all.atom"):
        assert fetch(site + path)[0] == 200, path
    for code, target in (("W{n}", "/a/{n}/"), ("p{n}-1", "/a/{n}/since/1/"), ("P{n}-2", "/a/{n}/")):
        status, headers, _body = fetch(f"{site}/q/{code.format(n=n)}")
        assert (status, urllib.parse.urlsplit(headers["Location"]).path) == (302, target.format(n=n)), code


def test_forty_scans_while_the_database_is_locked_are_answered(newsroom, locked):
    with ThreadPoolExecutor(40) as crowd:
        answers = list(crowd.map(lambda _n: fetch(f"{newsroom.site}/q/M{newsroom.number}")[0], range(40)))
    assert answers == [302] * 40
    assert_readers_notice_nothing(newsroom)


def test_scans_are_counted(newsroom):
    for _ in range(3):
        fetch(f"{newsroom.site}/q/M1")
    eventually(lambda: int(newsroom.run(SCANS.format(code="M1"))) == 3, "the scans are written")


def test_a_form_sent_while_the_database_is_locked_comes_back_with_what_was_typed(newsroom, request):
    editor = Editor(newsroom.site).log_in()
    assert editor.ask("/admin/articles/article/add/")[0] == 200
    token = editor.token
    request.getfixturevalue("locked")
    report = urllib.parse.urlencode({"text": "日期错了，应为三日", "quote": "", "contact": ""}).encode()
    status, headers, body = fetch(f"{newsroom.site}/report/{newsroom.number}/", "POST", report)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "日期错了，应为三日" in body.decode()
    editor.token = token
    status, html = editor.ask("/admin/password_change/", old_password="secret-of-writer", new_password1="x")
    assert (status, "Nothing was changed" in html, "secret-of-writer" in html) == (503, True, False)
    editor.token = token
    status, html = editor.ask("/admin/articles/article/add/", **ARTICLE, title="记者写了很久的题")
    assert (status, "Nothing was changed" in html, "记者写了很久的题" in html) == (503, True, True)


def test_without_its_database_the_site_is_read_and_everything_else_says_so(newsroom, away):
    assert_readers_notice_nothing(newsroom)
    for path in DYNAMIC:
        status, headers, body = fetch(newsroom.site + path.format(n=newsroom.number))
        assert (status, headers["Retry-After"]) == (503, "60"), path
        assert 'class="masthead"' in body.decode(), path
        assert "no-store" in headers["Cache-Control"]
    assert fetch(f"{newsroom.site}/r/{newsroom.number}", "POST", b"", User_Agent="Mozilla/5.0 (iPhone)")[0] == 204
    assert fetch(f"{newsroom.site}/admin/")[0] == 302  # to the log-in, which needs no database to be shown


def test_a_full_disk(tmp_path):
    """A real file system of 60 MB, with the database on it."""
    needs(os.geteuid() == 0 and shutil.which("mount") is not None, "root, for a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", folder], capture_output=True)
    needs(mounted.returncode == 0, "the right to mount a tmpfs")
    try:
        with served(folder) as newsroom:
            editor = Editor(newsroom.site).log_in()
            assert editor.ask("/admin/")[0] == 200
            fill_disk(folder / "filling")
            assert_readers_notice_nothing(newsroom)
            report = urllib.parse.urlencode({"text": "日期错了"}).encode()
            status, _headers, body = fetch(f"{newsroom.site}/report/{newsroom.number}/", "POST", report)
            assert status == 503
            assert "日期错了" in body.decode()
            status, html = editor.ask("/admin/logout/", x="1")
            assert status == 503
            assert "disk of the server is full" in html
            os.remove(folder / "filling")
            assert fetch(f"{newsroom.site}/report/{newsroom.number}/", "POST", report)[0] == 303
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill_disk(file):
    """Write until nothing more fits, to the last byte."""
    with open(file, "wb", buffering=0) as filling:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    filling.write(bytes(size))
            except OSError:
                continue
