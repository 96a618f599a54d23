"""The watermark of the desk (水印): who reads a page and when, if the operator wants it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from .. import audit
from .acting_user import acting_user


def watermark_of(request: HttpRequest) -> dict[str, Any] | None:
    """Return the name and the time that are shown across the page; None if they are not."""
    if not settings.DESK_WATERMARK or not request.user.is_authenticated:
        return None
    return {"name": audit.name_with_account(acting_user(request)), "at": timezone.now()}


def watermark_draft(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put the watermark over a draft, whose page is made by the readers' side and knows nothing of the desk.

    In a frame of the desk the page around it has one already.
    """
    watermark = watermark_of(request)
    if watermark and request.headers.get("Sec-Fetch-Dest") != "iframe":
        drawn = render_to_string("admin/watermark_of_draft.html", {"watermark": watermark})
        response.content = response.content.replace(b"</body>", drawn.encode() + b"</body>")
    return response
