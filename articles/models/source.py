from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .mergeable import Mergeable


class Source(Mergeable):
    """来源: the organisation that a story comes from and that is responsible for it; printed on the article."""

    class Standing(models.TextChoices):
        OWN = "own", _("Our own")
        CONTRIBUTED = "contributed", _("Contributes to us")
        LISTED = "listed", _("On the reprint list")
        UNLISTED = "unlisted", _("Not on the reprint list")
        FROZEN = "frozen", _("Frozen or removed from the list")

    name = models.CharField(_("name"), max_length=80, unique=True)
    standing = models.CharField(_("standing"), max_length=20, choices=Standing, default=Standing.UNLISTED)
    url = models.URLField(_("website"), blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="doubles",
    )

    class Meta(Mergeable.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]
        constraints = [
            *Mergeable.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="source_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.pk])
