from django.db import models
from django.utils.translation import gettext_lazy as _


class OutsideReading(models.Model):
    """外部审校: what the outside checker found in a text, identified by its digest; or when it is called again.

    `found` is None until it has answered; see `articles.outside_checking`.
    """

    digest = models.CharField(_("digest"), max_length=64, primary_key=True)
    found = models.JSONField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reading by the outside checker")
        verbose_name_plural = _("readings by the outside checker")

    def __str__(self) -> str:
        return self.digest[:12]
