"""Publishing and withdrawing: the only code that changes what is public."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, permissions, short_links
from .checks import CannotPublish, find_problems
from .models import Article, Edition, Section

__all__ = ["CannotPublish", "CannotWithdraw", "publish", "publish_archived", "renumber", "withdraw"]


class CannotWithdraw(ValueError):
    """Raised, with a sentence, when a withdrawal is refused; nothing has changed."""


@transaction.atomic
def publish(article: Article, *, by: Any, note: str = "") -> Edition:
    """Make the newest revision what readers see, and return its edition; the present one where it is that already.

    Raises PermissionDenied, or CannotPublish with the problems. After a withdrawal this puts the article back.
    """
    article = Article.objects.locked(article.pk)
    permissions.require(by, permissions.Duty.PUBLISH, article.section)
    if article.live and article.live.digest == article.latest.digest:
        return article.live
    problems = find_problems(article)
    if problems:
        raise CannotPublish(problems)
    kind = Edition.Kind.UPDATE if article.first_published_at else Edition.Kind.FIRST
    edition = _issue(article, by=by, kind=kind, note=note)
    audit.record("article.published", article, by=by, edition=edition.number, digest=edition.digest, note=note)
    return edition


@transaction.atomic
def publish_archived(
    article: Article, *, by: Any, at: datetime, updated: datetime | None = None, origin: str
) -> Edition:
    """Make migrated content public under the time it had in the older archive; said on the row and in the audit.

    `at` is its first publication there, `updated` its last update. `origin` names where it came from. Today's checks do
    not apply to yesterday's texts. Call `renumber` for the section when a batch is in. The one way to a first
    publication time other than now (law 3).
    """
    article = Article.objects.locked(article.pk)
    permissions.require(by, permissions.Duty.PUBLISH, article.section)
    if article.first_published_at:
        return article.editions.order_by("number")[0]
    article.first_published_at = at
    article.migrated = True
    edition = _issue(article, by=by, kind=Edition.Kind.ARCHIVE, note=origin, at=updated or at)
    audit.record("article.migrated", article, by=by, digest=edition.digest, published_at=at.isoformat(), origin=origin)
    return edition


@transaction.atomic
def withdraw(article: Article, *, by: Any, reason: str) -> None:
    """Take the article from readers at once, everywhere (410); the text and the evidence stay. A reason is required."""
    article = Article.objects.locked(article.pk)
    permissions.require(by, permissions.Duty.PUBLISH, article.section)
    if article.withdrawn_at:
        return
    reason = reason.strip()
    if not reason:
        raise CannotWithdraw(_("Withdrawing needs a reason: write one sentence, it is kept with the article."))
    if not article.live:
        raise CannotWithdraw(_("“%(title)s” is not public, so there is nothing to withdraw.") % {"title": article})
    edition = article.live
    article.live = None
    article.withdrawn_at = timezone.now()
    article.withdrawal_reason = reason
    article.save(update_fields=["live", "withdrawn_at", "withdrawal_reason"])
    audit.record("article.withdrawn", article, by=by, edition=edition.number, digest=edition.digest, reason=reason)


@transaction.atomic
def renumber(section: Section) -> None:
    """Put a section's articles in the order of their publication times again, after a batch of older ones came in.

    Two passes, because no two rows may hold one ordinal even for a moment; a thousand rows in memory at a time.
    """
    section = Section.objects.select_for_update(of=("self",)).get(pk=section.pk)
    listed = Article.objects.filter(listed_in=section)
    listed.update(ordinal=F("ordinal") + section.last_ordinal)
    ordinal = 0
    batch: list[Article] = []
    ordered = listed.order_by("first_published_at", "number").only("number", "ordinal")
    for article in ordered.iterator(chunk_size=1000):
        ordinal += 1
        article.ordinal = ordinal
        batch.append(article)
        if len(batch) == 1000:
            Article.objects.bulk_update(batch, ["ordinal"])
            batch.clear()
    Article.objects.bulk_update(batch, ["ordinal"])
    Section.objects.filter(pk=section.pk).update(last_ordinal=ordinal)


def _issue(article: Article, *, by: Any, kind: str, note: str, at: datetime | None = None) -> Edition:
    """Make an edition of the newest revision, published `at` that instant or now, and show it to readers."""
    at = at or timezone.now()
    before = article.editions.order_by("-number").first()
    revision = article.latest
    edition = Edition.objects.create(
        article=article,
        number=before.number + 1 if before else 1,
        revision=revision,
        kind=kind,
        published_at=at,
        published_by=by,
        note=note,
        digest=revision.digest,
        previous_digest=before.digest if before else "",
        section=article.section,
        cover=article.cover,
        expires_at=article.expires_at,
        pinned_until=article.pinned_until,
        **{field: revision.content[field] for field in ("kicker", "title", "short_title", "summary")},
    )
    article.live = edition
    article.first_published_at = article.first_published_at or at
    article.withdrawn_at = None
    article.withdrawal_reason = ""
    if article.listed_in_id != article.section_id:
        article.listed_in = article.section
        article.ordinal = _next_ordinal(article.section)
    article.save(
        update_fields=["live", "first_published_at", "withdrawn_at", "withdrawal_reason", "listed_in", "ordinal",
                       "migrated"]
    )  # fmt: skip
    short_links.assign(article, edition)
    return edition


def _next_ordinal(section: Section) -> int:
    """The next place in a section. The update locks the section's row, so no two articles get the same."""
    Section.objects.filter(pk=section.pk).update(last_ordinal=F("last_ordinal") + 1)
    return Section.objects.values_list("last_ordinal", flat=True).get(pk=section.pk)
