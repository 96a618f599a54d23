from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ProposedChange(models.Model):
    """待确认的改动: words for readers that one person wrote, and that a second person has to confirm.

    The row is deleted when somebody confirms or rejects it; the audit keeps both acts with the words.
    """

    class Kind(models.TextChoices):
        SECTION = "section", _("Section")
        TOPIC = "topic", _("Topic")
        SETTINGS = "sitesettings", _("Site settings")
        SOURCE = "source", _("Source")
        ARRANGEMENT = "arrangement", _("Arrangement")

    # The key of an arrangement's topic is that topic's; this one means the home page.
    HOME = 0

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # Of the row whose words they are; empty for a section or topic that is to be added.
    key = models.PositiveBigIntegerField(null=True)
    name = models.CharField(_("name"), max_length=80)
    # Words by the columns of their row; of an arrangement, its facts (articles/arrangement_facts.py).
    old = models.JSONField()
    new = models.JSONField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="proposed_change_one_of_each")]

    def __str__(self) -> str:
        return gettext("Home page") if self.is_of_home else f"{self.get_kind_display()} · {self.name}"

    @property
    def is_of_home(self) -> bool:
        """Return True if it arranges the home page."""
        return self.kind == self.Kind.ARRANGEMENT and self.key == self.HOME

    @property
    def subject(self) -> str:
        """What audit entries about it begin with: "home", or the kind of row ("topic", "source" …)."""
        return "home" if self.is_of_home else "topic" if self.kind == self.Kind.ARRANGEMENT else self.kind
