from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class UnsavedText(models.Model):
    """未保存的文字: the fields of an article's form as somebody types, before they save it; only they read it.

    It is not a revision. Each opened form has its own `key`, so that two windows never write the same row.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE)
    key = models.CharField(max_length=32)
    article = models.ForeignKey(
        Article,
        verbose_name=_("article"),
        null=True,
        on_delete=models.CASCADE,
        related_name="unsaved_texts",
    )  # None: it was never saved
    fields = models.JSONField()  # pairs of name and value, as the form sends them
    title = models.CharField(_("title"), max_length=120, blank=True)
    # Tell texts with the same title apart, without their fields.
    beginning = models.CharField(max_length=40, blank=True)
    characters = models.PositiveIntegerField(default=0)
    # Counts how often it was kept.
    version = models.PositiveIntegerField(default=1)
    kept_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        ordering = ["-kept_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="unsaved_text_key_is_unique")]
        indexes = [models.Index(fields=["kept_at"], name="unsaved_by_time")]

    def __str__(self) -> str:
        return self.title
