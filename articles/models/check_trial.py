from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .check_rule import CheckRule


class CheckTrial(models.Model):
    """What a rule on trial would have found in the texts that were published since a year ago, newest first.

    Trials with the same `begun_at` go through the archive together. Changing what the rule finds ends its trial.
    """

    rule = models.OneToOneField(CheckRule, verbose_name=_("rule"), on_delete=models.CASCADE, related_name="trial")
    begun_at = models.DateTimeField(_("begun at"))
    # The text read last was first published then; of several, those with smaller numbers are still to be read.
    reached_at = models.DateTimeField()
    reached_number = models.PositiveBigIntegerField(default=0)
    is_done = models.BooleanField(_("finished"), default=False)
    read = models.PositiveIntegerField(_("texts read"), default=0)
    found = models.PositiveIntegerField(_("texts with hits"), default=0)
    # The newest of these texts: [number, the words found]
    examples = models.JSONField(_("examples"), default=list)

    class Meta:
        verbose_name = _("trial of a rule")
        verbose_name_plural = _("trials of rules")
        indexes = [models.Index("begun_at", name="check_trial_is_open", condition=Q(is_done=False))]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.found}/{self.read}"
