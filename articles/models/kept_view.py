from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptView(models.Model):
    """常用筛选: filters of the list of articles that somebody uses repeatedly, under a name that they chose."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=1000, help_text=_("The query string of the list's address."))

    class Meta:
        verbose_name = _("kept view")
        verbose_name_plural = _("kept views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="kept_view_name_is_unique")]

    def __str__(self) -> str:
        return self.name
