from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .mergeable import Mergeable


class Person(Mergeable):
    """人员: somebody credited on articles by real name; may also have an account."""

    name = models.CharField(_("real name"), max_length=40)
    unit = models.CharField(_("unit"), max_length=80, blank=True, help_text=_("Where the person works."))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
    )
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
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "unit"]
        constraints = [
            *Mergeable.Meta.constraints,
            models.UniqueConstraint(fields=["name", "unit"], name="person_name_and_unit_are_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])
