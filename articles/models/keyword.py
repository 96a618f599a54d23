from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Keyword(models.Model):
    """关键词: a word that editors put on articles, with a page of the articles that have it."""

    name = models.CharField(_("keyword"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("keyword", args=[self.pk])


class Tagging(models.Model):
    """That the edition readers see, or saw last, has a keyword; with the article's first publication, to find the newest."""

    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="taggings", db_index=False)
    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="taggings")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["keyword", "-at", "-article"], name="tagging_newest_of_keyword")]
        constraints = [models.UniqueConstraint(fields=["article", "keyword"], name="tagging_once")]

    def __str__(self):
        return f"{self.article_id} {self.keyword_id}"


class Relation(models.Model):
    """That `article` shows `other` among its related articles (相关阅读); there is one the other way round, too.

    Without constraints in the database: to check them, it would hold the row of the other article, which another act may be
    waiting with.
    """

    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="relations", db_constraint=False)
    other = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "other"], name="relation_once")]

    def __str__(self):
        return f"{self.article_id} – {self.other_id}"
