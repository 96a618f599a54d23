"""The WSGI application in front of Django: answers pages and public files from the disk, passes other requests on.

The uncompressed file is checked on every request, so every process notices a rewrite, a removal or a new site at once.
This relies on the store (articles/baking/store.py): a file and its copies have the same modification time, the copies
are renamed first, and every rewrite changes the time.
"""

import io
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.utils.module_loading import import_string

from articles import appearance
from articles.baking.store import (
    PAGE_CACHE_CONTROL,
    PLAIN_TEXTS,
    PUBLIC_FILE_CACHE_CONTROL,
    file_name,
    page_path,
)
from articles.byte_ranges import etag_of
from articles.file_responses import FILE_HEADERS

from .negotiation import HeaderList, best_encoding, is_fresh
from .public_files import answer_public_file
from .qr_short_links import answer_scan, file_presence

PAGE_TYPES = {
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
    ".png": "public, max-age=86400",  # as in articles/public/qr_short_links.py for images of codes
    ".css": appearance.CACHE_CONTROL,
}
VARY: dict[str, HeaderList] = {".png": [], ".css": [("Vary", "Accept-Encoding, Cookie")]}
CODE_PREFIXES = ("/q/", "/Q/")
DJANGO_PREFIXES = ("/admin/", "/preview/", "/static/", "/search/")
# Pages cached by one process, which stays under 150 MB with them. Reading another page from disk takes about 0.1 ms.
CACHE_BYTES = 32 * 2**20
PAGE_OVERHEAD = 1700  # bytes of memory for a cached page in addition to its body, measured
# Limits of the cache of decisions by client headers: number of clients, and length of a header.
MAX_REMEMBERED_CLIENTS, MAX_REMEMBERED_LENGTH = 1000, 100
# The middleware of Django that adds headers to readers' pages.
HEADER_MIDDLEWARE = ("SecurityMiddleware", "CSPMiddleware", "XFrameOptionsMiddleware")


class BakedResponse(NamedTuple):
    """A file as it is sent, uncompressed or a copy; `stamp` is that of the uncompressed file."""

    file: str
    stamp: tuple[int, ...]
    body: bytes
    etag: str
    modified: int
    headers: HeaderList
    headers_304: HeaderList


