"""oEmbed (oembed.com): how another site embeds one of our articles."""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from ...models import Article, SiteSettings
from ..public_facts import live_edition
from .page_metadata import content_description

LEAST, USUAL, MOST = 240, 600, 1200  # pixels


@require_safe
def oembed_view(request: HttpRequest) -> HttpResponse:
    """A quotation with a link to the article; 404 if `url` is not a public article, 501 for formats other than JSON."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=501)
    found = re.fullmatch(re.escape(settings.SITE_URL) + r"/a/([1-9][0-9]{0,17})/", request.GET.get("url", ""))
    if not found:
        raise Http404
    article = get_object_or_404(Article.objects.public().select_related("live__revision"), number=int(found[1]))
    site, edition = SiteSettings.current().name, live_edition(article)
    quotation = format_html(
        '<blockquote cite="{url}"><p><a href="{url}">{title}</a></p><p>{text}</p><footer>{site}</footer></blockquote>',
        url=article.public_url,
        title=edition.title,
        text=content_description(edition.revision.content),
        site=site,
    )
    response = JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": edition.title,
            "provider_name": site,
            "provider_url": settings.SITE_URL + "/",
            "html": quotation,
            "width": min(_requested_width(request), USUAL),
            "height": None,
        }
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _requested_width(request: HttpRequest) -> int:
    """Return `maxwidth` in pixels, between LEAST and MOST; USUAL if it is not a number."""
    text = request.GET.get("maxwidth", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), LEAST), MOST) if is_number else USUAL
