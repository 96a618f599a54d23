"""What one request reads from the database, or all requests of a batch that is baked together.

Baking gives the requests of one batch the same dictionary, `shared`, with the addresses of all of them. Fifty article
pages then cost two queries for the site, one for the articles, one for their neighbours and one for the pages they link
to by name.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any, TypeVar, cast

from django.http import HttpRequest

from ...models import Article, SiteSettings
from .linked_pages import LinkedPages, find_linked_pages
from .related_and_adjacent import Neighbours, find_neighbours
from .site_context import SiteContext

Made = TypeVar("Made")
ARTICLE_PATH = re.compile(r"/a/([1-9]\d{0,17})/")


class PageBatch:
    """What the requests of a batch have in common; each part is read when one of them first needs it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._numbers = {int(found[1]) for path in paths if (found := ARTICLE_PATH.match(path))}
        self._articles: dict[int, Article | None] = {}
        self._neighbours: dict[int, Neighbours] = {}
        self._linked_pages: LinkedPages | None = None
        self._made: dict[Hashable, object] = {}

    @classmethod
    def of_request(cls, request: HttpRequest) -> "PageBatch":
        """Return the batch that the request belongs to; a request outside baking has its own batch."""
        shared: dict[str, Any] | None = getattr(request, "shared", None)
        if shared is None:
            shared = request.shared = {}  # type: ignore[attr-defined]  # an attribute of ours, as baking sets it
        if "batch" not in shared:
            shared["batch"] = cls(shared.get("paths", []))
        return shared["batch"]

    @cached_property
    def settings(self) -> SiteSettings:
        """The site's settings."""
        return SiteSettings.current()

    @cached_property
    def site(self) -> SiteContext:
        """The settings, sections and footer, which every page shows."""
        return SiteContext(self.settings)

    @property
    def has_read_site(self) -> bool:
        """Return True if `site` has been read."""
        return "site" in self.__dict__

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` returned when this was called with `key` first."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])

    def article(self, number: int) -> Article | None:
        """Return the article, with its edition and text, if it is or was public; None if it never was."""
        if number not in self._articles:
            wanted = {number, *self._numbers}
            found: dict[int, Article | None] = dict.fromkeys(wanted)
            rows = Article.objects.select_related("live__revision", "shown_cover").filter(
                first_published_at__isnull=False
            )
            # `= n` is cheaper than `IN (n)`.
            for row in rows.filter(number=number) if wanted == {number} else rows.filter(number__in=wanted):
                if row.listed_in_id:
                    row.listed_in = self.site.by_key[row.listed_in_id]
                if row.live:
                    row.live.section = self.site.by_key[row.live.section_id]
                found[row.number] = row
            self._articles |= found  # only now: after an error, none of them passes for one that never was public
        return self._articles[number]

    def linked_pages(self, article: Article) -> LinkedPages:
        """Return the pages that the articles of the batch link to by name; `article` is one of the batch."""
        if self._linked_pages is None:
            self._linked_pages = find_linked_pages(
                row for row in {**self._articles, article.number: article}.values() if row and row.live
            )
        return self._linked_pages

    def neighbours(self, article: Article) -> Neighbours:
        """Return the article's neighbours in its section, and the articles related to it."""
        if article.number not in self._neighbours:
            others = [row for row in self._articles.values() if row and row.live and row.number not in self._neighbours]
            self._neighbours |= find_neighbours([article, *(row for row in others if row is not article)])
        return self._neighbours[article.number]
