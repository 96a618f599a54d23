from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .revision import Revision


class PreviewLink(models.Model):
    """预览链接: a link to one revision of a draft for somebody without an account. Its address is signed, not stored."""

    revision = models.ForeignKey(
        Revision, verbose_name=_("revision"), on_delete=models.CASCADE, related_name="preview_links"
    )
    given_to = models.CharField(_("for whom"), max_length=80)
    once = models.BooleanField(_("opens once only"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    opened_at = models.DateTimeField(_("first opened at"), null=True)

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(given_to=""), name="preview_link_is_for_somebody")]

    def __str__(self) -> str:
        return f"{self.revision} {self.given_to}"
