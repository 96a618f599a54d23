from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .archive_reading import ArchiveReading
from .article import Article
from .check_rule import CheckRule, Severity
from .section import Section


class CheckUp(ArchiveReading):
    """历史稿件体检: today's rules read what readers see, of one section and year or of all.

    With `only`, it applies only these rules, which have come into use since the texts were published.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("begun by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    section = models.ForeignKey(
        Section, verbose_name=_("section"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    only = models.ManyToManyField(CheckRule, verbose_name=_("rules"), blank=True, related_name="+")
    texts = models.PositiveIntegerField(_("texts"), null=True)  # counted when it begins to read
    kept = models.PositiveIntegerField(default=0)  # findings that have a row
    is_stopped = models.BooleanField(_("stopped"), default=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # The version of Newsroom, and the instant of the newest change of a rule when it read last
    program = models.CharField(max_length=20, blank=True)
    rules_of = models.DateTimeField(null=True)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)  # of the result, which the audit has, too

    class Meta:
        verbose_name = _("check-up of the archive")
        verbose_name_plural = _("check-ups of the archive")
        ordering = ["-pk"]
        indexes = [models.Index("begun_at", name="check_up_is_open", condition=Q(is_done=False, is_stopped=False))]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d} {self.section or ''} {self.year or ''}".strip()


class CheckUpCount(models.Model):
    """In how many texts of a section and year a check-up has found something by one rule, and in how many places."""

    check_up = models.ForeignKey(CheckUp, on_delete=models.CASCADE, related_name="counts")
    rule = models.CharField(_("rule"), max_length=40)
    severity = models.CharField(_("weight"), max_length=10, choices=Severity)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    texts = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_up", "rule", "section", "year"], name="check_up_counts_once")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.texts}"


class CheckUpFinding(models.Model):
    """What one rule found in one text that readers saw; not hits for information only."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a finding", "To be settled")
        SETTLED = "settled", pgettext_lazy("a finding", "Settled")
        IGNORED = "ignored", pgettext_lazy("a finding", "Ignored")

    # None: found when the text was published, by rules that came into use after its last signature.
    check_up = models.ForeignKey(CheckUp, null=True, on_delete=models.CASCADE, related_name="findings")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # of the text that was read
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    rule = models.CharField(_("rule"), max_length=40)
    severity = models.CharField(_("weight"), max_length=10, choices=Severity)
    keys = models.JSONField(default=list)  # of its places, as in articles/checks/hits.py
    words = models.CharField(_("words, masked"), max_length=200)
    places = models.PositiveIntegerField(_("places"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("settled by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("finding of a check-up")
        verbose_name_plural = _("findings of check-ups")
        indexes = [
            models.Index("check_up", "state", "id", name="check_up_finding_state"),
            models.Index("check_up", "rule", "state", "id", name="check_up_finding_rule"),
            models.Index("state", "section", "id", name="check_up_finding_queue"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="ignored") | ~Q(reason=""), name="ignored_finding_says_why"),
            models.UniqueConstraint(fields=["check_up", "article", "rule"], name="check_up_finds_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.rule}"
