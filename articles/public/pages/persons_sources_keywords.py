"""The pages of people, of sources and of keywords: the newest of what they are printed on."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ... import search
from ...models import Article, Keyword, Person, Source
from ..machines import page_metadata

NEWEST = 40


@require_safe
def person_view(request: HttpRequest, key: int) -> HttpResponse:
    """What a person is credited on, under the name and unit as they were printed."""
    found = get_object_or_404(Person, pk=_bounded_key(key))
    numbers = search.newest_numbers(search.SearchQuery(credit=(found.name, found.unit)), NEWEST + 1)
    return _names_response(request, found, numbers, note=found.unit, older={"person": found.name, "order": "time"})


@require_safe
def source_view(request: HttpRequest, key: int) -> HttpResponse:
    """What came from a source, with the way to its own site."""
    found = get_object_or_404(Source, pk=_bounded_key(key))
    numbers = search.newest_numbers(search.SearchQuery(source=found.name), NEWEST + 1)
    return _names_response(request, found, numbers, url=found.url, older={"source": found.name, "order": "time"})


@require_safe
def keyword_view(request: HttpRequest, key: int) -> HttpResponse:
    """What editors gave a keyword."""
    found = get_object_or_404(Keyword, pk=_bounded_key(key))
    public = Article.objects.public().filter(taggings__keyword=found).order_by("-taggings__at", "-number")
    numbers = list(public.values_list("number", flat=True)[: NEWEST + 1])
    return _names_response(request, found, numbers, older={"keyword": found.name, "order": "time"})


def _names_response(
    request: HttpRequest, named: Any, numbers: list[int], *, older: dict[str, str], note: str = "", url: str = ""
) -> HttpResponse:
    articles = list(Article.objects.public().for_lists().filter(number__in=numbers[:NEWEST]))
    if not articles:
        raise Http404
    asked = QueryDict(mutable=True)
    asked.update(older)
    context = {
        "name": named.name,
        "note": note,
        "url": url,
        "articles": articles,
        "older": f"{reverse('search')}?{asked.urlencode()}" if len(numbers) > NEWEST else "",
        "meta": page_metadata.list_metadata(named.name, named.get_absolute_url(), articles=articles),
    }
    return render(request, "public/names.html", context)


def _bounded_key(key: int) -> int:
    if key >= 2**63:
        raise Http404
    return key
