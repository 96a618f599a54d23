from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article


class FoldedText(models.Model):
    """A text as searches compare it (articles/search/folding.py), newest key first. Its words are in another table."""

    # The table of the word index (articles/search/index_store.py); a migration creates it.
    words_table: ClassVar[str]

    id = models.BigIntegerField(primary_key=True)
    title = models.TextField(help_text=_("Folded, as queries are."))
    text = models.TextField(help_text=_("Everything else in the order of the page, a field a line; folded."))
    marks = models.TextField(help_text=_("Words for its section, people, source and keywords."))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class SearchText(FoldedText):
    """检索文本: the searchable text of a public article.

    The primary key is the first publication in microseconds, increased if taken, so that key order is time order in
    both databases.
    """

    words_table = "articles_searchwords"

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="search_text")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("text for searches")
        verbose_name_plural = _("texts for searches")


class WorkingText(FoldedText):
    """工作稿检索文本: the searchable text of a working copy, for the desk only; drafts in the bin have none.

    The primary key is that of the newest revision: key order is the order of the last saves.
    """

    words_table = "articles_workingwords"

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="working_text")

    class Meta:
        verbose_name = _("text for searches at the desk")
        verbose_name_plural = _("texts for searches at the desk")
