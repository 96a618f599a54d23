"""Maps for search engines: an index, and one file for each thousand numbers, however many articles there are.

Not one for each month: a publication writes its file anew, and a month of a large newsroom has ten thousand articles.
"""

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..baking import IS_NEWS, SITEMAP_SIZE
from ..models import Article, Section, SiteSettings

MOST_NEWS = 1000
# What robots leave alone: the desk, drafts, what is asked of Django each time, and where codes on paper land.
CLOSED = ("/admin/", "/preview/", "/search/", "/look/set", "/report/", "/api/", "/q/", "/Q/")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every file there is; one aggregate, whatever the archive's size."""
    last = Article.objects.filter(live__isnull=False).aggregate(last=Max("number"))["last"]
    parts = range((last or 0) // SITEMAP_SIZE + 1)
    addresses = [settings.SITE_URL + reverse("sitemap_part", args=[part]) for part in parts]
    return TemplateResponse(
        request, "public/sitemap_index.xml", {"addresses": addresses}, content_type="application/xml"
    )


@require_safe
def part(request: HttpRequest, thousands: int) -> HttpResponse:
    """The public articles of one range of numbers, with when each was last changed; the first file has the lists too."""
    if thousands > 10**9:
        raise Http404
    rows = Article.objects.public().filter(
        number__gte=thousands * SITEMAP_SIZE, number__lt=(thousands + 1) * SITEMAP_SIZE
    )
    entries = [
        (settings.SITE_URL + reverse("article", args=[number]), changed)
        for number, changed in rows.order_by("number").values_list("number", "live__published_at")
    ]
    if thousands == 0:
        sections = Section.objects.filter(last_ordinal__gt=0).order_by("position", "pk")
        lists = [reverse("home"), *(section.get_absolute_url() for section in sections)]
        entries = [*((settings.SITE_URL + path, None) for path in lists), *entries]
    elif not entries:
        raise Http404
    return TemplateResponse(request, "public/sitemap.xml", {"entries": entries}, content_type="application/xml")


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The articles of the last two days, as search engines want news; at most a thousand."""
    rows = Article.objects.public().filter(first_published_at__gt=timezone.now() - IS_NEWS).select_related("live")
    newest = rows.defer("body").order_by("-first_published_at", "-number")[:MOST_NEWS]
    context = {"articles": newest, "name": SiteSettings.current().name}
    return TemplateResponse(request, "public/news_sitemap.xml", context, content_type="application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        *(f"Sitemap: {settings.SITE_URL}{reverse(name)}" for name in ("sitemap", "news_sitemap")),
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
