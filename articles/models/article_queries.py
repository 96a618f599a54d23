"""Which articles: the visibility rule, states, sections and days."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .calendar_days import start_of_day
from .expiry import expired, unexpired
from .section import PAGE_SIZE, Section

if TYPE_CHECKING:
    from .article import Article  # noqa: F401 (named in the quoted type argument below)


class ArticleState(models.TextChoices):
    """What readers see of an article, and whether its working copy is another text."""

    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Published")
    CHANGED = "changed", _("Published, with changes readers do not see yet")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReadingsState(models.TextChoices):
    """The states of the readings by which lists are filtered; an article may be in several."""

    WAITING = "waiting", _("Being read")
    HELD = "held", _("On hold")
    READY = "ready", _("Read by all, not published")
    SCHEDULED = "scheduled", _("Scheduled")
    LATE = "late", _("Late readings")
    FAILED = "failed", _("Not published on time")


class ArticleListQuerySet(models.QuerySet["Article"]):
    """Queries without locks; the manager of `Article` adds row locks."""

    def public(self, at: datetime | None = None) -> Self:
        """The articles that readers may see at the instant `at` (default: now). The only visibility rule (law 10)."""
        return self.with_live_edition().filter(unexpired("expires_at", at))

    def with_live_edition(self) -> Self:
        """Public and expired articles. Expired ones keep their places in lists, sitemaps and the search index."""
        return self.filter(live__isnull=False)

    def kept(self) -> Self:
        """All but the drafts in the bin."""
        return self.filter(discarded_at__isnull=True)

    def in_bin(self) -> Self:
        """The drafts in the bin (废稿箱)."""
        return self.filter(discarded_at__isnull=False)

    def pinned(self, at: datetime | None = None) -> Self:
        """The articles pinned to the top of their section at the instant `at` (default: now)."""
        # By key, since SQLite would look for the few in all articles of a section.
        pinned = self.model._default_manager.filter(live__isnull=False, pinned_until__gt=at or timezone.now())
        return self.filter(pk__in=pinned.values("pk"))

    def in_state(self, state: str, at: datetime | None = None) -> Self:
        """The articles whose `state` property has this value."""
        live, shown = Q(live__isnull=False), unexpired("expires_at", at)
        # The keys first: they are equal for nearly all, so the digests need not be compared.
        unchanged = Q(live__revision=F("latest")) | Q(live__digest=F("latest__digest"))
        rows = {
            ArticleState.DRAFT: Q(live__isnull=True, withdrawn_at__isnull=True),
            ArticleState.LIVE: live & shown & unchanged,
            ArticleState.CHANGED: live & shown & ~unchanged,
            ArticleState.EXPIRED: live & expired("expires_at", at),
            ArticleState.WITHDRAWN: Q(withdrawn_at__isnull=False),
        }
        return self.filter(rows[ArticleState(state)])

    def ready_to_publish(self) -> Self:
        """The articles whose readings are complete and that are not scheduled."""
        return self.in_readings(ReadingsState.READY)

    def in_readings(self, state: str) -> Self:
        """The articles in this state of the readings. Few of a large archive, and each state has its own index."""
        rows = {
            ReadingsState.WAITING: Q(stage__gt=0, stage__lte=F("stages")),
            ReadingsState.HELD: Q(stage__gt=0, on_hold=True),
            ReadingsState.READY: Q(stage__gt=0) & Q(stage__gt=F("stages"), scheduled_for__isnull=True),
            ReadingsState.SCHEDULED: Q(scheduled_for__isnull=False),
            ReadingsState.LATE: Q(readings_due_at__isnull=False),
            ReadingsState.FAILED: ~Q(schedule_problem=""),
        }
        return self.filter(rows[ReadingsState(state)])

    def newest_in_sections(self, sections: Iterable[Section], count: int) -> Self:
        """The articles with the last `count` ordinals of each section; fewer where articles were withdrawn.

        Each range has two ends, and the ranges are one condition, separate from all others: so the database estimates
        how few rows match and reads them from one index instead of a million rows (PostgreSQL 15: 2 ms, not 580).
        """
        return self.in_ordinal_ranges({s.pk: (s.last_ordinal - count + 1, s.last_ordinal) for s in sections})

    def in_ordinal_ranges(self, ranges: dict[int, tuple[int, int]]) -> Self:
        """The articles in one range of ordinals, both ends included, for each section key."""
        conditions = [Q(listed_in=section, ordinal__range=ends) for section, ends in ranges.items()]
        return self.filter(reduce(or_, conditions)) if conditions else self.none()

    def on_page(self, section: Section, page: int) -> Self:
        """The articles on numbered page `page` of a section. Reads one index range, whatever the page."""
        return self.filter(listed_in=section, ordinal__gt=(page - 1) * PAGE_SIZE, ordinal__lte=page * PAGE_SIZE)

    def first_published_on(self, day: date) -> Self:
        """The articles first published on this day, in the site's time zone."""
        return self.first_published_between(day, day)

    def first_published_in_month(self, day: date) -> Self:
        """The articles first published in the month that contains `day`, in the site's time zone."""
        first = day.replace(day=1)
        return self.first_published_between(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    def first_published_between(self, since: date | None, until: date | None) -> Self:
        """The articles first published between two days, both included, in the site's time zone; None: no limit."""
        rows = self.filter(first_published_at__gte=start_of_day(since)) if since else self
        return rows.filter(first_published_at__lt=start_of_day(until + timedelta(days=1))) if until else rows

    def newest_publication_day(self, before: date | None = None) -> date | None:
        """The last day, before `before`, on which one of these was first published, or None. One index look-up."""
        rows = self.filter(first_published_at__lt=start_of_day(before)) if before else self
        at = rows.order_by("-first_published_at").values_list("first_published_at", flat=True).first()
        return timezone.localdate(at) if at else None

    def for_lists(self) -> Self:
        """Newest first, loading only what a list prints and no bodies."""
        return (
            self.select_related("live", "shown_cover", "listed_in")
            .only(
                "number",
                "first_published_at",
                "corrected_at",
                "ordinal",
                "live",
                "listed_in__name",
                "listed_in__slug",
                "live__revision",
                "live__title",
                "live__short_title",
                "live__kicker",
                "live__summary",
                "live__article",
                "shown_cover__file",
                "shown_cover__width",
                "shown_cover__height",
            )
            .order_by("-first_published_at", "-number")
        )
