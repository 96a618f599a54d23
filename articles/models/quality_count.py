from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .review_sign_off import SignOff
from .section import Section


class QualityCount(models.Model):
    """差错统计: what one signed reading found, and how many errors were found in its text afterwards.

    Counted by the worker from stored data (articles/quality_counts/).
    """

    sign_off = models.OneToOneField(SignOff, on_delete=models.CASCADE, related_name="quality_count")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"))  # its first day, in the site's time zone
    stage = models.PositiveSmallIntegerField(_("reading"))
    stages = models.PositiveSmallIntegerField(_("readings needed"))
    characters = models.PositiveIntegerField(_("characters"))
    found = models.PositiveIntegerField(_("errors that its reader put right"))
    # Null: not recorded with this signature.
    warnings = models.PositiveIntegerField(_("what the machine found and stayed"), null=True)
    left = models.PositiveIntegerField(_("errors found after it"))
    allowed = models.PositiveSmallIntegerField(_("errors allowed after it"))

    class Meta:
        verbose_name = _("errors after a reading")
        verbose_name_plural = _("errors after readings")
        indexes = [
            models.Index("month", "section", name="quality_count_month"),
            models.Index("month", "section", name="quality_count_beyond", condition=Q(left__gt=F("allowed"))),
        ]

    def __str__(self) -> str:
        return f"{self.sign_off_id} {self.left}/{self.allowed}"


class QualityRegister(models.Model):
    """The position of the error counts in the audit; one row. It follows the audit, from its first entry."""

    entry = models.PositiveBigIntegerField(default=0)  # the newest audit entry whose article is counted

    class Meta:
        verbose_name = _("register of errors")
        verbose_name_plural = _("register of errors")

    def __str__(self) -> str:
        return str(self.entry)
