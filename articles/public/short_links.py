"""Where QR codes land, and the images that show them."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import short_links
from ..models import ShortLink, SiteSettings
from .pages import views
from .pages.article_page import text_has_changed

SMALLEST, USUAL, LARGEST = 64, 328, 2048


@never_cache
@require_safe
def scan_view(request: HttpRequest, code: str) -> HttpResponse:
    """Count the scan and lead on to the article in one step; 410 where it was withdrawn, 404 for a code of no article."""
    link = short_links.find_short_link(code)
    if link is None:
        raise Http404
    if not link.article.is_public:
        return views.gone_response(request, link.article.state)
    if request.method == "GET":
        short_links.count_scan(link)
    target = link.article.public_url
    if link.edition and text_has_changed(link.edition, link.article.live):
        # The paper says something else than the page by now.
        target = settings.SITE_URL + reverse("since", args=[link.article_id, link.edition.number])
    # Absolute, with the host from settings: a forged Host header leads nobody astray.
    return redirect(target)


@require_safe
def code_image_view(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The image of a code, `?size=` pixels square. The image of a code never changes, so caches may keep it."""
    if not ShortLink.objects.filter(code=code).exists():
        raise Http404
    try:
        size = int(request.GET.get("size", USUAL))
    except ValueError as error:
        raise BadRequest("size must be a number of pixels") from error
    size = min(max(size, SMALLEST), LARGEST)
    logo = SiteSettings.current().logo
    data = None
    if logo:
        with logo.file.open("rb") as file:
            data = file.read()
    drawn = short_links.draw_qr_code(short_links.code_url(code), form=form, size=size, logo=data)
    response = HttpResponse(drawn, content_type="image/svg+xml" if form == "svg" else "image/png")
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="{code}.{form}"'
    return response
