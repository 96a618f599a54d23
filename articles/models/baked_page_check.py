from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PageCheck(models.Model):
    """页面核验: the result of one comparison of the baked files with the manifest or with the site, or of
    the public log with what the site shows."""

    class Against(models.TextChoices):
        MANIFEST = "manifest", _("the manifest")
        SITE = "site", _("what the site answers")
        LOG = "log", _("the public log")

    against = models.CharField(_("compared with"), max_length=10, choices=Against)
    checked_at = models.DateTimeField(_("checked at"), auto_now_add=True)
    pages = models.PositiveBigIntegerField(_("pages"))
    count = models.PositiveBigIntegerField(_("files that differ"), default=0)
    # The first faults, as [address or file, what is wrong].
    findings = models.JSONField(_("what differs"), default=list)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("seen by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("check of the pages")
        verbose_name_plural = _("checks of the pages")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.checked_at):%Y-%m-%d %H:%M}"
