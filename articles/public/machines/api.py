"""What is public, as JSON, for a mini-program or the provincial platform: read only, for everybody, no key (docs/api.md).

The document that describes it is api_document.py; tests/test_api.py holds the two together.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import path
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ... import search, short_links
from ...baking import CACHE_CONTROL
from ...models import Article, Edition, Section
from ...refusals import Problem, Refusal
from ..pages import page_batch
from ..pages.article_page import ArticlePage, edition_note
from .api_document import LARGEST_PAGE, MOST_PAGES, USUAL_PAGE, openapi_document

CURSOR = re.compile(r"([0-9]{1,16})-([0-9]{1,18})")
PARAMETERS = {
    "articles": {"section", "since", "until", "limit", "cursor"},
    "search": {"q", "section", "person", "keyword", "source", "since", "until", "order", "page"},
}


UNKNOWN_ORDER = Problem("api.unknown_order", _("“order” is “best” or “time”."))
UNKNOWN_PARAMETER = Problem("api.unknown_parameter", _("There is no parameter “%(unknown)s”; there are: %(known)s."))
ODD_PARAMETER = Problem("api.odd_parameter", _("A parameter is at most 200 characters long, and none of them is NUL."))
NO_NUMBER = Problem("api.no_number", _("“%(name)s” is a number from 1 to %(most)d."))
NO_SECTION = Problem("api.no_section", _("There is no section “%(slug)s”."))
NO_DAY = Problem("api.no_day", _("“%(name)s” is a day such as 2026-05-31."))
NO_CURSOR = Problem("api.no_cursor", _("“cursor” is what “next” of the page before says."))
NO_ARTICLE = Problem("api.no_article", _("There is no such article."))
NOT_PUBLIC = Problem("api.not_public", _("This article can no longer be read here."))


class ApiError(Refusal):
    """Raised for what cannot be answered; the answer has this status instead (RFC 9457)."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem)
        self.status = status


def api_resource(view: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """A view that answers a dictionary: as JSON, with a strong ETag, for every origin; a Refusal as problem+json."""

    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = JsonResponse(view(request, *args, **kwargs), json_dumps_params={"ensure_ascii": False})
        except Refusal as refusal:
            status = refusal.status if isinstance(refusal, ApiError) else 422
            facts = {
                "type": "about:blank",
                "title": _("This cannot be answered"),
                "status": status,
                "detail": str(refusal),
            }
            response = JsonResponse(
                facts,
                status=status,
                json_dumps_params={"ensure_ascii": False},
                content_type="application/problem+json",
            )
            response["Cache-Control"] = "no-store"
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code != 200:
            return response
        response["Cache-Control"] = CACHE_CONTROL
        response["ETag"] = etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, etag=etag, response=response)

    return answered


@api_resource
def openapi_view(request: HttpRequest) -> dict[str, Any]:
    return openapi_document()


@api_resource
def api_sections(request: HttpRequest) -> dict[str, Any]:
    """Every section, parents before children."""
    found = page_batch.page_batch(request).site.sections
    return {
        "sections": [
            {
                "slug": s.slug,
                "name": s.name,
                "parent": s.parent.slug if s.parent else None,
                "description": s.description,
                "url": settings.SITE_URL + s.get_absolute_url(),
            }
            for s in found
        ]
    }


@api_resource
def api_articles(request: HttpRequest) -> dict[str, Any]:
    """The newest first; `next` leads to the older ones."""
    asked = _query_parameters(request, "articles")
    limit = _number_parameter(asked, "limit", USUAL_PAGE, LARGEST_PAGE)
    rows = Article.objects.public().for_lists()
    section = _section_parameter(request, asked)
    if section:
        rows = rows.filter(listed_in=section)
    rows = rows.first_published_between(*_day_range(asked))
    if asked.get("cursor"):
        at, number = _parse_cursor(asked["cursor"])
        rows = rows.filter(first_published_at__lte=at).filter(Q(first_published_at__lt=at) | Q(number__lt=number))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return {
        "articles": [_article_summary(article) for article in found],
        "next": _next_cursor(found[-1]) if more else None,
    }


@api_resource
def api_article(request: HttpRequest, number: int) -> dict[str, Any]:
    """One article as readers see it."""
    row = _public_article(request, number)
    page = ArticlePage.of_edition(row)
    content = page.content
    return {
        **_summary_facts(row, content["title"], content["summary"], page.section),
        "kicker": content["kicker"],
        "subtitle": content["subtitle"],
        "body": content["body"],
        "edition": page.edition,
        "updated_at": _iso_instant(page.updated_at),
        "source": content["source"]["name"] if content["source"] else None,
        "original_url": content["original_url"] or None,
        "authors": page.authors,
        "credits": [{"role": c["role"], "name": c["name"], "unit": c["unit"]} for c in content["credits"]],
        "keywords": content["keywords"],
        "cover": _picture_facts(content["cover"]) if content["cover"] else None,
        "pictures": [_picture_facts(picture) for picture in content["pictures"]],
        "attachments": [
            {"name": a["name"], "url": settings.SITE_URL + a["url"], "size": a["size"]} for a in page.attachments
        ],
        "corrections": [{"note": c.note, "published_at": _iso_instant(c.published_at)} for c in page.corrections],
        "codes": {
            name: short_links.code_url(short_links.code_for(number, purpose))
            for name, purpose in (("wechat", "W"), ("phone", "M"))
        },
    }


