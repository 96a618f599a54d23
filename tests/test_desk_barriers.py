"""No page of the desk has a barrier that axe knows, by day, by night or on a phone, and nothing of it moves sideways on
a phone or at 200 and 400 %.

The pages come from the table of the desk's addresses, so a new one is looked at without a line here.
"""

import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from django.contrib.staticfiles import finders

from tests.browser import OF_LOOK, chromium, find_barriers, half_of
from tests.desk_scene import Scene, client_of
from tests.desk_table import ADDRESSES, DRAFT_PAGES, TABLE

pytestmark = pytest.mark.django_db
# The superuser sees every page; these look different to accounts that may do less.
SEEN_BY = {
    "chief": {"index", "queue", "articles_article_review"},
    "reporter": {"index", "my_articles", "articles_article_change", "articles_article_review"},
    "auditor": {"index", "articles_auditentry_changelist", "article_sheet"},
    "security": {"index", "colleague", "articles_section_change", "articles_sitesettings_change"},
    "system": {"index", "auth_user_change", "colleagues"},
}
# Readers' pages, which have tests of their own; all histories but one; forms of new rows, which are those of rows.
ALIKE = {name for name, _route in DRAFT_PAGES} | {
    name
    for name, _route in ADDRESSES
    if (name.endswith("_history") and name != "articles_article_history")
    or (name.endswith("_add") and TABLE[name.removesuffix("_add") + "_change"].act and name != "articles_article_add")
}
# The choice of a picture is shown in a dialog of the editor.
DIALOG = b"""<!DOCTYPE html><html lang="zh-Hans"><head><title>D</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/admin/css/base.css"><link rel="stylesheet" href="/static/desk/frame.css">
<link rel="stylesheet" href="/static/desk/desk.css"><link rel="stylesheet" href="/static/desk/picture_library.css"></head>
<body><main><h1>D</h1><dialog class="picture-library" aria-label="D">%s</dialog></main>
<script>document.querySelector("dialog").showModal()</script></body></html>"""
IS_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Site(ThreadingHTTPServer):
    """Serves `pages` (bodies by path) and the static files, which the browser keeps; answers 204 to everything else.

    Nothing else is needed: frames are checked as separate pages, and pictures have their size.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.address, self.pages = f"http://127.0.0.1:{self.server_port}", {}


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections

    def do_GET(self):
        name = unquote(self.path.partition("?")[0]).removeprefix("/static/")
        if self.path in self.server.pages:
            self.say(self.server.pages[self.path], "text/html; charset=utf-8", "no-store")
        elif file := finders.find(name) if self.path.startswith("/static/") else None:
            self.say(Path(file).read_bytes(), mimetypes.guess_type(name)[0] or "text/plain", "max-age=3600")
        else:
            self.send_response(204)
            self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def say(self, body, kind, keeping):
        self.send_response(200)
        for header in (("Content-Type", kind), ("Cache-Control", keeping), ("Content-Length", str(len(body)))):
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said):
        pass


@pytest.fixture
def site(settings):
    with Site() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        settings.SITE_URL = serving.address
        yield serving
        serving.shutdown()


def what_is_wrong(page):
    """Return what is wrong with the page that is open: a wide window in light is checked for everything, a phone in dark
    for what depends on colours and widths.
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if page.locator("#id_body").count():
        page.wait_for_function("() => window.CKEDITOR?.instances.id_body?.status === 'ready'")
    found = find_barriers(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for width in (320, 640, 390):  # what 400 % and 200 % zoom leave of a usual window, and a phone
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate(IS_WIDE):
            found.append(f"wider than {width} px")
    found += find_barriers(page, OF_LOOK)
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def pages_of(scene, role):
    """Return the pages that look different to this role, by path."""
    client, pages = client_of(scene.users[role]), {}
    for name, route in ADDRESSES:
        if role not in TABLE[name].see or name not in SEEN_BY.get(role, {name}) or name in ALIKE:
            continue
        path = next(scene.paths(name, route))
        answer = client.get(path)
        if answer.status_code == 200 and not answer.streaming and answer["Content-Type"].startswith("text/html"):
            page = answer.content
            pages[quote(path, safe="/?=&")] = page if b"<html" in page else DIALOG % page
    return pages


def test_no_page_of_the_desk_has_a_barrier(site):
    scene = Scene()
    looked_at = {role: pages_of(scene, role) for role in ("boss", *SEEN_BY)}
    wrong = {}
    with chromium() as browser:
        for role, pages in looked_at.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
            site.pages = pages
            for path in half_of(pages):
                page.goto(site.address + path)
                if found := what_is_wrong(page):
                    wrong[f"{role} {path}"] = found
            page.close()
    assert sum(map(len, looked_at.values())) > 110
    assert wrong == {}, "\n".join(f"{path} {found}" for path, found in wrong.items())
