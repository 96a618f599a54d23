"""What a request reads; requests that are baked together read it together.

Baking gives the requests of one batch the same dictionary, `shared`, with the addresses of all of them. Fifty article pages
then cost two queries for the site, one for the articles, one for what is around them and one for the pages of names.
"""

import re
from functools import cached_property
from typing import Any

from django.db.models import Value
from django.http import HttpRequest
from django.urls import reverse

from ...models import Article, Slot, Topic
from ...models.named_pages import find_named_pages
from . import neighbours
from .neighbours import Neighbours
from .site_context import SiteContext

ARTICLE = re.compile(r"/a/([1-9]\d{0,17})/")


class PageBatch:
    """What requests have in common: read when the first of them asks."""

    def __init__(self, paths: list[str]) -> None:
        self.numbers = {int(found[1]) for path in paths if (found := ARTICLE.match(path))}
        self.articles: dict[int, Article | None] = {}
        self.arounds: dict[int, Neighbours] = {}
        self._names: dict[Any, Any] | None = None

    @cached_property
    def site(self) -> SiteContext:
        return SiteContext()

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
            self._names = _linked_names(
                [row for row in {**self.articles, article.number: article}.values() if row and row.live]
            )
        return self._names

    def around(self, article: Article) -> Neighbours:
        """The article's neighbours and those related to it."""
        if article.number not in self.arounds:
            shown = [row for row in self.articles.values() if row and row.live and row.number not in self.arounds]
            self.arounds |= neighbours.neighbours_of([article, *(row for row in shown if row is not article)])
        return self.arounds[article.number]


def _linked_names(articles: list[Article]) -> dict[Any, Any]:
    slots = Slot.objects.filter(
        article__in=[article.number for article in articles], block__topic__state=Topic.State.OPEN
    )
    topics = slots.annotate(route=Value("topic")).order_by()
    contents = [article.live.revision.content for article in articles]
    pages: dict[Any, Any] = {}
    for route, key, name, unit in find_named_pages(
        contents, topics.values_list("route", "article", "block__topic__title", "block__topic__slug")
    ):
        if route == "topic":
            pages.setdefault(key, []).append((name, reverse("topic", args=[unit])))
        else:
            named = {"person": (name, unit), "source": name, "keyword": (route, name, unit)}
            pages[named[route]] = reverse(route, args=[key])
    return pages


def page_batch(request: HttpRequest) -> PageBatch:
    """What this request has in common with those that are baked with it; by itself, with none."""
    shared: dict[str, Any] | None = getattr(request, "shared", None)
    if shared is None:
        shared = request.shared = {}  # type: ignore[attr-defined]
    if "together" not in shared:
        shared["together"] = PageBatch(shared.get("paths", []))
    return shared["together"]
