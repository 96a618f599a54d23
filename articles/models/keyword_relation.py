from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Keyword(models.Model):
    """关键词: a keyword on articles; it has a page that lists them."""

    name = models.CharField(_("keyword"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("keyword", args=[self.pk])


class Tagging(models.Model):
    """A keyword of an article's newest edition; `at` is the first publication, so that the newest are found quickly."""

    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="taggings", db_index=False)
    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="taggings")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["keyword", "-at", "-article"], name="tagging_newest_of_keyword")]
        constraints = [models.UniqueConstraint(fields=["article", "keyword"], name="tagging_once")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.keyword_id}"


class Relation(models.Model):
    """`article` shows `other` among its related articles (相关阅读). Stored in both directions.

    There are no foreign key constraints in the database: checking them would lock the row of the other article, which
    could deadlock with another transaction.
    """

    article = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="relations", db_constraint=False)
    other = models.ForeignKey("Article", on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "other"], name="relation_once")]

    def __str__(self) -> str:
        return f"{self.article_id} – {self.other_id}"
