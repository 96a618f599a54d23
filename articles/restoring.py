"""Restoring a revision: the working copy gets its content, as a new revision."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from . import persons, sources
from .audit import record_entry
from .editing import PLAIN_FIELDS, save_article
from .models import Article, Person, Picture, Revision, Section, Source


@transaction.atomic
def restore_revision(revision: Revision, *, by: User, voiding: bool = False) -> Revision:
    """Restore the working copy from this revision, as a new revision; the ones in between are kept.

    Sources and people are found by their keys, under whatever name they have now. The `removed` of the returned
    revision has a sentence for each that was not found so. How the article is placed is not part of its text and
    stays. Raises what `save_article` raises.
    """
    article = Article.objects.get_locked(revision.article_id)
    content = revision.content
    for field in (*PLAIN_FIELDS, "body", "origin", "original_url"):
        setattr(article, field, content[field])
    article.ai_use = content.get("ai_use", "")
    article.keywords = ",".join(content["keywords"])
    article.section = Section.objects.get(pk=content["section"])
    article.source, sentences = _find_source(content["source"])
    article.cover = Picture.objects.get(sha256=content["cover"]["sha256"]) if content["cover"] else None
    article.original_published_on = content["original_published_on"]
    embargo = content.get("embargo_until")
    article.embargo_until = datetime.fromisoformat(embargo) if embargo else None
    credits = [(credit["role"], _find_person(credit, by=by)) for credit in content["credits"]]
    restored = save_article(article, by=by, credits=credits, voiding=voiding)
    restored.removed = (*restored.removed, *sentences)
    record_entry("article.restored", article, by=by, revision=revision.number, as_revision=restored.number)
    return restored


def _find_source(facts: dict[str, Any] | None) -> tuple[Source | None, list[str]]:
    """Return the source that a revision names, and sentences for the editor if it cannot be found."""
    if facts is None:
        return None, []
    source = Source.objects.filter(pk=facts["key"]).first() if "key" in facts else None
    source = source or sources.find_source(facts["name"])
    if source:
        return source, []
    sentence = _("There is no longer a source called “%(name)s”, so the article has none now. Choose the source again.")
    return None, [sentence % {"name": facts["name"]}]


def _find_person(facts: dict[str, Any], *, by: User) -> Person:
    """Return the person that a revision credits; added again if there is none with this key, or this name and unit."""
    person = Person.objects.filter(pk=facts["key"]).first() if "key" in facts else None
    return person or persons.find_or_add_person(facts["name"], facts["unit"], by=by)
