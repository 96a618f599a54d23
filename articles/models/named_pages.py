"""The person, source and keyword pages that list an article."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from .keyword_relation import Keyword
from .person import Person
from .source import Source


def find_named_pages(contents: Iterable[dict[str, Any]], *others: QuerySet[Any]) -> list[tuple[str, int, str, str]]:
    """(URL name, key, name, unit) of each person, source and keyword in these revision contents, sorted. One query.

    The page of a double is that of the person or source it was merged into. People are matched by name only; the
    caller compares the units. `others` are querysets with the same four columns.
    """
    contents = list(contents)
    names = {credit["name"] for content in contents for credit in content["credits"]}
    sources = {content["source"]["name"] for content in contents if content["source"]}
    keywords = {word for content in contents for word in content["keywords"]}
    found = [
        Person.objects.filter(name__in=names).annotate(route=Value("person"), key=Coalesce("merged_into", "pk")),
        Source.objects.filter(name__in=sources).annotate(
            route=Value("source"), key=Coalesce("merged_into", "pk"), unit=Value("")
        ),
        Keyword.objects.filter(name__in=keywords).annotate(route=Value("keyword"), key=F("pk"), unit=Value("")),
    ]
    first, *rest = (rows.order_by().values_list("route", "key", "name", "unit") for rows in found)
    return sorted(first.union(*rest, *others))
