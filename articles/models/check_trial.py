from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .archive_reading import ArchiveReading
from .check_rule import CheckRule


class CheckTrial(ArchiveReading):
    """What a rule on trial would have found in the texts that were published since a year ago, newest first.

    Trials with the same `begun_at` go through the archive together. Changing what the rule finds ends its trial.
    """

    rule = models.OneToOneField(CheckRule, verbose_name=_("rule"), on_delete=models.CASCADE, related_name="trial")
    found = models.PositiveIntegerField(_("texts with hits"), default=0)
    # The newest of these texts: [number, the words found]
    examples = models.JSONField(_("examples"), default=list)

    class Meta:
        verbose_name = _("trial of a rule")
        verbose_name_plural = _("trials of rules")
        indexes = [models.Index("begun_at", name="check_trial_is_open", condition=Q(is_done=False))]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.found}/{self.read}"
