"""The Cache-Control header of pages that Django answers: the same as for baked files."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ..baking import PAGE_CACHE_CONTROL

SAFE = ("GET", "HEAD")


class CacheControlMiddleware:
    """Let caches keep readers' pages, which are the same for everybody (law 9), as long as they revalidate them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 200 and request.method in SAFE and not request.path.startswith("/admin/"):
            response.headers.setdefault("Cache-Control", PAGE_CACHE_CONTROL)
        return response
