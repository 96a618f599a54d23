"""The Cache-Control header of pages that Django answers: the same as for baked files."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from ..baking import PAGE_CACHE_CONTROL

SAFE_METHODS = ("GET", "HEAD")
# These may be reverted: an article is restored, an address gets a page. Otherwise browsers cache a 301 or 410.
UNDONE = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class CacheControlMiddleware:
    """Let caches keep readers' pages, which are the same for everybody (law 9), as long as they revalidate them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in SAFE_METHODS and not request.path.startswith("/admin/"):
            if response.status_code == HTTPStatus.OK:
                response.headers.setdefault("Cache-Control", PAGE_CACHE_CONTROL)
            elif response.status_code in UNDONE:
                response.headers.setdefault("Cache-Control", "no-cache")
        return response
