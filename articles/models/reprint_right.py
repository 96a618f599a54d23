from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .article import Article


class ReprintRight(models.Model):
    """转载授权: by what right an article reprints its original, and until when. Not part of the text; the audit has it."""

    class Basis(models.TextChoices):
        AGREEMENT = "agreement", _("Agreement between the houses")
        SINGLE = "single", _("Permission for this text")
        LAW = "law", _("The law allows it")
        OWN = "own", _("The text is ours")

    article = models.OneToOneField(
        Article, primary_key=True, verbose_name=_("article"), on_delete=models.CASCADE, related_name="reprint_right"
    )
    basis = models.CharField(_("by what right"), max_length=10, choices=Basis)
    until = models.DateField(
        pgettext_lazy("a right", "until"),
        null=True,
        blank=True,
        help_text=_("The last day. Empty means without end."),
    )
    terms = models.CharField(
        _("terms"),
        max_length=200,
        blank=True,
        help_text=_("Number of the contract, who gave it and when, what it costs."),
    )

    class Meta:
        verbose_name = _("right to reprint")
        verbose_name_plural = _("rights to reprint")
        indexes = [models.Index(fields=["until"], name="reprint_right_by_end")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.get_basis_display()}"
