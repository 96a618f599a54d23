"""Renders an address of the site as a reader gets it: no cookies, no account, the host from settings."""

import io
import logging
import sys
import threading
from typing import Any
from urllib.parse import quote, urlsplit
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import got_request_exception
from django.utils import translation
from django.utils.translation import gettext as _

_lock = threading.Lock()
_handler: WSGIHandler | None = None

NO_PAGE = {301, 302, 404, 410}  # status codes of addresses that have no page (any more)


class RenderFailed(Exception):
    """Raised when a page cannot be rendered because of an error, as opposed to a page that does not exist.

    The file on disk stays as it is.
    """


class _ReaderRequest(WSGIRequest):
    """A request for a page to bake."""

    failure = ""  # the exception that the view raised, for the message of RenderFailed
    needs_no_error_page = True  # of an address without a page only the status counts

    def __init__(self, environ: WSGIEnvironment, shared: dict[str, Any]) -> None:
        super().__init__(environ)
        self.shared = shared


def render_page(path: str, shared: dict[str, Any] | None = None) -> bytes | None:
    """Return the page at `path` as the site answers now, through every middleware; None if there is no page.

    Pages that are rendered together pass the same `shared`, which holds their `paths`: what they have in common is read
    and rendered once (public/pages/page_batch.py). Raises RenderFailed for any other status than 200 and NO_PAGE.
    """
    request = _ReaderRequest(_reader_environ(path), {} if shared is None else shared)
    with translation.override(settings.LANGUAGE_CODE):
        response = _application().get_response(request)
    try:
        if response.status_code in NO_PAGE:
            return None
        if response.status_code != 200:
            answered = _("The site answered %(status)d.") % {"status": response.status_code}
            raise RenderFailed(f"{answered} {request.failure}".strip())
        return b"".join(response)
    finally:
        # Not response.close(): it sends request_finished, which closes the database connection of the caller.
        for close in getattr(response, "_resource_closers", ()):
            close()


def _application() -> WSGIHandler:
    """Return the site's handler. The first call creates it and connects the log filter and the signal receiver."""
    global _handler
    with _lock:
        if _handler is None:
            logging.getLogger("django.request").addFilter(_is_worth_logging)
            got_request_exception.connect(_remember_failure)
            _handler = WSGIHandler()
        return _handler


def _is_worth_logging(record: logging.LogRecord) -> bool:
    # That a page does not exist is an expected answer when baking.
    return record.levelno >= logging.ERROR or not isinstance(getattr(record, "request", None), _ReaderRequest)


def _remember_failure(request: WSGIRequest, **_facts: object) -> None:
    error = sys.exception()
    if isinstance(request, _ReaderRequest):
        request.failure = f"{type(error).__name__}: {error}"


def _reader_environ(path: str) -> WSGIEnvironment:
    site = urlsplit(settings.SITE_URL)
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.encode().decode("latin-1"),
        "RAW_URI": quote(path),
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or (443 if settings.HTTPS else 80)),
        "HTTP_HOST": site.netloc,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }
