"""Issuing an edition: create it from the newest revision, place it in its section, and update what depends on it.

Called only by `publishing`, which has locked the article and checked permissions and problems.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from . import audit, baking, keyword_relations, review, search, short_links
from .models import Article, Edition, Section, SignOff

# The fields of an article that publishing writes.
PUBLIC_FIELDS = (
    "live",
    "first_published_at",
    "withdrawn_at",
    "withdrawal_reason",
    "listed_in",
    "ordinal",
    "migrated",
    "readings_due_at",
    "schedule_problem",
)


@dataclass(frozen=True)
class Publication:
    """The parameters of a publication: who, which kind, on what basis, when, the note for readers, the audit entry."""

    by: User
    kind: str
    basis: str
    note: str
    action: str
    details: dict[str, Any]
    at: datetime = field(default_factory=lambda: timezone.now())
    sign_off: SignOff | None = None


class Placing(NamedTuple):
    """How an article's place changed: its previous place, and whether it is the first article of its section."""

    moved_from: baking.SectionPlace | None = None
    opens_section: bool = False


def issue_edition(article: Article, publication: Publication) -> Edition:
    """Publish the newest revision of a locked article as a new edition; also saves PUBLIC_FIELDS and REVIEW_FIELDS."""
    edition = _make_edition(article, publication)
    article.live = edition
    article.first_published_at = article.first_published_at or publication.at
    article.withdrawn_at, article.withdrawal_reason = None, ""
    placing = _place_in_section(article)
    article.save(update_fields=(*PUBLIC_FIELDS, *review.REVIEW_FIELDS))
    _announce(article, edition, publication, placing)
    return edition


def _make_edition(article: Article, publication: Publication) -> Edition:
    """Create an edition of the newest revision, chained to the previous edition."""
    # The live edition is the newest one; after a withdrawal it has to be queried.
    before = article.live
    if before is None and article.first_published_at:
        before = article.editions.order_by("-number").first()
    revision, kind = article.newest, publication.kind
    return Edition.objects.create(
        article=article,
        number=before.number + 1 if before else 1,
        revision=revision,
        kind=Edition.Kind.FIRST if kind == Edition.Kind.UPDATE and before is None else kind,
        basis=publication.basis,
        published_at=publication.at,
        published_by=publication.by,
        note=publication.note,
        digest=revision.digest,
        previous_digest=before.digest if before else "",
        section=article.section,
        cover=article.cover,
        expires_at=article.expires_at,
        pinned_until=article.pinned_until,
        sign_off=publication.sign_off,
        **{name: revision.content[name] for name in ("kicker", "title", "short_title", "summary")},
    )


def _place_in_section(article: Article) -> Placing:
    """Set the next ordinal in its section, unless the article is listed there already. The caller saves it."""
    if article.listed_in_id == article.section_id:
        return Placing()
    before = baking.SectionPlace(article.listed_in, article.ordinal) if article.listed_in and article.ordinal else None
    article.listed_in = article.section
    article.ordinal = _next_ordinal(article.section)
    return Placing(moved_from=before, opens_section=article.ordinal == 1)


def _announce(article: Article, edition: Edition, publication: Publication, placing: Placing) -> None:
    """Update what depends on the public text: short links, search, the audit, related articles, pages.

    Lock ordering: the audit entry comes before rows that other actions write, too (docs/decisions/lock-ordering.md).
    """
    codes = short_links.assign_codes(article, edition)
    search.index_article(article)
    audit.record_entry(
        publication.action,
        article,
        by=publication.by,
        edition=edition.number,
        digest=edition.digest,
        **publication.details,
    )
    related = keyword_relations.update_relations(article)
    addresses = baking.article_pages(article, moved_from=placing.moved_from)
    baking.request_bake(addresses | baking.pages_of_articles(related) | baking.code_images(codes))
    if placing.opens_section:
        baking.request_full_bake()  # the navigation shows a section once it has an article


def _next_ordinal(section: Section) -> int:
    """The next ordinal of a section. The update locks the section's row, so it is unique."""
    Section.objects.filter(pk=section.pk).update(last_ordinal=F("last_ordinal") + 1)
    return Section.objects.values_list("last_ordinal", flat=True).get(pk=section.pk)
