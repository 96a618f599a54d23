from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .mergeable import Mergeable

ENDS_EARLY = _("A source is listed until the day on which that begins, or a later one.")


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
    short_name = models.CharField(
        _("short name"), max_length=40, blank=True, help_text=_("Another name by which pages call it.")
    )
    category = models.CharField(_("category"), max_length=40, blank=True)
    list_edition = models.CharField(
        _("edition of the list"), max_length=40, blank=True, help_text=_("The list that names it, with its year.")
    )
    valid_from = models.DateField(_("listed from"), null=True, blank=True)
    valid_until = models.DateField(_("listed until"), null=True, blank=True, help_text=_("The last day."))
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
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="source_is_listed_before_it_ends",
                violation_error_message=ENDS_EARLY,
            ),
        ]
        indexes = [*Mergeable.Meta.indexes, models.Index(fields=["short_name"], name="source_by_short_name")]

    def __str__(self) -> str:
        return self.name

    def is_listed_on(self, day: date) -> bool:
        """Return True if it may be reprinted on this day: our own, or on the list then."""
        if self.standing == self.Standing.OWN:
            return True
        begun = self.valid_from is None or self.valid_from <= day
        return self.standing == self.Standing.LISTED and begun and (self.valid_until is None or day <= self.valid_until)

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.pk])
