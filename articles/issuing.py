"""Issuing an edition: create it from the newest revision, place it in its section, and update what depends on it.

Called only by `publishing`, which has locked the article and checked permissions and problems.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from . import audit, baking, check_ups, keyword_relations, publication_log, qr_short_links, review, search
from .checks import Candidate
from .models import Article, Edition, Picture, Section, SignOff

# The fields of an article that are written when it is published or withdrawn, or its withdrawal is undone.
PUBLICATION_FIELDS = (
    "live",
    "first_published_at",
    "withdrawn_at",
    "withdrawal_reason",
    "listed_in",
    "ordinal",
    "migrated",
    "readings_due_at",
    "schedule_problem",
    "shown_cover",
    "corrected_at",
)
# What is read with the edition before; its pages may show what the new one does not.
READ_OF_EDITION = ("revision", "section__parent__parent")
# What publishing reads with the article it locks, besides the usual rows.
READ_OF_ARTICLE = (
    *(f"live__{name}" for name in READ_OF_EDITION),
    "listed_in__parent__parent",
    f"signed{'__previous' * 4}",  # five readings at most
)


@dataclass(frozen=True)
class Publication:
    """The parameters of a publication."""

    by: User
    kind: str  # Edition.Kind: what the edition is to readers (first, update, correction, archive)
    basis: str  # Edition.Basis: why it may be public (signed, urgent, break-glass, archive)
    note: str  # readers see it only if the basis is SIGNED
    audit_action: str  # the name of the audit entry, e.g. "article.published"
    details: dict[str, Any]  # further data of the audit entry
    at: datetime = field(default_factory=lambda: timezone.now())
    sign_off: SignOff | None = None  # the final sign-off; only if the basis is SIGNED
    candidate: Candidate | None = None  # what the checks have read; only if the basis is SIGNED


class SectionChange(NamedTuple):
    """How an article's place changed: where it was listed before, and whether it is the first of its new section.

    The defaults mean that its place did not change.
    """

    previous_place: baking.SectionPlace | None = None
    is_first_in_section: bool = False


def issue_edition(article: Article, publication: Publication) -> Edition:
    """Publish the newest revision of a locked article as a new edition; saves PUBLICATION_FIELDS and REVIEW_FIELDS."""
    before = _edition_before(article)
    edition = _make_edition(article, publication, before)
    article.live = edition
    article.shown_cover = _cover_to_show(article, before)
    article.first_published_at = article.first_published_at or publication.at
    article.withdrawn_at, article.withdrawal_reason = None, ""
    if edition.kind == Edition.Kind.CORRECTION:
        article.corrected_at = edition.published_at
    section_change = _place_in_section(article)
    article.save(update_fields=(*PUBLICATION_FIELDS, *review.REVIEW_FIELDS))
    _update_dependents(edition, before, publication, section_change)
    return edition


def _edition_before(article: Article) -> Edition | None:
    """The newest edition with READ_OF_EDITION: the live one, or, after a withdrawal, the last, which is queried."""
    if article.live is None and article.first_published_at:
        return article.editions.select_related(*READ_OF_EDITION).order_by("-number").first()
    return article.live


def _cover_to_show(article: Article, before: Edition | None) -> Picture | None:
    """The cover of the newest revision, unless the text keeps the cover it had and another one was placed."""
    if before is not None and before.cover_id != article.cover_id:
        return article.cover
    placed = article.shown_cover
    if placed is None:
        return article.cover if before is None else None
    in_text = any(picture["sha256"] == placed.sha256 for picture in article.newest.content["pictures"])
    return placed if in_text else article.cover


def _make_edition(article: Article, publication: Publication, before: Edition | None) -> Edition:
    """Create an edition of the newest revision; it stores the previous edition's digest."""
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
        sign_off=publication.sign_off,
        **{name: revision.content[name] for name in Edition.COPIED_FIELDS},
    )


def _place_in_section(article: Article) -> SectionChange:
    """Set the next ordinal in its section, unless the article is listed there already. The caller saves it."""
    if article.listed_in_id == article.section_id:
        return SectionChange()
    before = baking.SectionPlace(article.listed_in, article.ordinal) if article.listed_in and article.ordinal else None
    article.listed_in = article.section
    article.ordinal = _next_ordinal(article.section)
    return SectionChange(previous_place=before, is_first_in_section=article.ordinal == 1)


def _update_dependents(
    edition: Edition, before: Edition | None, publication: Publication, section_change: SectionChange
) -> None:
    """Update what depends on the public text: short links, search, the audit, the public log, related articles, pages.

    Lock ordering: the audit entry comes before rows that other acts write, too (docs/decisions/lock_ordering.md).
    """
    article = edition.article
    codes = qr_short_links.assign_codes(article, edition)
    search.index_article(article)
    search.restate_working_copy(article)
    entry = audit.record_entry(
        publication.audit_action,
        article,
        by=publication.by,
        edition=edition.number,
        digest=edition.digest,
        **publication.details,
    )
    signs = publication.sign_off.chain() if publication.sign_off else []
    log_files = publication_log.log_act(edition, edition.kind, at=edition.published_at, entry=entry, signs=signs)
    if publication.candidate and publication.sign_off:
        check_ups.keep_unseen_finds(publication.candidate, publication.sign_off)
    related = keyword_relations.update_relations(article)
    addresses = baking.article_pages(article, moved_from=section_change.previous_place, before=before)
    baking.request_bake(
        addresses | log_files | baking.pages_of_articles(related) | baking.code_images(codes),
        everything=section_change.is_first_in_section,  # the navigation shows a section once it has an article
    )


def _next_ordinal(section: Section) -> int:
    """The next ordinal of a section. The update locks the section's row, so it is unique. One query."""
    table = Section._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last_ordinal = last_ordinal + 1 WHERE id = %s RETURNING last_ordinal",  # noqa: S608
            [section.pk],
        )
        ((ordinal,),) = cursor.fetchall()
    return int(ordinal)
