"""The WSGI application before Django: answers baked pages and pictures from their files, and hands on all else.

The plain file is the authority: it is looked at on every request, so that a rewrite, a removal, or a whole new site is
seen at once, by every process. What the store promises for that (articles/baking/store.py): a file and its copies have
one modification time; the copies are renamed first; no rewrite keeps the time of the one before.
"""

import io
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.http import http_date
from django.utils.module_loading import import_string

from articles import appearance, byte_ranges
from articles.baking.store import CACHE_CONTROL, file_name, page_path
from articles.byte_ranges import etag_of
from articles.uploads import CONTENT_TYPES, PLAYED

from .negotiation import best_encoding, is_fresh

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml",
    ".atom": "application/atom+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".css": "text/css; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
}
SUFFIXES = {"br": ".br", "gzip": ".gz", "": ""}
CACHE_CONTROLS = {
    ".png": "public, max-age=86400",  # as articles/public/short_links.py says of images of codes
    ".css": appearance.STYLE_CACHE_CONTROL,
}
VARY: dict[str, Headers] = {".png": [], ".css": [("Vary", "Accept-Encoding, Cookie")]}
FILE = re.compile(
    rf"/media/(pictures/[0-9a-f]{{32}}(?:-\d{{2,4}})?\.([a-z]{{2,4}})|attachments/[0-9a-f]{{32}}\.({'|'.join(PLAYED)}))"
)
FILE_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
NOT_OURS = ("/admin/", "/preview/", "/static/", "/search/")
# Bytes of pages that one process keeps, and what each takes beside its own (measured): a serving process stays under
# 150 MB with them. A page that is not among them is read from the disk, which costs a tenth of a millisecond.
MEMORY, BESIDE = 32 * 2**20, 1700
# What readers' headers say is remembered so often, and up to this length.
ANSWERS, LONGEST = 1000, 100
# The parts of Django that put headers on readers' pages.
WITH_HEADERS = ("SecurityMiddleware", "CSPMiddleware", "XFrameOptionsMiddleware")


class BakedResponse(NamedTuple):
    """One file as it is sent: the plain one or a copy, with the plain one's stamp."""

    file: str
    stamp: tuple[int, ...]
    body: bytes
    etag: str
    modified: int
    headers: Headers
    headers_304: Headers


