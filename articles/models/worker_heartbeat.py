from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Heartbeat(models.Model):
    """心跳: when a background worker was last seen; the desk shows a warning if it is missing."""

    worker = models.CharField(_("worker"), max_length=40, primary_key=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.worker} {self.seen_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def claim(cls, worker: str, *, before: datetime, at: datetime) -> bool:
        """Set the instant of this row to `at` if it is earlier than `before`; True for one of several callers."""
        cls.objects.get_or_create(worker=worker, defaults={"seen_at": _NEVER})
        return cls.objects.filter(worker=worker, seen_at__lt=before).update(seen_at=at) == 1
