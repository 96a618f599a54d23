import gzip

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article
from .immutable import Immutable


class ReprintOriginal(Immutable):
    """原文留存: the content of the original's address, byte for byte, or its text as somebody pasted it.

    Rows are written once, and deleted only with a draft that was never submitted. `title` and `text` (a line for each
    paragraph) are what was extracted; the original is never shown as HTML.
    """

    class Kind(models.TextChoices):
        PAGE = "page", _("fetched page")
        TEXT = "text", _("pasted text")

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="originals", editable=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("address"), max_length=500, blank=True)
    packed = models.BinaryField()  # gzip
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    kept_at = models.DateTimeField(_("kept at"))
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("kept by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("kept original")
        verbose_name_plural = _("kept originals")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["article", "sha256"], name="original_is_kept_once")]
        indexes = [models.Index(fields=["sha256"], name="original_by_digest")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.sha256[:12]}"

    @property
    def content(self) -> bytes:
        """The bytes as received."""
        return gzip.decompress(self.packed)
