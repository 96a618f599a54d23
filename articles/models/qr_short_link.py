from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .article import Article
from .published_edition import Edition


class ShortLink(models.Model):
    """短链: a permanent code that leads to an article, and counts its scans by purpose.

    The code is a letter for the purpose and the article's number (`W12`); on paper also the edition (`P12-3`), so that
    the holder of an old printout learns that the text has changed.
    """

    class Purpose(models.TextChoices):
        WECHAT = "W", _("Open in WeChat")
        PHONE = "M", _("Open on a phone")
        PRINT = "P", _("On paper")

    class Fault(models.TextChoices):
        LOGO = "logo", _("cannot be read at 20 mm with this logo: choose a plainer one, or print the code larger")
        SMALL = "small", _("cannot be read at 20 mm, since the site's address is long: print it at least 40 mm wide")

    code = models.CharField(_("code"), max_length=32, unique=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="short_links")
    purpose = models.CharField(_("purpose"), max_length=1, choices=Purpose)
    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), null=True, blank=True, on_delete=models.PROTECT, related_name="short_links"
    )
    scans = models.PositiveBigIntegerField(_("scans"), default=0)
    # What was last read back from the code as it is drawn (articles/qr_short_links/proving.py): the digest of address
    # and logo, "" before the first time, and why it could not be read, "" if it could.
    proof = models.CharField(max_length=64, blank=True, default="", editable=False)
    proof_fault = models.CharField(max_length=5, blank=True, default="", choices=Fault, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("short link")
        verbose_name_plural = _("short links")
        ordering = ["article", "purpose"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[WMP][0-9]+(-[0-9]+)?$"), name="short_link_code_fits_alphanumeric_mode"
            ),
            models.CheckConstraint(
                condition=Q(purpose="P", edition__isnull=False) | (~Q(purpose="P") & Q(edition__isnull=True)),
                name="short_link_paper_knows_its_edition",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("short_link", args=[self.code])
