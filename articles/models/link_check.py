from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .article import Article

LONGEST_HOST = 253
NOT_GIVEN_UP = 2  # failures in a row before an address that does not answer is reported


class LinkHost(models.Model):
    """站外网站: a site that texts link to, as the newsroom's register has it. The host "" is this site itself."""

    class State(models.TextChoices):
        IN_USE = "in_use", pgettext_lazy("a site", "In use")
        SUSPENDED = "suspended", _("Suspended")
        HIJACKED = "hijacked", _("Taken over by others")

    host = models.CharField(_("host"), max_length=LONGEST_HOST, unique=True, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), editable=False)
    articles = models.PositiveIntegerField(_("texts"), default=0, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.IN_USE,
        help_text=_("Links to a suspended site get a warning; those to one taken over by others must be removed."),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # What the newest check of any of its addresses found
    outcome = models.CharField(_("last answer"), max_length=12, blank=True, editable=False)
    checked_at = models.DateTimeField(_("last checked"), null=True, editable=False)
    leads_to = models.CharField(_("leads to"), max_length=LONGEST_HOST, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, editable=False)  # when one of its addresses may be requested again

    class Meta:
        verbose_name = _("outside site")
        verbose_name_plural = _("outside sites")
        ordering = ["-articles", "host"]
        indexes = [
            models.Index(F("articles").desc(), "host", name="link_host_most_used"),
            models.Index("next_at", name="link_host_is_due", condition=Q(next_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="in_use") | ~Q(reason=""),
                name="link_host_out_of_use_says_why",
                violation_error_message=_("Say why; it is kept in the audit."),
            ),
        ]

    def __str__(self) -> str:
        return self.host


class LinkTarget(models.Model):
    """链接: an address that texts link to, what its last check found, and what the desk decided about it."""

    class Kind(models.TextChoices):
        PAGE = "page", pgettext_lazy("a link", "page")
        PICTURE = "picture", pgettext_lazy("a link", "picture")
        ATTACHMENT = "attachment", pgettext_lazy("a link", "attachment")

    class Outcome(models.TextChoices):
        WORKS = "works", pgettext_lazy("a link", "works")
        GONE = "gone", pgettext_lazy("a link", "is gone")
        UNREACHABLE = "unreachable", pgettext_lazy("a link", "does not answer")
        UNTOLD = "untold", pgettext_lazy("a link", "refuses checks")

    class Finding(models.TextChoices):
        OPEN = "open", pgettext_lazy("a finding", "To be settled")
        SETTLED = "settled", pgettext_lazy("a finding", "Settled")
        IGNORED = "ignored", pgettext_lazy("a finding", "Ignored")

    address = models.CharField(_("address"), max_length=2000)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the address: indexed values have to be short
    host = models.ForeignKey(LinkHost, on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    articles = models.PositiveIntegerField(_("texts"), default=0)
    outcome = models.CharField(_("last answer"), max_length=12, choices=Outcome, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # checks in a row that nothing answered
    checked_at = models.DateTimeField(_("last checked"), null=True)
    due_at = models.DateTimeField(null=True)
    finding = models.CharField(_("state"), max_length=10, choices=Finding, blank=True)
    found_at = models.DateTimeField(_("found at"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("settled by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("dead link")
        verbose_name_plural = _("dead links")
        ordering = ["-pk"]
        indexes = [
            models.Index("host", "due_at", name="link_target_is_due", condition=Q(due_at__isnull=False)),
            models.Index("finding", "found_at", "id", name="link_target_found", condition=~Q(finding="")),
            models.Index("checked_at", name="link_target_answered", condition=Q(status__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(finding="ignored") | ~Q(reason=""), name="ignored_link_says_why"),
            models.CheckConstraint(
                condition=Q(finding="") | Q(found_at__isnull=False), name="found_link_has_an_instant"
            ),
        ]

    def __str__(self) -> str:
        return self.address[:80]

    @property
    def is_dead(self) -> bool:
        """Return True if it is gone, or did not answer several times."""
        tried = self.failures >= NOT_GIVEN_UP
        return self.outcome == self.Outcome.GONE or (self.outcome == self.Outcome.UNREACHABLE and tried)

    @property
    def answer(self) -> "str | Promise":
        """What the last check found, for people: the status, or that nothing answers."""
        label = self.Outcome(self.outcome).label if self.outcome else pgettext_lazy("a link", "not checked yet")
        return f"{label} ({self.status})" if self.status and self.outcome != self.Outcome.WORKS else label


class LinkUse(models.Model):
    """That the working copy or the public text of an article links to an address.

    The worker writes and deletes these rows, also those of drafts that were deleted: the database does not.
    """

    article = models.ForeignKey(Article, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    target = models.ForeignKey(LinkTarget, on_delete=models.CASCADE, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "target"], name="link_use_once")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.target_id}"


class LinkRegister(models.Model):
    """The position of the register of links in the audit; one row.

    It follows the audit, whose entries are numbered in the order in which they were committed. Texts from before its
    first entry are read by their numbers.
    """

    entry = models.PositiveBigIntegerField()  # the newest audit entry whose article is registered
    article = models.PositiveBigIntegerField(null=True, default=0)  # the older article read last; None: all are read

    class Meta:
        verbose_name = _("register of links")
        verbose_name_plural = _("register of links")

    def __str__(self) -> str:
        return f"{self.entry} {self.article}"
