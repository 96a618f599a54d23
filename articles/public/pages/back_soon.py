"""The page for readers while the database is away. It is baked, and sent with the status 503 at other addresses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..machines import page_metadata


@require_safe
def back_soon_view(request: HttpRequest) -> HttpResponse:
    """Say that this page will be back soon, and that published news can be read; not indexed."""
    return render(request, "public/back_soon.html", {"meta": page_metadata.unindexed_metadata()})
