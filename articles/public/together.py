"""What a request reads; requests that are baked together read it together.

Baking gives the requests of one batch the same dictionary, `shared`, with the addresses of all of them. Fifty article pages
then cost one query for the site, one for the articles, and one for each section's neighbours.
"""

import re
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse

from ..models import Article, Keyword, Person, Relation, Slot, Source, Topic
from ..relating import WANTED
from .context import Site

ARTICLE = re.compile(r"/a/([1-9]\d{0,17})/")
# Places on either side in which a neighbour is looked for first; ten withdrawn in a row are rare.
NEAR = 10
# Places that are read at once for articles of one section.
WIDEST = 500


class Neighbour(NamedTuple):
    """The previous or the next article of the section."""

    number: int
    ordinal: int
    title: str
    short_title: str

    @property
    def list_title(self) -> str:
        return self.short_title or self.title


Neighbours = tuple[Neighbour | None, Neighbour | None]


class Related(NamedTuple):
    """An article that another one leads to (相关阅读)."""

    number: int
    title: str
    published_at: datetime


class Together:
    """What requests have in common: read when the first of them asks."""

    def __init__(self, paths: list[str]) -> None:
        self.numbers = {int(found[1]) for path in paths if (found := ARTICLE.match(path))}
        self.articles: dict[int, Article | None] = {}
        self.neighbours: dict[int, Neighbours] = {}
        self._names: dict[Any, Any] | None = None
        self._related: dict[int, list[Related]] | None = None

    @cached_property
    def site(self) -> Site:
        return Site()

    def article(self, number: int) -> Article | None:
        """The article, with its edition and text, that is or was public; None where there is none."""
        if number not in self.articles:
            wanted = {number, *self.numbers}
            self.articles |= dict.fromkeys(wanted)
            rows = Article.objects.select_related("live__revision").filter(first_published_at__isnull=False)
            # One key is read more cheaply than a set of one.
            for row in rows.filter(number=number) if wanted == {number} else rows.filter(number__in=wanted):
                row.listed_in = self.site.by_key[row.listed_in_id]
                if row.live:
                    row.live.section = self.site.by_key[row.live.section_id]
                self.articles[row.number] = row
        return self.articles[number]

    def pages_of_names(self, article: Article) -> dict[Any, Any]:
        """The pages of those whom the article credits, by name and unit, of its source, by name, of its keywords, by
        ("keyword", name, ""); by the number of an article the topics in which editors put it, as (title, address).
        """
        if self._names is None:
            self._names = _pages_of_names(
                [row for row in {**self.articles, article.number: article}.values() if row and row.live]
            )
        return self._names

    def related_to(self, article: Article) -> list[Related]:
        """The newest of the articles that are related to it and that readers may see."""
        if self._related is None:
            self._related = _related({article.number, *self.articles})
        return self._related.get(article.number, [])

    def neighbours_of(self, article: Article) -> Neighbours:
        """The articles before and after it in its section: mostly within a few places, and looked for further away if not."""
        if article.number not in self.neighbours:
            here = [
                row for row in self.articles.values()
                if row and row.live and row.listed_in_id == article.listed_in_id
                and abs(row.ordinal - article.ordinal) <= WIDEST
            ]  # fmt: skip
            first, last = min(row.ordinal for row in here) - NEAR, max(row.ordinal for row in here) + NEAR
            listed = Article.objects.public().filter(listed_in=article.listed_in_id).order_by("ordinal")
            near = _named(listed.filter(ordinal__range=(first, last)))
            for row in here:
                self.neighbours[row.number] = _beside(row, near, listed, first, last)
        return self.neighbours[article.number]


def _pages_of_names(articles: list[Article]) -> dict[Any, Any]:
    contents = [article.live.revision.content for article in articles]
    credits = {(credit["name"], credit["unit"]) for content in contents for credit in content["credits"]}
    sources = {content["source"]["name"] for content in contents if content["source"]}
    people = Person.objects.filter(name__in={name for name, _unit in credits}).annotate(of=Value("person"))
    origins = Source.objects.filter(name__in=sources).annotate(of=Value("source"), unit=Value(""))
    words = {word for content in contents for word in content["keywords"]}
    keywords = Keyword.objects.filter(name__in=words).annotate(of=Value("keyword"), unit=Value(""))
    slots = Slot.objects.filter(
        article__in=[article.number for article in articles], block__topic__state=Topic.State.OPEN
    )
    topics = slots.annotate(of=Value("topic")).values_list("of", "article", "block__topic__title", "block__topic__slug")
    rows, *others = (found.order_by().values_list("of", "pk", "name", "unit") for found in (people, origins, keywords))
    pages: dict[Any, Any] = {}
    for of, key, name, unit in sorted(rows.union(*others, topics.order_by())):
        if of == "topic":
            pages.setdefault(key, []).append((name, reverse("topic", args=[unit])))
        else:
            name_of = {"person": (name, unit), "source": name, "keyword": (of, name, unit)}
            pages[name_of[of]] = reverse(of, args=[key])
    return pages


def _related(numbers: set[int]) -> dict[int, list[Related]]:
    public = Article.objects.public()
    rows = Relation.objects.filter(article__in=numbers, other__in=public).order_by(
        "-other__first_published_at", "-other"
    )
    found: dict[int, list[Related]] = {}
    for number, other, short, title, at in rows.values_list(
        "article", "other", "other__live__short_title", "other__live__title", "other__first_published_at"
    ):
        found.setdefault(number, []).append(Related(other, short or title, at))
    return {number: related[:WANTED] for number, related in found.items()}


def of(request: HttpRequest) -> Together:
    """What this request has in common with those that are baked with it; by itself, with none."""
    shared: dict[str, Any] | None = getattr(request, "shared", None)
    if shared is None:
        shared = request.shared = {}  # type: ignore[attr-defined]
    if "together" not in shared:
        shared["together"] = Together(shared.get("paths", []))
    return shared["together"]


def _beside(article: Article, near: list[Neighbour], listed: QuerySet[Article], first: int, last: int) -> Neighbours:
    place = article.ordinal
    before = next((found for found in reversed(near) if found.ordinal < place), None)
    after = next((found for found in near if found.ordinal > place), None)
    if before is None and first > 1:
        before = next(iter(_named(listed.filter(ordinal__lt=first).reverse()[:1])), None)
    if after is None and last < article.listed_in.last_ordinal:
        after = next(iter(_named(listed.filter(ordinal__gt=last)[:1])), None)
    return before, after


def _named(rows: QuerySet[Article]) -> list[Neighbour]:
    return [Neighbour(*row) for row in rows.values_list("number", "ordinal", "live__title", "live__short_title")]
