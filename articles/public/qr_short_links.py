"""The addresses in QR codes, and the images of the codes."""

from functools import lru_cache
from typing import Literal

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import qr_short_links
from ..models import ShortLink
from .pages.article_page import text_has_changed
from .pages.errors import gone_response
from .pages.page_batch import PageBatch
from .public_facts import live_edition

# The sides of images in pixels; for any other requested size, the next larger one. USUAL is baked.
USUAL = 328
SIZES = (128, USUAL, 656, 1024, 2048)
MOST_KEPT = 64  # images in memory, of a few kilobytes each


@never_cache
@require_safe
def scan_view(request: HttpRequest, code: str) -> HttpResponse:
    """Count the scan and redirect to the article; 410 if it was withdrawn or has expired, 404 for an unknown code.

    Only for codes whose target the baked files do not show (serving/qr_short_links.py).
    """
    link = qr_short_links.find_short_link(code)
    if link is None:
        raise Http404
    if not link.article.is_public:
        return gone_response(request, link.article.state)
    if request.method == "GET":
        qr_short_links.count_scan(link.code)
    target = link.article.public_url
    if link.edition and text_has_changed(link.edition, live_edition(link.article)):
        # The printed text is out of date, and this page says so.
        target = settings.SITE_URL + reverse("since", args=[link.article_id, link.edition.number])
    # Absolute, with the host from settings: a forged Host header cannot redirect anybody elsewhere.
    return redirect(target)


@require_safe
def code_image_view(request: HttpRequest, code: str, form: Literal["svg", "png"]) -> HttpResponse:
    """The image of a code, one of SIZES square, by `?size=`; caches may keep it for a day. 400 if that is not a
    number.
    """
    if not ShortLink.objects.filter(code=code).exists():
        raise Http404
    try:
        size = int(request.GET.get("size", USUAL))
    except ValueError as error:
        raise BadRequest("size must be a number of pixels") from error
    size = next((allowed for allowed in SIZES if allowed >= size), SIZES[-1])
    logo = PageBatch.of_request(request).settings.logo
    drawn = _drawn_image(qr_short_links.code_url(code), form, size, logo.file.name if logo else "")
    response = HttpResponse(drawn, content_type="image/svg+xml" if form == "svg" else "image/png")
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="{code}.{form}"'
    return response


@lru_cache(maxsize=MOST_KEPT)
def _drawn_image(url: str, form: Literal["svg", "png"], size: int, logo_file: str) -> bytes:
    """Draw a code; `logo_file` is the name of a stored picture, which is named after its content, or ''."""
    logo = None
    if logo_file:
        with default_storage.open(logo_file) as file:
            logo = file.read()
    return qr_short_links.draw_qr_code(url, form=form, size=size, logo=logo)
