from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """心跳: when a background worker was last seen; the desk shows a warning if it is missing."""

    worker = models.CharField(_("worker"), max_length=40, primary_key=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.worker} {self.seen_at:%Y-%m-%d %H:%M:%S}"
