"""The error pages: 404 for pages that do not exist, 410 for those that were withdrawn, expired or removed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..machines import page_metadata


def gone_response(request: HttpRequest, state: str = "") -> HttpResponse:
    """Return the 410 page. `state` is an `Article.State`, or empty for an address that is not an article's."""
    return render(request, "public/gone.html", {"state": state, "meta": page_metadata.unindexed_metadata()}, status=410)


def not_found_view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 404 page (`handler404` in newsroom/urls.py); without content to baking, which writes no such page."""
    if getattr(request, "needs_no_error_page", False):
        return HttpResponse(status=404)
    return render(request, "public/not_found.html", {"meta": page_metadata.unindexed_metadata()}, status=404)
