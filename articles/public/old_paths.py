"""Answers for old addresses, looked up only if nothing else answers."""

import re
import string
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from .. import old_paths
from .caching import SAFE_METHODS
from .pages.errors import gone_response

PATH_CHARACTERS = "/:;@&=+$,-_.!~*'()"  # that mean in a path what they are (RFC 3986)


class OldPathMiddleware:
    """Turn a 404 into the 301 or 410 that the table of old paths has for the address, like Django's redirects app."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in SAFE_METHODS:
            return response
        old = old_paths.find_old_path(requested_address(request))
        if old is None or old.target == request.path_info:
            return response
        return HttpResponsePermanentRedirect(old.target) if old.target else gone_response(request)


def requested_address(request: HttpRequest) -> str:
    """Return path and query as they were requested, percent-encoded."""
    # Django decodes the path; of octets that are not UTF-8 (older sites used GBK) it leaves the encoding.
    path = re.sub("%25([89A-F][0-9A-F])", r"%\1", quote(request.path_info, safe=PATH_CHARACTERS))
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    return f"{path}?{quote(query, safe=string.punctuation)}" if query else path
