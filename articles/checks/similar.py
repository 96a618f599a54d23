"""Texts that readers have already (CHK-09): an equal title within thirty days, nearly the same words. Public ones only,
so that nobody learns of a draft that they may not read.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ..models import Article
from ..similar_texts import find_similar_texts
from .rules import Rule, Severity, SourceMatch
from .structure import STRUCTURE

SAME_TITLE = Rule(
    "title_published_before",
    STRUCTURE,
    Severity.WARN,
    _("Article %(words)s, published within thirty days of this one, has the same title."),
    _("Check whether it is the same story; otherwise write another title."),
)
SAME_WORDS = Rule(
    "text_published_before",
    STRUCTURE,
    Severity.WARN,
    _("Article %(words)s has nearly the same words, and is published."),
    _("Compare the two; a correction is made in the existing article."),
)


def find_similar(article: Article, at: datetime) -> Iterator[SourceMatch]:
    """Yield the public texts that the newest revision of an article is like."""
    found = find_similar_texts(article, at=at)
    for rule, field, others in ((SAME_TITLE, "title", found.same_title), (SAME_WORDS, "body", found.same_words)):
        for other in others:
            yield SourceMatch(rule, field, 0, 0, shown=str(other.pk), other=other.pk)
