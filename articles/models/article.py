from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal
from .calendar_days import start_of_day
from .expiry import has_expired, unexpired
from .picture import Picture
from .section import PAGE_SIZE, Section
from .source import Source

if TYPE_CHECKING:
    from .edition import Edition
    from .revision import Revision

IS_GONE = Problem("article.is_gone", _("Article %(number)d is not there any more: it may have been deleted."))


class ArticleQuerySet(models.QuerySet):
    def public(self, at: datetime | None = None) -> "ArticleQuerySet":
        """Exactly what readers may see at the instant `at` (now, when None). The one visibility rule (law 10)."""
        return self.with_live_edition().filter(unexpired("live__expires_at", at))

    def with_live_edition(self) -> "ArticleQuerySet":
        """Those that readers see, or saw until they expired: expired ones keep their places in lists, maps and the index."""
        return self.filter(live__isnull=False)

    def pinned(self, at: datetime | None = None) -> "ArticleQuerySet":
        """Those that stand first in their section at the instant `at` (now, when None)."""
        return self.filter(live__pinned_until__gt=at or timezone.now())

    def lock_rows(self, numbers: Iterable[int]) -> None:
        """Hold these articles until the transaction ends, in order. Rows that refer to them may be written meanwhile (`no_key`,
        as wherever an act holds a row): PostgreSQL checks them at commit, behind their act's turn in the audit.
        """
        list(self.select_for_update(no_key=True).filter(number__in=numbers).order_by("number").values_list("number"))

    def get_locked(self, number: int) -> "Article":
        """The article, held until the transaction ends. Held first, read after: rows joined to a row that had to be waited
        for would be those from before the wait. Raises ArticleIsGone.
        """
        self.lock_rows([number])
        rows = self.select_related("section__parent", "source", "cover", "latest", "live", "signed")
        try:
            return rows.get(number=number)
        except Article.DoesNotExist as error:
            raise ArticleIsGone(IS_GONE.filled(number=number)) from error

    def in_state(self, state: str, at: datetime | None = None) -> "ArticleQuerySet":
        """The articles whose `state` property says this, as a query."""
        live, shown = Q(live__isnull=False), unexpired("live__expires_at", at)
        unchanged = Q(live__revision=F("latest"))
        rows = {
            Article.State.DRAFT: Q(live__isnull=True, withdrawn_at__isnull=True),
            Article.State.LIVE: live & shown & unchanged,
            Article.State.CHANGED: live & shown & ~unchanged,
            Article.State.EXPIRED: live & ~shown,
            Article.State.WITHDRAWN: Q(withdrawn_at__isnull=False),
        }
        return self.filter(rows[Article.State(state)])

    def ready(self) -> "ArticleQuerySet":
        """Read by all, neither published nor scheduled."""
        return self.filter(stage__gt=F("stages"), scheduled_for__isnull=True)

    def newest_in(self, sections: Iterable[Section], count: int) -> "ArticleQuerySet":
        """A slice of the ordinals at the end of each section: at most `count` of each, fewer where articles were withdrawn.

        Each slice has two ends, and the slices stand together, apart from all other conditions: so a database knows how few
        rows they are, and takes them from one index instead of reading a million (PostgreSQL 15: 580 ms against 2).
        """
        return self.within({s.pk: (s.last_ordinal - count + 1, s.last_ordinal) for s in sections})

    def within(self, slices: dict[int, tuple[int, int]]) -> "ArticleQuerySet":
        """Slices of ordinals, both ends included, by the keys of sections."""
        ends = [Q(listed_in=section, ordinal__range=ends) for section, ends in slices.items()]
        return self.filter(reduce(or_, ends)) if ends else self.none()

    def on_page(self, section: Section, page: int) -> "ArticleQuerySet":
        """What numbered page `page` of a section holds; reads one range of an index, whatever the page."""
        return self.filter(listed_in=section, ordinal__gt=(page - 1) * PAGE_SIZE, ordinal__lte=page * PAGE_SIZE)

    def of_day(self, day: date) -> "ArticleQuerySet":
        """Those first published on a day, in the site's zone."""
        return self.of_days(day, day)

    def of_month(self, day: date) -> "ArticleQuerySet":
        """Those first published in the month that a day is in."""
        first = day.replace(day=1)
        return self.of_days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    def of_days(self, since: date | None, until: date | None) -> "ArticleQuerySet":
        """Those first published from one day to another, both included, in the site's zone; None leaves that end open."""
        rows = self.filter(first_published_at__gte=start_of_day(since)) if since else self
        return rows.filter(first_published_at__lt=start_of_day(until + timedelta(days=1))) if until else rows

    def newest_day(self, before: date | None = None) -> date | None:
        """The last day, before the day `before`, on which one of these was first published; one look into an index."""
        rows = self.filter(first_published_at__lt=start_of_day(before)) if before else self
        at = rows.order_by("-first_published_at").values_list("first_published_at", flat=True).first()
        return timezone.localdate(at) if at else None

    def for_lists(self) -> "ArticleQuerySet":
        """Newest first, with what a list prints and nothing more: bodies stay in the database."""
        return (
            self.select_related("live", "live__cover", "listed_in")
            .only(
                "number",
                "first_published_at",
                "ordinal",
                "live",
                "listed_in__name",
                "listed_in__slug",
                "live__title",
                "live__short_title",
                "live__kicker",
                "live__summary",
                "live__article",
                "live__cover__file",
                "live__cover__alt",
                "live__cover__width",
                "live__cover__height",
            )
            .order_by("-first_published_at", "-number")
        )


