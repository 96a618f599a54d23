"""Answers for old addresses, looked up only if nothing else answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from .. import old_paths
from .pages.errors import gone_response


class OldPathMiddleware:
    """Turn a 404 into the 301 or 410 that the table of old paths has for the address, like Django's redirects app."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        old = old_paths.find_old_path(request.path_info)
        if old is None:
            return response
        return HttpResponsePermanentRedirect(old.target) if old.target else gone_response(request)
