from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article
from .check_rule import Severity


class SetAside(models.Model):
    """A hit in an article that somebody set aside: a reader with a reason, so that it may be published, or
    a writer, if it does not block.

    Or a source that is not on the list of reprints, and the chief editor allowed; `rule` is the id of that problem.
    """

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="set_aside", editable=False
    )
    rule = models.CharField(_("rule"), max_length=40)
    # Key of rule and words (articles/checks/hits.py), or for the source (provenance.py); never the words
    # themselves, which may be personal data.
    key = models.CharField(max_length=64)
    words = models.CharField(_("words, masked"), max_length=80)
    severity = models.CharField(_("weight"), max_length=10, choices=Severity, default=Severity.BLOCK)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("set aside by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("set aside at"))

    class Meta:
        verbose_name = _("hit set aside")
        verbose_name_plural = _("hits set aside")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "key"], name="hit_is_set_aside_once"),
            models.CheckConstraint(condition=~Q(severity="block") | ~Q(reason=""), name="set_aside_gives_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.rule}"
