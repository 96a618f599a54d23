"""Where an article's page leads: to the articles before and after it in its section, and to those that are related to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet, Value

from ...keyword_relations import RELATED_SHOWN
from ...models import Article, Relation

# Places on either side in which a neighbour is looked for first; ten withdrawn in a row are rare.
NEAR = 10
# Places that are read at once for articles of one section.
WIDEST = 500


class NeighbourLink(NamedTuple):
    """Another article, as a line that leads to it. Related ones have no place."""

    number: int
    place: int
    title: str
    published_at: datetime


class Neighbours(NamedTuple):
    """The neighbours in the section, and the newest of the related articles (相关阅读) that readers may see."""

    before: NeighbourLink | None = None
    after: NeighbourLink | None = None
    related: tuple[NeighbourLink, ...] = ()


def neighbours_of(articles: Iterable[Article]) -> dict[int, Neighbours]:
    """What is around each of these public articles, by number; left out are those too far away from the first of their section.

    One query for all of them, and one more for each whose neighbours are not near.
    """
    sections: dict[int, list[Article]] = {}
    for article in articles:
        group = sections.setdefault(article.listed_in_id, [])
        if not group or abs(article.ordinal - group[0].ordinal) <= WIDEST:
            group.append(article)
    slices = {
        section: (min(row.ordinal for row in group) - NEAR, max(row.ordinal for row in group) + NEAR)
        for section, group in sections.items()
    }
    listed, related = _read_slices(slices, [row.number for group in sections.values() for row in group])
    return {
        row.number: Neighbours(
            *_adjacent_articles(row, listed.get(section, []), *slices[section]), tuple(related.get(row.number, ()))
        )
        for section, group in sections.items()
        for row in group
    }


def _read_slices(
    slices: dict[int, tuple[int, int]], numbers: list[int]
) -> tuple[dict[int, list[NeighbourLink]], dict[int, list[NeighbourLink]]]:
    """What stands in slices of ordinals, by section and in their order; and the related articles, by number, newest first."""
    public = Article.objects.public()
    near = public.in_ordinal_ranges(slices).annotate(to=Value(0), place=F("ordinal"))
    pairs = Relation.objects.filter(article__in=numbers, other__in=public).annotate(to=F("article"), place=Value(0))
    rows = (
        near.order_by()
        .values_list("to", "listed_in", "place", *_neighbour_link(""))
        .union(pairs.values_list("to", "other__listed_in", "place", *_neighbour_link("other__")), all=True)
    )
    listed: dict[int, list[NeighbourLink]] = {}
    related: dict[int, list[NeighbourLink]] = {}
    for to, section, place, number, short, title, at in rows:
        (related.setdefault(to, []) if to else listed.setdefault(section, [])).append(
            NeighbourLink(number, place, short or title, at)
        )
    for found in listed.values():
        found.sort(key=lambda other: other.place)
    for to, found in related.items():
        related[to] = sorted(found, key=lambda other: (other.published_at, other.number), reverse=True)[:RELATED_SHOWN]
    return listed, related


def _adjacent_articles(
    article: Article, near: list[NeighbourLink], first: int, last: int
) -> tuple[NeighbourLink | None, NeighbourLink | None]:
    """The articles before and after, of those in the slice from `first` to `last`, or further away where there is none."""
    before = next((other for other in reversed(near) if other.place < article.ordinal), None)
    after = next((other for other in near if other.place > article.ordinal), None)
    listed = Article.objects.public().filter(listed_in=article.listed_in_id)
    if before is None and first > 1:
        before = _nearest_rows(listed.filter(ordinal__lt=first).order_by("-ordinal"))
    if after is None and last < article.listed_in.last_ordinal:
        after = _nearest_rows(listed.filter(ordinal__gt=last).order_by("ordinal"))
    return before, after


def _nearest_rows(rows: QuerySet[Article]) -> NeighbourLink | None:
    for number, short, title, at, place in rows.values_list(*_neighbour_link(""), "ordinal")[:1]:
        return NeighbourLink(number, place, short or title, at)
    return None


def _neighbour_link(of: str) -> list[str]:
    return [f"{of}{name}" for name in ("number", "live__short_title", "live__title", "first_published_at")]
