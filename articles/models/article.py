from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal
from .ai_use import AiUse
from .article_constraints import ARTICLE_CONSTRAINTS, ARTICLE_INDEXES
from .article_origin import Origin
from .article_queries import ArticleListQuerySet, ArticleState, ReadingsState
from .expiry import has_expired
from .picture import Picture
from .quick_paths import numbered_path
from .section import Section
from .source import Source

if TYPE_CHECKING:
    from .published_edition import Edition
    from .revision import Revision

IS_GONE = Problem("article.is_gone", _("Article %(number)d no longer exists; it may have been deleted."))


class ArticleQuerySet(ArticleListQuerySet):
    """All queries on articles, with row locks."""

    def lock_rows(self, numbers: Iterable[int]) -> None:
        """Lock these rows until the transaction ends, in the order of their numbers.

        `no_key`, as for every row lock: other transactions may insert rows that refer to these articles. PostgreSQL
        checks their foreign keys at commit, when the transaction holds the audit-chain lock. SQLite allows one writer
        at a time anyway.
        """
        if connections[self.db].features.has_select_for_update:
            list(
                self.select_for_update(no_key=True).filter(number__in=numbers).order_by("number").values_list("number")
            )

    def get_locked(self, number: int, *related: str) -> "Article":
        """Lock the article until the transaction ends and return it, with these `related` rows besides the usual ones.

        Raises ArticleIsGone if it does not exist, or is in the bin: no act but putting back changes it there.

        Two queries: if one query locked and joined, and had to wait for the lock, its joined rows would be outdated.
        """
        self.lock_rows([number])
        rows = self.kept().select_related(
            "section__parent", "listed_in", "source", "cover", "shown_cover", "latest", "live", "signed", *related
        )
        try:
            return rows.get(number=number)
        except Article.DoesNotExist as error:
            raise ArticleIsGone(IS_GONE.filled(number=number)) from error


class Article(models.Model):
    """稿件: the identity of a story, and its working copy, which editors edit.

    Readers never see these fields; they see `live`, the edition that publishing made from a revision.
    """

    Origin = Origin
    State = ArticleState
    Readings = ReadingsState

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
    ai_use = models.CharField(_("made or changed with AI"), max_length=20, choices=AiUse, default="", blank=True)
    original_title = models.CharField(_("original title"), max_length=200, blank=True)
    original_author = models.CharField(_("original author"), max_length=120, blank=True)
    original_url = models.URLField(_("original address"), max_length=500, blank=True)
    original_published_on = models.DateField(_("originally published on"), null=True, blank=True)
    embargo_until = models.DateTimeField(
        _("embargo until"), null=True, blank=True, help_text=_("It cannot be published before this time.")
    )

    # Its placing: not part of the text, so not signed. `placing.set_placing` changes it, at once for readers.
    expires_at = models.DateTimeField(
        _("expires at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("After this instant readers no longer see the article."),
    )
    pinned_until = models.DateTimeField(
        _("pinned until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Until then it comes first in its section."),
    )
    shown_cover = models.ForeignKey(
        Picture,
        verbose_name=_("cover that readers see"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("One of the pictures of the text that readers see."),
    )

    # Written only by the publishing and review functions, never by a form, an import or the API (law 3)
    latest = models.ForeignKey(
        "Revision",
        verbose_name=_("newest revision"),
        null=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    live = models.ForeignKey(
        "Edition",
        verbose_name=_("edition readers see"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # a constraint indexes it
    )
    # The state of the review; the sign-offs are rows of `SignOff`
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
    note = models.CharField(
        _("note to readers"),
        max_length=400,
        blank=True,
        editable=False,
        help_text=_("What readers are told about this change; it is signed with the text."),
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
    corrected_at = models.DateTimeField(_("last corrected at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawal_reason = models.CharField(_("reason for withdrawal"), max_length=400, blank=True, editable=False)
    migrated = models.BooleanField(
        _("migrated from an older archive"),
        default=False,
        editable=False,
        help_text=_("Its time of publication is the older archive's, not this system's clock."),
    )
    import_digest = models.CharField(max_length=64, null=True, editable=False)  # a constraint makes it unique
    is_template = models.BooleanField(
        _("template"),
        default=False,
        editable=False,
        help_text=_("Offered to everybody who writes in its section, to begin articles from."),
    )
    # Set while the draft is in the bin (废稿箱)
    discarded_at = models.DateTimeField(_("discarded at"), null=True, editable=False)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("discarded by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
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
        indexes = ARTICLE_INDEXES
        constraints = ARTICLE_CONSTRAINTS

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return numbered_path("article", self.number)

    @cached_property
    def public_url(self) -> str:
        """The canonical absolute URL, with the host from settings."""
        return settings.SITE_URL + self.get_absolute_url()

    @property
    def shown_cover_alt(self) -> str:
        """What was signed about the cover that readers see; "" without one."""
        return self.live.picture_texts.get(self.shown_cover.file.name, "") if self.live and self.shown_cover else ""

    @property
    def newest(self) -> "Revision":
        """The newest revision. Every saved article has one, since saving creates it in the same transaction."""
        if self.latest is None:
            raise ValueError(f"article {self.number} was written without a revision")
        return self.latest

    @property
    def is_read_by_all(self) -> bool:
        """Return True if the final reader signed exactly the newest revision (law 1)."""
        return bool(self.signed and self.latest and self.signed.is_final and self.signed.digest == self.latest.digest)

    @property
    def public_edition(self) -> "Edition | None":
        """The edition that readers see now, or None. The same rule as `ArticleQuerySet.public`."""
        return None if self.live is None or has_expired(self.expires_at) else self.live

    @property
    def is_public(self) -> bool:
        """Return True if readers see the article now."""
        return self.public_edition is not None

    @property
    def state(self) -> ArticleState:
        """The state shown in the desk. The same rules as `ArticleQuerySet.in_state`."""
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if self.live is None:
            return self.State.DRAFT
        if not self.is_public:
            return self.State.EXPIRED
        return self.State.LIVE if self.live.digest == self.newest.digest else self.State.CHANGED


class ArticleIsGone(Refusal, Article.DoesNotExist):
    """Raised when the article does not exist: its draft was discarded, perhaps a moment ago."""