class Article(models.Model):
    """稿件: the identity of a story and its working copy, which is what editors edit.

    Readers never see these fields; they see `live`, the edition that publishing made of a revision of them.
    """

    class Origin(models.TextChoices):
        OWN = "own", _("Own reporting")
        CONTRIBUTED = "contributed", _("From a correspondent")
        DEPARTMENT = "department", _("From a department")
        REPRINT = "reprint", _("Reprint")
        COMPILED = "compiled", _("Compiled from several sources")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Published")
        CHANGED = "changed", _("Published, with changes readers do not see yet")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.BigAutoField(_("number"), primary_key=True)

    # What readers see first
    kicker = models.CharField(_("kicker"), max_length=80, blank=True, help_text=_("The line above the title."))
    title = models.CharField(_("title"), max_length=120)
    subtitle = models.CharField(_("subtitle"), max_length=120, blank=True, help_text=_("The line below the title."))
    short_title = models.CharField(
        _("short title"), max_length=40, blank=True, help_text=_("For lists, where the title is too long.")
    )
    summary = models.TextField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("body"), blank=True)
    cover = models.ForeignKey(
        Picture, verbose_name=_("cover"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    keywords = models.CharField(_("keywords"), max_length=120, blank=True, help_text=_("Separated by commas."))

    # Provenance
    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="working_articles"
    )
    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    origin = models.CharField(_("origin"), max_length=20, choices=Origin, default=Origin.OWN)
    original_title = models.CharField(_("original title"), max_length=200, blank=True)
    original_author = models.CharField(_("original author"), max_length=120, blank=True)
    original_url = models.URLField(_("original address"), max_length=500, blank=True)
    original_published_on = models.DateField(_("originally published on"), null=True, blank=True)

    # When readers may see it
    embargo_until = models.DateTimeField(
        _("embargo until"), null=True, blank=True, help_text=_("Before this instant nobody can publish it.")
    )
    expires_at = models.DateTimeField(
        _("expires at"), null=True, blank=True, help_text=_("After this instant readers no longer see the article.")
    )
    pinned_until = models.DateTimeField(
        _("pinned until"), null=True, blank=True, help_text=_("Until then it stands first in its section.")
    )

    # Set by acts only; no form, import or API writes these (law 3)
    latest = models.ForeignKey(
        "Revision",
        verbose_name=_("newest revision"),
        null=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    live = models.OneToOneField(
        "Edition",
        verbose_name=_("edition readers see"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="shown_by",
    )
    # Where the review stands; the sign-offs themselves are rows of their own
    stage = models.PositiveSmallIntegerField(
        _("reading it waits for"),
        default=0,
        editable=False,
        help_text=_("0: with its writers; n: waiting for reading n; above the number of readings: read by all."),
    )
    stages = models.PositiveSmallIntegerField(_("readings it needs"), default=0, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    signed = models.ForeignKey(
        "SignOff",
        verbose_name=_("newest sign-off that counts"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handed on to"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    on_hold = models.BooleanField(_("on hold"), default=False, editable=False)
    readings_due_at = models.DateTimeField(_("late readings due at"), null=True, editable=False)
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("scheduled by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    schedule_problem = models.TextField(_("why it was not published on time"), blank=True, editable=False)
    previews_revoked_at = models.DateTimeField(_("previews revoked at"), null=True, editable=False)
    listed_in = models.ForeignKey(
        Section, verbose_name=_("listed in"), null=True, editable=False, on_delete=models.PROTECT, related_name="listed"
    )
    ordinal = models.PositiveBigIntegerField(_("place in its section"), null=True, editable=False)
    first_published_at = models.DateTimeField(_("first published at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawal_reason = models.CharField(_("reason for withdrawal"), max_length=400, blank=True, editable=False)
    migrated = models.BooleanField(
        _("migrated from an older archive"),
        default=False,
        editable=False,
        help_text=_("Its time of publication is the older archive's, not this system's clock."),
    )
    import_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-number"]
        indexes = [
            models.Index(
                F("first_published_at").desc(),
                F("number").desc(),
                name="article_newest_public",
                condition=Q(live__isnull=False),
            ),
            models.Index(fields=["title"], name="article_title"),
            models.Index(fields=["section", "stage", "submitted_at"], name="article_waiting", condition=Q(stage__gt=0)),
            models.Index(fields=["scheduled_for"], name="article_due", condition=Q(scheduled_for__isnull=False)),
            models.Index(fields=["readings_due_at"], name="article_late", condition=Q(readings_due_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.UniqueConstraint(fields=["listed_in", "ordinal"], name="article_place_in_section_is_unique"),
            models.CheckConstraint(
                condition=Q(live__isnull=True)
                | Q(
                    first_published_at__isnull=False,
                    listed_in__isnull=False,
                    ordinal__isnull=False,
                    latest__isnull=False,
                ),
                name="article_public_is_listed_and_dated",
            ),
            models.CheckConstraint(
                condition=Q(live__isnull=True) | Q(withdrawn_at__isnull=True), name="article_withdrawn_is_not_public"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(first_published_at__isnull=False),
                name="article_withdrawn_was_public",
            ),
            models.CheckConstraint(
                condition=Q(
                    stage=0, submitted_at__isnull=True, signed__isnull=True, on_hold=False, handed_to__isnull=True
                )
                | Q(stage=1, stages__gte=1, submitted_at__isnull=False, signed__isnull=True)
                | Q(stage__gt=1, stage__lte=F("stages") + 1, submitted_at__isnull=False, signed__isnull=False),
                name="article_review_is_in_order",
            ),
            models.CheckConstraint(
                condition=Q(scheduled_for__isnull=True) | Q(scheduled_by__isnull=False, stage=F("stages") + 1),
                name="article_scheduled_is_read_by_all",
            ),
            models.CheckConstraint(
                condition=Q(first_published_at__isnull=True)
                | Q(migrated=True)
                | Q(first_published_at__gte=F("created_at")),
                name="article_clock_is_honest",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("article", args=[self.number])

    @cached_property
    def public_url(self) -> str:
        """The canonical address, with the host from settings."""
        return settings.SITE_URL + self.get_absolute_url()

    @property
    def newest(self) -> "Revision":
        """The newest revision; every saved article has one, since saving makes it in the same transaction."""
        if self.latest is None:
            raise ValueError(f"article {self.number} was written without a revision")
        return self.latest

    @property
    def is_read_by_all(self) -> bool:
        """Whether the newest revision is the one that the final reader signed (law 1)."""
        return bool(self.signed and self.latest and self.signed.is_final and self.signed.digest == self.latest.digest)

    @property
    def public_edition(self) -> "Edition | None":
        """The edition that readers see now; None where they see none, as `ArticleQuerySet.public` asks the database."""
        return None if self.live is None or has_expired(self.live.expires_at) else self.live

    @property
    def is_public(self) -> bool:
        """Whether readers see it now."""
        return self.public_edition is not None

    @property
    def state(self) -> "Article.State":
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if not self.live_id:
            return self.State.DRAFT
        if not self.is_public:
            return self.State.EXPIRED
        return self.State.LIVE if self.live.revision_id == self.latest_id else self.State.CHANGED


class ArticleIsGone(Refusal, Article.DoesNotExist):
    """Raised by every act on an article that is not there: its draft was discarded, perhaps a moment ago."""
