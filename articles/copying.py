"""Copying: a new draft with the text of another article, for articles that recur; and templates (模板),
the articles from which everybody who writes in their section begins others.
"""

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

    Raises ArticleIsGone, PermissionDenied unless `by` writes in its section and may read it or it is a template, and
    what `save_article` raises.
    """
    original = Article.objects.get_locked(article.pk)
    reading.require_copying(by, original)
    copy = Article(**{field: getattr(original, field) for field in COPIED_FIELDS})
    credits = [(credit.role, credit.person) for credit in original.credits.select_related("person__merged_into")]
    save_article(copy, by=by, credits=credits)
    audit.record_entry("article.copied", copy, by=by, original=original.pk)
    return copy


@transaction.atomic
def offer_as_template(article: Article, *, by: User) -> None:
    """Offer the article to everybody who writes in its section, to begin others from. Raises PermissionDenied."""
    _set_template(article, True, by=by)


@transaction.atomic
def stop_offering_template(article: Article, *, by: User) -> None:
    """Offer it no longer; the articles begun from it stay. Raises PermissionDenied."""
    _set_template(article, False, by=by)


def _set_template(article: Article, is_template: bool, *, by: User) -> None:
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    if article.is_template == is_template:
        return
    article.is_template = is_template
    article.save(update_fields=["is_template"])
    audit.record_entry("article.template_offered" if is_template else "article.template_stopped", article, by=by)
