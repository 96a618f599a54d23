"""What the site answers at an address, asked as a reader: no cookies, no account, the host from settings."""

import io
import logging
import sys
import threading
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import got_request_exception
from django.utils import translation
from django.utils.translation import gettext as _

_lock = threading.Lock()
_handler: WSGIHandler | None = None


# What the site says of an address that has no page, or has it no more, or somewhere else.
NO_PAGE = {301, 302, 404, 410}


class RenderFailed(Exception):
    """The site did not answer: an error of ours, not a page that is gone. The file on disk stays as it is."""


def render_page(path: str, shared: dict[str, Any] | None = None) -> bytes | None:
    """What a reader gets at `path` now, through every middleware; None where there is no page.

    `shared` is the same for pages that are asked for together, and names their `paths`: what they have in common is read
    and rendered once.
    Raises RenderFailed for any answer but a page or a clear no.
    """
    request = _reader_request(path)
    request.failure = ""  # type: ignore[attr-defined]
    request.shared = {} if shared is None else shared  # type: ignore[attr-defined]
    with translation.override(settings.LANGUAGE_CODE):
        response = _application().get_response(request)
    try:
        if response.status_code in NO_PAGE:
            return None
        if response.status_code != 200:
            answered = _("The site answered %(status)d.") % {"status": response.status_code}
            raise RenderFailed(f"{answered} {request.failure}".strip())  # type: ignore[attr-defined]
        return b"".join(response)
    finally:
        # Not response.close(): that announces the end of a request, and closes the database connection of whoever bakes.
        for close in getattr(response, "_resource_closers", ()):
            close()


def _application() -> WSGIHandler:
    """The site's handler. The first call makes it and connects the log filter and the failure report for its requests."""
    global _handler
    with _lock:
        if _handler is None:
            logging.getLogger("django.request").addFilter(_is_worth_logging)
            got_request_exception.connect(_remember_request)
            _handler = WSGIHandler()
        return _handler


def _is_worth_logging(record: logging.LogRecord) -> bool:
    # That a page is gone is what baking asks about, and nothing to warn of.
    return record.levelno >= logging.ERROR or not hasattr(getattr(record, "request", None), "failure")


def _remember_request(request: WSGIRequest, **_facts: object) -> None:
    error = sys.exception()
    if hasattr(request, "failure"):
        request.failure = f"{type(error).__name__}: {error}"


def _reader_request(path: str) -> WSGIRequest:
    site = urlsplit(settings.SITE_URL)
    return WSGIRequest(
        {
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
    )
