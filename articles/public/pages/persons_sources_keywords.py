"""The pages of people, sources and keywords: the newest articles that name them."""

from collections.abc import Sequence
from itertools import count

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ... import merging, search
from ...models import Article, Keyword, Person, Source, Tagging
from ..machines import page_metadata

NEWEST = 40
LOOKED_AT = 2 * NEWEST  # articles of a keyword that are read at a time; some may have expired or been withdrawn


@require_safe
def person_view(request: HttpRequest, key: int) -> HttpResponse:
    """The articles that credit a person, under the name and unit as printed."""
    rows = merging.row_and_doubles(Person, _bounded_key(key))
    query = search.SearchQuery(credits=tuple((row.name, row.unit) for row in rows))
    return _merged_response(rows) or _names_response(request, rows[0], _newest_numbers(query), search_field="person")


@require_safe
def source_view(request: HttpRequest, key: int) -> HttpResponse:
    """The articles from a source, with a link to its own site."""
    rows = merging.row_and_doubles(Source, _bounded_key(key))
    query = search.SearchQuery(sources=tuple(row.name for row in rows))
    return _merged_response(rows) or _names_response(request, rows[0], _newest_numbers(query), search_field="source")


@require_safe
def keyword_view(request: HttpRequest, key: int) -> HttpResponse:
    """The articles to which editors gave a keyword."""
    found = get_object_or_404(Keyword, pk=_bounded_key(key))
    return _names_response(request, found, _newest_tagged(found), search_field="keyword")


def _newest_tagged(keyword: Keyword) -> list[int]:
    """Return the numbers of the newest public articles with this keyword, at most NEWEST + 1.

    Each is asked about by itself: joined, PostgreSQL may begin with the articles, and look through all drafts.
    """
    is_public = Exists(Article.objects.public().filter(pk=OuterRef("article")))
    tagged = Tagging.objects.filter(keyword=keyword).order_by("-at", "-article").values_list("article", is_public)
    found: list[int] = []
    for first in count(step=LOOKED_AT):
        rows = list(tagged[first : first + LOOKED_AT])
        found += [number for number, shown in rows if shown]
        if len(found) > NEWEST or len(rows) < LOOKED_AT:
            break
    return found[: NEWEST + 1]


def _names_response(
    request: HttpRequest, named: Person | Source | Keyword, numbers: list[int], *, search_field: str
) -> HttpResponse:
    """Return the page of the first NEWEST articles, with a link to a search by `search_field` if there are more.

    Raises Http404 if none of them is public.
    """
    articles = list(Article.objects.public().for_lists().filter(number__in=numbers[:NEWEST]))
    if not articles:
        raise Http404
    older = QueryDict(mutable=True)
    older.update({search_field: named.name, "order": "time"})
    context = {
        "name": named.name,
        "note": named.unit if isinstance(named, Person) else "",
        "url": named.url if isinstance(named, Source) else "",
        "articles": articles,
        "older": f"{reverse('search')}?{older.urlencode()}" if len(numbers) > NEWEST else "",
        "meta": page_metadata.list_metadata(named.name, named.get_absolute_url(), articles=articles),
    }
    return render(request, "public/persons_sources_keywords.html", context)


def _newest_numbers(query: search.SearchQuery) -> list[int]:
    return search.newest_numbers(query, NEWEST + 1)


def _merged_response(rows: Sequence[Person | Source]) -> HttpResponse | None:
    """Return the way to the person or source that the first row was merged into, or None. Raises Http404 for no row."""
    if not rows:
        raise Http404
    merged_into = rows[0].merged_into
    return HttpResponsePermanentRedirect(merged_into.get_absolute_url()) if merged_into else None


def _bounded_key(key: int) -> int:
    """Return the key. Raises Http404 if it does not fit into a column of the database."""
    if key >= 2**63:
        raise Http404
    return key
