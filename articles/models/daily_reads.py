from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class DailyReads(models.Model):
    """阅读量: how often an article was read on one day in the site's time zone. Nothing about the readers is stored."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="daily_reads")
    day = models.DateField(_("day"))
    count = models.PositiveBigIntegerField(_("reads"), default=0)

    class Meta:
        verbose_name = _("reads of a day")
        verbose_name_plural = _("reads by day")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="daily_reads_is_one_row")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.day}: {self.count}"
