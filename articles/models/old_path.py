from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OldPath(models.Model):
    """旧址: a former address. Redirects to the target (301); an empty target means that the page is gone (410)."""

    path = models.CharField(
        _("old path"),
        max_length=200,
        unique=True,
        help_text=_("Beginning with /, for example /article/show-37759.html"),
    )
    target = models.CharField(
        _("target"), max_length=200, blank=True, help_text=_("Beginning with /; empty means the page is gone for good.")
    )

    class Meta:
        verbose_name = _("old path")
        verbose_name_plural = _("old paths")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(path__startswith="/"), name="old_path_begins_with_a_slash"),
            models.CheckConstraint(
                condition=Q(target="") | (Q(target__startswith="/") & ~Q(target__startswith="//")),
                name="old_path_target_is_on_this_site",
            ),
            models.CheckConstraint(condition=~Q(path=F("target")), name="old_path_does_not_lead_to_itself"),
        ]

    def __str__(self) -> str:
        return self.path
