"""The neighbours of an article in its section, and the articles related to it, for the links on its page."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet, Value

from ...keyword_relations import RELATED_SHOWN
from ...models import Article, Relation, Section
from ...models.expiry import readers_see
from ..public_facts import listing_ordinal, listing_section

# Ordinals on either side that are read first to find a neighbour; ten withdrawn articles in a row are rare.
NEAR = 10
# The largest distance between ordinals of one section that one query covers.
WIDEST = 500


class NeighbourLink(NamedTuple):
    """A link to another article. `place` is its ordinal in the section; for related articles it is 0."""

    number: int
    place: int
    title: str
    published_at: datetime
    corrected_at: datetime | None = None


class Neighbours(NamedTuple):
    """The neighbours in the section, and the newest of the related articles (相关阅读) that readers may see."""

    before: NeighbourLink | None = None
    after: NeighbourLink | None = None
    related: tuple[NeighbourLink, ...] = ()


def find_neighbours(articles: Iterable[Article]) -> dict[int, Neighbours]:
    """Return the neighbours of these public articles, by number.

    Articles more than WIDEST ordinals away from the first one of their section are left out. Costs one query for all
    articles, and one more for each missing neighbour that is not within NEAR ordinals.
    """
    sections: dict[int, list[Article]] = {}
    for article in articles:
        group = sections.setdefault(listing_section(article).pk, [])
        if not group or abs(listing_ordinal(article) - listing_ordinal(group[0])) <= WIDEST:
            group.append(article)
    slices = {
        section: (min(map(listing_ordinal, group)) - NEAR, max(map(listing_ordinal, group)) + NEAR)
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
    """Return the articles in slices of ordinals by section, in order, and the related ones by number, newest first."""
    public = Article.objects.public()
    near = public.in_ordinal_ranges(slices).annotate(to=Value(0), place=F("ordinal"))
    # Of the joined row: SQLite would list the whole archive for `other__in=public`.
    pairs = Relation.objects.filter(readers_see("other"), article__in=numbers).annotate(to=F("article"), place=Value(0))
    rows = (
        near.order_by()
        .values_list("to", "listed_in", "place", *_link_columns(""))
        .union(pairs.values_list("to", "other__listed_in", "place", *_link_columns("other__")), all=True)
    )
    listed: dict[int, list[NeighbourLink]] = {}
    related: dict[int, list[NeighbourLink]] = {}
    for to, section, place, number, short, title, at, corrected in rows:
        (related.setdefault(to, []) if to else listed.setdefault(section, [])).append(
            NeighbourLink(number, place, short or title, at, corrected)
        )
    for found in listed.values():
        found.sort(key=lambda other: other.place)
    for to, found in related.items():
        related[to] = sorted(found, key=lambda other: (other.published_at, other.number), reverse=True)[:RELATED_SHOWN]
    return listed, related


def _adjacent_articles(
    article: Article, near: list[NeighbourLink], first: int, last: int
) -> tuple[NeighbourLink | None, NeighbourLink | None]:
    """Return the previous and the next article: from the slice from `first` to `last` if it has them, else queried."""
    ordinal, section = listing_ordinal(article), listing_section(article)
    before = next((other for other in reversed(near) if other.place < ordinal), None)
    after = next((other for other in near if other.place > ordinal), None)
    if before is None and first > 1:
        before = _first_link(_listed_in(section).filter(ordinal__lt=first).order_by("-ordinal"))
    if after is None and last < section.last_ordinal:
        after = _first_link(_listed_in(section).filter(ordinal__gt=last).order_by("ordinal"))
    return before, after


def _listed_in(section: Section) -> QuerySet[Article]:
    return Article.objects.public().filter(listed_in=section)


def _first_link(rows: QuerySet[Article]) -> NeighbourLink | None:
    for number, short, title, at, corrected, place in rows.values_list(*_link_columns(""), "ordinal")[:1]:
        return NeighbourLink(number, place, short or title, at, corrected)
    return None


def _link_columns(of: str) -> list[str]:
    return [
        f"{of}{name}" for name in ("number", "live__short_title", "live__title", "first_published_at", "corrected_at")
    ]
