"""Copying: a new draft with the text of another article, for what is written again and again."""

from django.contrib.auth.models import User
from django.db import transaction

from . import audit
from .duty_assignments import reading
from .editing import WORKING_FIELDS, save_article
from .models import Article

# Not the embargo: it was agreed for the other text.
COPIED_FIELDS = tuple(field for field in WORKING_FIELDS if field != "embargo_until")


@transaction.atomic
def copy_article(article: Article, *, by: User) -> Article:
    """Return a new draft of `by` with the working copy's text, pictures, credits and section, and nothing else of it.

    Raises ArticleIsGone, PermissionDenied unless `by` may read the article and write in its section, and what
    `save_article` raises.
    """
    original = Article.objects.get_locked(article.pk)
    reading.require_reading(by, original)
    copy = Article(**{field: getattr(original, field) for field in COPIED_FIELDS})
    credits = [(credit.role, credit.person) for credit in original.credits.select_related("person__merged_into")]
    save_article(copy, by=by, credits=credits)
    audit.record_entry("article.copied", copy, by=by, original=original.pk)
    return copy
