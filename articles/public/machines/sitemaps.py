"""Sitemaps: an index, the lists, the news of two days, files of people, sources and keywords, and one for each month,
which are split after each thousand; and robots.txt.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ... import baking
from ...models import Article, Section, Topic
from ...models.expiry import has_expired
from ...models.quick_paths import numbered_path
from ..pages.archive import parse_day
from ..pages.page_batch import PageBatch

MOST_NEWS = 1000
# Not for robots: the desk, drafts, pages that are never baked, and the addresses in QR codes.
CLOSED = ("/admin/", "/preview/", "/search/", "/look/set", "/report/", "/copy/", "/api/", "/q/", "/Q/")


@require_safe
def sitemap_index_view(request: HttpRequest) -> HttpResponse:
    """The index of all sitemaps."""
    addresses = [settings.SITE_URL + path for path in baking.sitemap_addresses()]
    return TemplateResponse(
        request, "public/sitemap_index.xml", {"addresses": addresses}, content_type="application/xml"
    )


@require_safe
def sitemap_lists_view(request: HttpRequest) -> HttpResponse:
    """The home page, the sections, the topics, the corrections and the months of the archive."""
    sections = Section.objects.filter(last_ordinal__gt=0).order_by("position", "pk")
    paths = (
        *(reverse(name) for name in ("home", "topics", "corrections", "archive")),
        *(section.get_absolute_url() for section in sections),
        *(topic.get_absolute_url() for topic in Topic.objects.public()),
        *baking.month_addresses(),
    )
    return _sitemap_response(request, [(path, None) for path in paths])


@require_safe
def sitemap_month_view(request: HttpRequest, month: str, part: str = "1") -> HttpResponse:
    """The public articles first published in a month, with the time of their live edition.

    `part` 2 has those after the first thousand, and so on; 404 for a part without articles. A part whose articles have
    all expired is empty, since the index lists it.
    """
    found = baking.sitemap_articles(parse_day(f"{month}-01"), int(part) - 1)
    rows = list(found.values_list("number", "live__published_at", "expires_at"))
    if not rows:
        raise Http404
    now = timezone.now()
    entries = [
        (numbered_path("article", number), changed)
        for number, changed, expires in rows
        if not has_expired(expires, now)
    ]
    return _sitemap_response(request, entries)


@require_safe
def sitemap_names_view(request: HttpRequest, names: str, part: str = "1") -> HttpResponse:
    """The pages of people, sources or keywords that public articles name, by key; 404 for an empty part.

    `part` 2 has those whose keys follow the first thousand, and so on.
    """
    route = next(route for route, (name, _model) in baking.NAMES.items() if name == names)
    keys = baking.names_in_sitemap(route, int(part) - 1).values_list("pk", flat=True)
    entries = [(numbered_path(route, key), None) for key in keys]
    if not entries:
        raise Http404
    return _sitemap_response(request, entries)


def _sitemap_response(request: HttpRequest, entries: Sequence[tuple[str, datetime | None]]) -> HttpResponse:
    context = {"entries": [(settings.SITE_URL + path, at and _written(at)) for path, at in entries]}
    return TemplateResponse(request, "public/sitemap.xml", context, content_type="application/xml")


def _written(at: datetime) -> str:
    """Return an instant in the site's time zone; a template's `date` takes ten times as long for each of a thousand."""
    return timezone.localtime(at).isoformat()


@require_safe
def news_sitemap_view(request: HttpRequest) -> HttpResponse:
    """The articles of the last two days in Google's format for news; at most a thousand."""
    rows = Article.objects.public().filter(first_published_at__gt=timezone.now() - baking.NEWS_SITEMAP_AGE)
    newest = rows.order_by("-first_published_at", "-number").values_list("number", "first_published_at", "live__title")
    entries = [
        (settings.SITE_URL + numbered_path("article", number), _written(at), title)
        for number, at, title in newest[:MOST_NEWS]
    ]
    context = {"entries": entries, "name": PageBatch.of_request(request).settings.name}
    return TemplateResponse(request, "public/news_sitemap.xml", context, content_type="application/xml")


@require_safe
def robots_view(request: HttpRequest) -> HttpResponse:
    """robots.txt."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        *(f"Sitemap: {settings.SITE_URL}{reverse(name)}" for name in ("sitemap", "news_sitemap")),
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