@api_resource
def api_editions(request: HttpRequest, number: int) -> dict[str, Any]:
    """How often an article was published, when, and what readers were told of it; the newest fifty."""
    row = _public_article(request, number)
    found = row.editions.order_by("-number")[:50]
    return {
        "editions": [
            {
                "number": e.number,
                "kind": e.kind,
                "published_at": _iso_instant(e.published_at),
                "digest": e.digest,
                "note": edition_note(e) if e.kind == Edition.Kind.CORRECTION else "",
            }
            for e in found
        ]
    }


@api_resource
def api_search(request: HttpRequest) -> dict[str, Any]:
    """What the site's search finds."""
    asked = _query_parameters(request, "search")
    section = _section_parameter(request, asked)
    since, until = _day_range(asked)
    by_time = asked.get("order", "best")
    if by_time not in ("best", "time"):
        raise ApiError(400, UNKNOWN_ORDER)
    page = _number_parameter(asked, "page", 1, MOST_PAGES)
    query = search.SearchQuery(
        words=search.SearchQuery.words_in(asked.get("q", "")),
        sections=tuple(section.with_all_below()) if section else (),
        person=asked.get("person", ""),
        keyword=asked.get("keyword", ""),
        source=asked.get("source", ""),
        since=since,
        until=until,
        by_time=by_time == "time",
    )
    found = search.search_articles(query, first=(page - 1) * USUAL_PAGE, most=USUAL_PAGE)
    rows = Article.objects.public().for_lists().in_bulk([hit.number for hit in found.hits])
    hits = [
        {
            **_article_summary(rows[hit.number]),
            "snippet": [{"text": part.text, "found": part.found} for part in hit.snippet],
        }
        for hit in found.hits
        if hit.number in rows
    ]
    return {"hits": hits, "total": found.total, "more": found.more}


def api_urls() -> list[Any]:
    """Where the resources are."""
    return [
        path("api/v1/openapi.json", openapi_view, name="api"),
        path("api/v1/sections", api_sections, name="api_sections"),
        path("api/v1/articles", api_articles, name="api_articles"),
        path("api/v1/articles/<int:number>", api_article, name="api_article"),
        path("api/v1/articles/<int:number>/editions", api_editions, name="api_editions"),
        path("api/v1/search", api_search, name="api_search"),
    ]


# --- what was asked ---------------------------------------------------------------------------------------------------


def _query_parameters(request: HttpRequest, name: str) -> QueryDict:
    """The parameters; one that we do not know is said, so that a typing error is not taken for "everything"."""
    unknown = set(request.GET) - PARAMETERS[name]
    if unknown:
        known = {"unknown": "、".join(sorted(unknown)[:5])[:80], "known": ", ".join(sorted(PARAMETERS[name]))}
        raise ApiError(400, UNKNOWN_PARAMETER.filled(**known))
    for value in request.GET.values():
        if "\x00" in value or len(value) > 200:
            raise ApiError(400, ODD_PARAMETER)
    return request.GET


def _number_parameter(asked: QueryDict, name: str, usual: int, most: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise ApiError(400, NO_NUMBER.filled(name=name, most=most))
    return int(text)


def _section_parameter(request: HttpRequest, asked: QueryDict) -> Section | None:
    slug = asked.get("section")
    if not slug:
        return None
    found = next((s for s in page_batch.page_batch(request).site.sections if s.slug == slug), None)
    if found is None:
        raise ApiError(404, NO_SECTION.filled(slug=slug[:40]))
    return found


def _day_range(asked: QueryDict) -> tuple[date | None, date | None]:
    days: list[date | None] = []
    for name in ("since", "until"):
        try:
            day = date.fromisoformat(asked[name]) if asked.get(name) else None
        except ValueError:
            day = date.min
        if day and not 1900 <= day.year <= 2200:
            raise ApiError(400, NO_DAY.filled(name=name))
        days.append(day)
    return days[0], days[1]


def _parse_cursor(text: str) -> tuple[datetime, int]:
    found = CURSOR.fullmatch(text)
    if found:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(found[1])), int(found[2])
    raise ApiError(400, NO_CURSOR)


def _next_cursor(article: Article) -> str:
    since = article.first_published_at - datetime.fromtimestamp(0, UTC)
    return f"{since // timedelta(microseconds=1)}-{article.number}"


def _public_article(request: HttpRequest, number: int) -> Article:
    row = page_batch.page_batch(request).article(number) if number < 2**63 else None
    if row is None:
        raise ApiError(404, NO_ARTICLE)
    if not row.is_public:
        raise ApiError(410, NOT_PUBLIC)
    return row


# --- what is answered -------------------------------------------------------------------------------------------------


def _article_summary(article: Article) -> dict[str, Any]:
    edition = article.live
    cover = edition.cover
    return {
        **_summary_facts(article, edition.title, edition.summary, article.listed_in),
        "cover": {"url": settings.SITE_URL + cover.url, "width": cover.width, "height": cover.height, "alt": cover.alt}
        if cover
        else None,
    }


def _summary_facts(article: Article, title: str, summary: str, section: Section) -> dict[str, Any]:
    return {
        "number": article.number,
        "url": article.public_url,
        "title": title,
        "summary": summary,
        "section": section.slug,
        "published_at": _iso_instant(article.first_published_at),
    }


def _picture_facts(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": settings.SITE_URL + settings.MEDIA_URL + facts["file"],
        "width": facts["width"],
        "height": facts["height"],
        "alt": facts["alt"],
        "credit": facts["credit"],
        "ai_label": facts["ai_label"],
    }


def _iso_instant(instant: datetime | None) -> str | None:
    return timezone.localtime(instant).isoformat(timespec="seconds") if instant else None
