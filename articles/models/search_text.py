from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class SearchText(models.Model):
    """检索文本: the searchable text of a public article, folded (articles/search/folding.py).

    The primary key is the first publication in microseconds, increased if taken, so that key order is time order in
    both databases. The word index is a separate table (articles/search/index_store.py).
    """

    id = models.BigIntegerField(primary_key=True)
    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="search_text")
    title = models.TextField(help_text=_("Folded, as queries are."))
    text = models.TextField(help_text=_("Everything else in the order of the page, a field a line; folded."))
    marks = models.TextField(help_text=_("Words for its section, people, source and keywords."))
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("text for searches")
        verbose_name_plural = _("texts for searches")

    def __str__(self) -> str:
        return self.title
