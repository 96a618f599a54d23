from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article_queries import ArticleListQuerySet

if TYPE_CHECKING:
    from .article import Article


class ArchiveReading(models.Model):
    """A reading of what readers see, newest first, in batches: each continues where the last one stopped."""

    begun_at = models.DateTimeField(_("begun at"))
    # The text read last was first published then; of several, those with smaller numbers are still to be read.
    reached_at = models.DateTimeField()
    reached_number = models.PositiveBigIntegerField(default=0)
    is_done = models.BooleanField(_("finished"), default=False)
    read = models.PositiveIntegerField(_("texts read"), default=0)

    class Meta:
        abstract = True

    def next_texts(self, among: ArticleListQuerySet, count: int, *, since: datetime | None = None) -> "list[Article]":
        """Return the next texts of those among that readers see, published no earlier than `since`."""
        read = Q(first_published_at=self.reached_at, number__gte=self.reached_number)
        published = among.with_live_edition().filter(first_published_at__lte=self.reached_at)
        if since:
            published = published.filter(first_published_at__gte=since)
        newest = published.exclude(read).order_by("-first_published_at", "-number")
        return list(newest.select_related("live__revision")[:count])
