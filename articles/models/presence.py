from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class Presence(models.Model):
    """在场: somebody has the form of an article open, or had lately; or `reads` it on its page. It locks nothing."""

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="presences", db_index=False
    )  # the constraint indexes it
    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.CASCADE)
    opened_at = models.DateTimeField(_("opened at"))
    seen_at = models.DateTimeField(_("seen at"))
    reads = models.BooleanField(_("reads"), default=False)
    took_over_at = models.DateTimeField(_("took over at"), null=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["article", "user"], name="presence_once")]
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.user_id}"

    @property
    def writes(self) -> bool:
        """Return True if they took over, or typed what is not saved (`has_typed`, from articles/presence.py)."""
        return not self.reads and (self.took_over_at is not None or getattr(self, "has_typed", False))
