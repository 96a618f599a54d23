"""Issuing: an edition is made of the newest revision, gets its place in its section, and is announced.

Called by publishing alone, which has locked the article, asked for the duty and looked for problems.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from . import audit, baking, keyword_relations, review, search, short_links
from .models import Article, Edition, Section, SignOff

# What an article's row says of what readers see, and of what is still to be done about it.
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
    """How a text becomes public: by whom, as what, on what basis and when; what readers and the audit are told of it."""

    by: User
    kind: str
    basis: str
    note: str
    action: str
    details: dict[str, Any]
    at: datetime = field(default_factory=lambda: timezone.now())
    sign_off: SignOff | None = None


class Placing(NamedTuple):
    """What became of an article's place in its section: where it was before, and whether it is the first one there."""

    moved_from: baking.SectionPlace | None = None
    opens_section: bool = False


def issue_edition(article: Article, publication: Publication) -> Edition:
    """Show readers the newest revision of a locked article as a new edition, and save all that was changed on its row."""
    edition = _make_edition(article, publication)
    article.live = edition
    article.first_published_at = article.first_published_at or publication.at
    article.withdrawn_at, article.withdrawal_reason = None, ""
    placing = _place_in_section(article)
    article.save(update_fields=(*PUBLIC_FIELDS, *review.REVIEW_FIELDS))
    _announce(article, edition, publication, placing)
    return edition


def _make_edition(article: Article, publication: Publication) -> Edition:
    """The row of a new edition of the newest revision, chained to the edition before it."""
    # What readers see is the newest edition; one that they see no more has to be looked for.
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
    """Give the article the next place in its section, unless it is listed there already; the caller saves it."""
    if article.listed_in_id == article.section_id:
        return Placing()
    before = baking.SectionPlace(article.listed_in, article.ordinal) if article.listed_in and article.ordinal else None
    article.listed_in = article.section
    article.ordinal = _next_ordinal(article.section)
    return Placing(moved_from=before, opens_section=article.ordinal == 1)


def _announce(article: Article, edition: Edition, publication: Publication, placing: Placing) -> None:
    """Tell all that depends on what is public: short links, search, audit, related articles, pages. The audit's entry
    comes before what other acts write, too (docs/decisions/turns.md).
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
        baking.request_full_bake()  # the navigation shows a section from its first article on


def _next_ordinal(section: Section) -> int:
    """The next place in a section. The update locks the section's row, so no two articles get the same."""
    Section.objects.filter(pk=section.pk).update(last_ordinal=F("last_ordinal") + 1)
    return Section.objects.values_list("last_ordinal", flat=True).get(pk=section.pk)
