from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class TextPrint(models.Model):
    """文本指纹: finds texts that are nearly the same. For the newest revision; short texts have no bands.

    The bands are 16 bits each of a simhash of 64: prints that differ in three bits or fewer share a band.
    """

    article = models.OneToOneField(
        Article, verbose_name=_("article"), primary_key=True, on_delete=models.CASCADE, related_name="text_print"
    )
    title = models.CharField(max_length=80, db_index=True, help_text="Without marks and blanks, in lower case.")
    band1 = models.PositiveIntegerField(null=True, db_index=True)
    band2 = models.PositiveIntegerField(null=True, db_index=True)
    band3 = models.PositiveIntegerField(null=True, db_index=True)
    band4 = models.PositiveIntegerField(null=True, db_index=True)

    class Meta:
        verbose_name = _("print of a text")
        verbose_name_plural = _("prints of texts")

    def __str__(self) -> str:
        return self.title

    @property
    def bits(self) -> int | None:
        """The 64 bits; None of a short text."""
        bands = (self.band1, self.band2, self.band3, self.band4)
        return None if None in bands else sum((band or 0) << 16 * n for n, band in enumerate(bands))
