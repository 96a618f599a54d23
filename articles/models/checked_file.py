from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckedFile(models.Model):
    """已核验文件: size and SHA-256 of an uploaded file when its content was first checked, and when it was last."""

    name = models.CharField(_("file"), max_length=200, primary_key=True)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    checked_at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("checked file")
        verbose_name_plural = _("checked files")

    def __str__(self) -> str:
        return self.name