class Front:
    """A WSGI application before another one."""

    def __init__(self, behind: App, pages: Path, media: Path) -> None:
        self.behind = behind
        self.pages, self.media = str(pages / "current"), str(media)
        self.kept: OrderedDict[tuple[str, str], BakedResponse] = OrderedDict()  # the one used last is the last
        self.size = 0
        self.changing = threading.Lock()
        self.encodings: dict[str, str] = {}
        self.hosts: set[str] = set()
        self.headers = headers_of_django()
        self.file_headers = list((dict(self.headers) | FILE_HEADERS).items())

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and self._is_for_us(environ):
            path = environ["PATH_INFO"]
            if path.startswith("/media/"):
                answer = self._file(path, environ, start_response)
            elif path.startswith(NOT_OURS) or (environ.get("QUERY_STRING") and path.startswith("/q/")):
                answer = None
            else:
                if path.startswith("/look/"):
                    path = appearance.style_sheet_path(path, environ.get("HTTP_COOKIE", ""))
                answer = self._page(path, environ, start_response)
            if answer is not None:
                return answer
        return self.behind(environ, start_response)

    def _is_for_us(self, environ: Environ) -> bool:
        """Whether the host is ours and the way secure enough: Django has words for whatever else comes."""
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") if settings.BEHIND_PROXY else environ["wsgi.url_scheme"]
        if settings.SECURE_SSL_REDIRECT and scheme != "https":
            return False
        host = environ.get("HTTP_HOST", "")
        if host not in self.hosts:
            if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
                return False
            if len(self.hosts) < ANSWERS and len(host) < LONGEST:
                self.hosts.add(host)
        return True

    # --- pages --------------------------------------------------------------------------------------------------------

    def _page(self, path: str, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes] | None:
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = self.encodings.get(accepted)
        if encoding is None:
            encoding = self._remember_encoding(accepted)
        key = path, encoding
        page = self.kept.get(key)
        try:
            if page is None or page.stamp != file_stamp(os.stat(page.file)):
                page = self._read(key)
            else:
                self._use(key)
        except (OSError, ValueError):  # no such page, or no address of one
            if page:
                with self.changing:
                    self._forget(key)
            return None
        if is_fresh(environ, page.etag, page.modified):
            start_response("304 Not Modified", page.headers_304)
            return []
        start_response("200 OK", page.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]

    def _remember_encoding(self, accepted: str) -> str:
        encoding = best_encoding(accepted)
        if len(self.encodings) < ANSWERS and len(accepted) < LONGEST:
            self.encodings[accepted] = encoding
        return encoding

    def _read(self, key: tuple[str, str]) -> BakedResponse:
        path, encoding = key
        name = file_name(path)
        if page_path(name) != path:
            raise ValueError(f"{path!r} is the name of a file, and nobody's address")
        file = f"{self.pages}/{name}"
        plain = os.stat(file)
        body, facts = None, plain
        if encoding:
            try:
                body, facts = read_file(file + SUFFIXES[encoding])
            except FileNotFoundError:
                encoding = ""
        if body is None or facts.st_mtime != plain.st_mtime:  # a copy of another version than the file
            encoding = ""
            # Kept under the stamp from before: where this is a newer version already, its copy is looked for next time.
            body, facts = read_file(file)
        page = self._made(file, encoding, body, plain, facts)
        self._keep(key, page)
        return page

    def _made(
        self, file: str, encoding: str, body: bytes, plain: os.stat_result, facts: os.stat_result
    ) -> BakedResponse:
        suffix = os.path.splitext(file)[1]
        # Two looks that were written in one second may be of one size, so their sheets are told apart by nothing.
        etag = "" if suffix == ".css" else etag_of(facts)
        common = [
            ("Cache-Control", CACHE_CONTROLS.get(suffix, CACHE_CONTROL)),
            *([("ETag", etag), ("Last-Modified", http_date(facts.st_mtime))] if etag else []),
            *VARY.get(suffix, [("Vary", "Accept-Encoding")]),
            *self.headers,
        ]
        whole = [
            ("Content-Type", TYPES.get(suffix, "application/octet-stream")),
            ("Content-Length", str(len(body))),
            *([("Content-Encoding", encoding)] if encoding else []),
            *common,
        ]
        return BakedResponse(file, file_stamp(plain), body, etag, int(facts.st_mtime), whole, common)

    def _keep(self, key: tuple[str, str], page: BakedResponse) -> None:
        """Keep a page in memory; the ones unused longest go first."""
        with self.changing:
            self._forget(key)
            if len(page.body) > MEMORY // 16:
                return
            self.kept[key] = page
            self.size += len(page.body) + BESIDE
            while self.size > MEMORY:
                self._forget(next(iter(self.kept)))

    def _forget(self, key: tuple[str, str]) -> None:
        page = self.kept.pop(key, None)
        if page:
            self.size -= len(page.body) + BESIDE

    def _use(self, key: tuple[str, str]) -> None:
        try:
            self.kept.move_to_end(key)
        except KeyError:  # another thread pushed it out a moment ago
            return

    # --- pictures and films -----------------------------------------------------------------------------------------------------

    def _file(self, path: str, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes] | None:
        found = FILE.fullmatch(path)
        kind = (found[2] or found[3]) if found else ""
        if not found or kind not in CONTENT_TYPES:
            return None
        try:
            file = open(f"{self.media}/{found[1]}", "rb")  # noqa: SIM115 (closed when it has been sent)
        except OSError:
            return None
        facts = os.fstat(file.fileno())
        etag = etag_of(facts)
        common = [("ETag", etag), ("Last-Modified", http_date(facts.st_mtime)), *self.file_headers]
        if is_fresh(environ, etag, int(facts.st_mtime)):
            file.close()
            start_response("304 Not Modified", common)
            return []
        headers = [("Content-Type", CONTENT_TYPES[kind]), *common]
        return send_file(file, facts.st_size, etag, headers, environ, start_response)


def send_file(
    file: BinaryIO, size: int, etag: str, headers: Headers, environ: Environ, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """A file, whole or the range that was asked for."""
    try:
        part = byte_ranges.requested_part(environ, etag, size)
    except byte_ranges.Unsatisfiable:
        file.close()
        start_response("416 Range Not Satisfiable", [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")])
        return []
    first, end = part or (0, size)
    if part:
        headers = [*headers, ("Content-Range", f"bytes {first}-{end - 1}/{size}")]
    start_response("206 Partial Content" if part else "200 OK", [*headers, ("Content-Length", str(end - first))])
    return byte_ranges.file_chunks(file, first, first if environ["REQUEST_METHOD"] == "HEAD" else end)


def read_file(file: str) -> tuple[bytes, os.stat_result]:
    """What a file says, and the facts about that very file, whatever is renamed over it meanwhile."""
    with open(file, "rb") as opened:
        return opened.read(), os.fstat(opened.fileno())


def file_stamp(facts: os.stat_result) -> tuple[int, ...]:
    """What no two versions of a file share."""
    return facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size


def headers_of_django() -> Headers:
    """The headers that Django's own middleware puts on any readers' page; asked of it, so that there is one place."""

    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    answer: Callable[[HttpRequest], Any] = page
    for name in reversed(settings.MIDDLEWARE):
        if name.endswith(WITH_HEADERS):
            answer = import_string(name)(answer)
    site = urlsplit(settings.SITE_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": "443",
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
        }
    )
    return [(name, value) for name, value in answer(request).items() if name != "Content-Type"]
