"""Public content as JSON, for a mini-program or the provincial platform: read only, without a key (docs/api.md).

api_document.py describes it in OpenAPI; tests/test_api.py checks that the answers match that document.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from ... import merging, publication_log, search
from ...baking import PAGE_CACHE_CONTROL
from ...models import Article, Person, Source
from ...refusals import Problem, Refusal
from ..caching import SAFE_METHODS
from ..pages.page_batch import PageBatch
from .api_document import LARGEST_PAGE, MOST_PAGES, USUAL_PAGE, openapi_document
from .api_facts import article_facts, article_summaries, edition_facts, section_facts
from .api_parameters import (
    UNKNOWN_ORDER,
    ApiError,
    day_range,
    make_cursor,
    number_parameter,
    parse_cursor,
    query_parameters,
    section_parameter,
)

MOST_EDITIONS = 50
READ_ONLY = Problem("api.read_only", _("This interface is read only: use GET or HEAD."))
NO_ARTICLE = Problem("api.no_article", _("There is no such article."))
NOT_PUBLIC = Problem("api.not_public", _("This article can no longer be read here."))


def api_resource(view: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """Decorate a view that returns a dictionary.

    The answer is JSON with a strong ETag, open to every origin; if the view raises a Refusal, it is problem+json.
    """

    @csrf_exempt  # there is no session; other methods are refused below
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method not in SAFE_METHODS:
                raise ApiError(405, READ_ONLY)
            response = JsonResponse(view(request, *args, **kwargs), json_dumps_params={"ensure_ascii": False})
        except Refusal as refusal:
            return _problem_response(refusal)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = PAGE_CACHE_CONTROL
        response["ETag"] = etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, etag=etag, response=response) or response

    return answer


def _problem_response(refusal: Refusal) -> HttpResponse:
    """Return the refusal as RFC 9457 has it; never cached."""
    status = refusal.status if isinstance(refusal, ApiError) else 422
    facts = {"type": "about:blank", "title": _("This cannot be answered"), "status": status, "detail": str(refusal)}
    return JsonResponse(
        facts,
        status=status,
        json_dumps_params={"ensure_ascii": False},
        content_type="application/problem+json",
        headers={
            "Cache-Control": "no-store",
            "Access-Control-Allow-Origin": "*",
            **({"Allow": ", ".join(SAFE_METHODS)} if status == 405 else {}),
        },
    )


@api_resource
def openapi_view(request: HttpRequest) -> dict[str, Any]:
    """The OpenAPI document of this interface."""
    return openapi_document()


@api_resource
def api_sections(request: HttpRequest) -> dict[str, Any]:
    """Every section, parents before children."""
    return {"sections": [section_facts(section) for section in PageBatch.of_request(request).site.sections]}


@api_resource
def api_articles(request: HttpRequest) -> dict[str, Any]:
    """The newest articles first; `next` is the cursor of older ones, None on the last page."""
    parameters = query_parameters(request, "articles")
    limit = number_parameter(parameters, "limit", USUAL_PAGE, LARGEST_PAGE)
    rows = Article.objects.public().for_lists()
    section = section_parameter(request, parameters)
    if section:
        rows = rows.filter(listed_in=section)
    rows = rows.first_published_between(*day_range(parameters))
    if parameters.get("cursor"):
        at, number = parse_cursor(parameters["cursor"])
        rows = rows.filter(first_published_at__lte=at).filter(Q(first_published_at__lt=at) | Q(number__lt=number))
    found = list(rows[: limit + 1])
    has_more = len(found) > limit
    found = found[:limit]
    return {
        "articles": article_summaries(found),
        "next": make_cursor(found[-1]) if has_more else None,
    }


@api_resource
def api_article(request: HttpRequest, number: int) -> dict[str, Any]:
    """One article as readers see it."""
    return article_facts(_public_article(request, number))


@api_resource
def api_editions(request: HttpRequest, number: int) -> dict[str, Any]:
    """The newest editions of an article, newest first."""
    editions = list(_public_article(request, number).editions.order_by("-number")[:MOST_EDITIONS])
    numbers = publication_log.log_numbers(editions)
    return {"editions": [edition_facts(edition, numbers.get(edition.pk)) for edition in editions]}


@api_resource
def api_search(request: HttpRequest) -> dict[str, Any]:
    """What the site's search finds."""
    parameters = query_parameters(request, "search")
    section = section_parameter(request, parameters)
    since, until = day_range(parameters)
    order = parameters.get("order", "best")
    if order not in ("best", "time"):
        raise ApiError(400, UNKNOWN_ORDER)
    page = number_parameter(parameters, "page", 1, MOST_PAGES)
    query = search.SearchQuery(
        words=search.SearchQuery.words_in(parameters.get("q", "")),
        sections=tuple(section.with_all_below()) if section else (),
        persons=merging.printed_names(Person, parameters.get("person", "")),
        keyword=parameters.get("keyword", ""),
        sources=merging.printed_names(Source, parameters.get("source", "")),
        since=since,
        until=until,
        by_time=order == "time",
    )
    found = search.search_articles(query, first=(page - 1) * USUAL_PAGE, most=USUAL_PAGE)
    return {"hits": _hit_facts(found.hits), "total": found.total, "more": found.more}


def _hit_facts(hits: list[search.SearchHit]) -> list[dict[str, Any]]:
    summaries = article_summaries(hit.article for hit in hits)
    return [
        {**summary, "snippet": [{"text": part.text, "found": part.found} for part in hit.snippet]}
        for summary, hit in zip(summaries, hits, strict=True)
    ]


def _public_article(request: HttpRequest, number: int) -> Article:
    """Return a public article. Raises ApiError: 404 if it was never public, 410 if it is public no longer."""
    article = PageBatch.of_request(request).article(number) if number < 2**63 else None
    if article is None:
        raise ApiError(404, NO_ARTICLE)
    if not article.is_public:
        raise ApiError(410, NOT_PUBLIC)
    return article


def api_urls() -> list[URLPattern]:
    """Return the addresses of the resources."""
    return [
        path("api/v1/openapi.json", openapi_view, name="api"),
        path("api/v1/sections", api_sections, name="api_sections"),
        path("api/v1/articles", api_articles, name="api_articles"),
        path("api/v1/articles/<int:number>", api_article, name="api_article"),
        path("api/v1/articles/<int:number>/editions", api_editions, name="api_editions"),
        path("api/v1/search", api_search, name="api_search"),
    ]
