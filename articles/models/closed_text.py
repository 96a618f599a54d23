from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .published_edition import Edition


class ClosedText(models.Model):
    """关闭的文本: an older edition whose text readers no longer see in the history; its digest and the reason they do.

    Reopening deletes the row; the audit keeps both acts. The edition itself is never changed (law 7).
    """

    edition = models.OneToOneField(Edition, primary_key=True, on_delete=models.PROTECT, related_name="closed_text")
    reason = models.CharField(_("reason"), max_length=400)
    closed_at = models.DateTimeField(_("closed at"), default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("closed text")
        verbose_name_plural = _("closed texts")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="closed_text_gives_its_reason")]

    def __str__(self) -> str:
        return str(self.edition)