class FileServer:
    """A WSGI application that answers from files, and passes all other requests to `application`."""

    def __init__(self, application: WSGIApplication, pages: Path, public_files: Path) -> None:
        """`pages` is the folder of the baked site, `public_files` that of the public files (baking/public_store.py)."""
        self.application = application
        self.pages, self.public_files = str(pages / "current"), str(public_files)
        self.has_file = file_presence(self.pages)
        self.kept: OrderedDict[tuple[str, str], BakedResponse] = OrderedDict()  # least recently used first
        self.size = 0
        self.changing = threading.Lock()
        self.encodings: dict[tuple[str, str, str, str], str] = {}  # by method, host, scheme and Accept-Encoding
        self.headers = middleware_headers()
        public = FILE_HEADERS | {"Cache-Control": PUBLIC_FILE_CACHE_CONTROL}
        self.file_headers = list((dict(self.headers) | public).items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        get = environ.get
        scheme = get("HTTP_X_FORWARDED_PROTO", "") if settings.BEHIND_PROXY else environ["wsgi.url_scheme"]
        client = environ["REQUEST_METHOD"], get("HTTP_HOST", ""), scheme, get("HTTP_ACCEPT_ENCODING", "")
        encoding = self.encodings.get(client)
        if encoding is None:
            encoding = self._encoding_for(client)
        answer = None if encoding is None else self._answer(encoding, environ, start_response)
        return self.application(environ, start_response) if answer is None else answer

    def _encoding_for(self, client: tuple[str, str, str, str]) -> str | None:
        """Return the encoding for requests with these headers (br, gzip, or '' for none); None if Django answers them:
        other methods, other hosts, and redirects to HTTPS.
        """
        method, host, scheme, accepted = client
        domain = split_domain_port(host)[0]
        if (
            method not in ("GET", "HEAD")
            or (settings.SECURE_SSL_REDIRECT and scheme != "https")
            or validate_host(domain, settings.FORMER_HOSTS)
            or not validate_host(domain, settings.ALLOWED_HOSTS)
        ):
            return None
        encoding = best_encoding(accepted)
        if len(self.encodings) < MAX_REMEMBERED_CLIENTS and max(map(len, client)) < MAX_REMEMBERED_LENGTH:
            self.encodings[client] = encoding
        return encoding

    def _answer(self, encoding: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
        path = environ["PATH_INFO"]
        query = environ.get("QUERY_STRING", "")
        if not query and (path, encoding) in self.kept:  # most requests
            return self._page((path, encoding), environ, start_response)
        if path.startswith("/media/"):
            return answer_public_file(self.public_files, self.file_headers, environ, start_response)
        if path.startswith(CODE_PREFIXES) and not path.endswith(".png"):
            return answer_scan(self.has_file, self.headers, environ, start_response)
        if path.startswith(DJANGO_PREFIXES) or _is_for_django(path, query):
            return None
        if path.startswith("/look/"):
            path = appearance.style_sheet_path(path, environ.get("HTTP_COOKIE", ""))
        return self._page((path, encoding), environ, start_response)

    # --- pages --------------------------------------------------------------------------------------------------------

    def _page(
        self, key: tuple[str, str], environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        page = self.kept.get(key)
        try:
            if page is None or page.stamp != file_stamp(os.stat(page.file)):
                page = self._read_page(key)
            else:
                self._mark_used(key)
        except (OSError, ValueError):  # no such page, or not the address of a page
            if page:
                with self.changing:
                    self._forget(key)
            return None
        if is_fresh(environ, page.etag, page.modified):
            start_response("304 Not Modified", page.headers_304)
            return []
        start_response("200 OK", page.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]

    def _read_page(self, key: tuple[str, str]) -> BakedResponse:
        path, encoding = key
        name = file_name(path)
        if page_path(name) != path:
            raise ValueError(f"{path!r} is the name of a file, not the address of a page")
        file = f"{self.pages}/{name}"
        plain = os.stat(file)
        if not plain.st_size:
            raise FileNotFoundError(f"{file} is empty: a power cut left it, or a full disk")
        body, facts = None, plain
        if encoding:
            try:
                body, facts = read_file(file + SUFFIXES[encoding])
            except FileNotFoundError:
                encoding = ""
        if not body or facts.st_mtime != plain.st_mtime:  # the copy is of another version than the file
            encoding = ""
            # Cached with the earlier stamp: if this is a newer version, its copy is read at the next request.
            body, facts = read_file(file)
        suffix = ".txt" if name in PLAIN_TEXTS else os.path.splitext(file)[1]
        # Style sheets of two appearances, written in the same second, may have the same size, so they get no ETag.
        etag = "" if suffix == ".css" else etag_of(facts)
        common = self._common_headers(suffix, etag, facts)
        whole = [
            ("Content-Type", PAGE_TYPES.get(suffix, "application/octet-stream")),
            ("Content-Length", str(len(body))),
            *([("Content-Encoding", encoding)] if encoding else []),
            *common,
        ]
        page = BakedResponse(file, file_stamp(plain), body, etag, int(facts.st_mtime), whole, common)
        self._keep(key, page)
        return page

    def _common_headers(self, suffix: str, etag: str, facts: os.stat_result) -> HeaderList:
        """Return the headers that 200 and 304 have in common."""
        return [
            ("Cache-Control", CACHE_CONTROLS.get(suffix, PAGE_CACHE_CONTROL)),
            *([("ETag", etag), ("Last-Modified", http_date(facts.st_mtime))] if etag else []),
            *VARY.get(suffix, [("Vary", "Accept-Encoding")]),
            *self.headers,
        ]

    def _keep(self, key: tuple[str, str], page: BakedResponse) -> None:
        """Cache a page in memory; evict the least recently used ones."""
        with self.changing:
            self._forget(key)
            if len(page.body) > CACHE_BYTES // 16:
                return
            self.kept[key] = page
            self.size += len(page.body) + PAGE_OVERHEAD
            while self.size > CACHE_BYTES:
                self._forget(next(iter(self.kept)))

    def _forget(self, key: tuple[str, str]) -> None:
        page = self.kept.pop(key, None)
        if page:
            self.size -= len(page.body) + PAGE_OVERHEAD

    def _mark_used(self, key: tuple[str, str]) -> None:
        try:
            self.kept.move_to_end(key)
        except KeyError:  # another thread evicted it
            return


def _is_for_django(path: str, query: str) -> bool:
    """Return True if Django answers because of the query: other sizes of QR codes, and `?elder=1` on a page."""
    return query != "" and (path.startswith("/q/") or "elder=" in query)


def read_file(file: str) -> tuple[bytes, os.stat_result]:
    """Return the content of a file and its facts; both of the same version, even if it is replaced at the same time."""
    with open(file, "rb") as opened:
        return opened.read(), os.fstat(opened.fileno())


def file_stamp(facts: os.stat_result) -> tuple[int, ...]:
    """Return a value that differs between any two versions of a file."""
    return facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size


def middleware_headers() -> HeaderList:
    """Return the headers that Django's middleware adds to any readers' page, by running it on an empty page."""

    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    answer: Callable[[HttpRequest], HttpResponseBase] = page
    for name in reversed(settings.MIDDLEWARE):
        if name.endswith(HEADER_MIDDLEWARE):
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
