"""Imports printed pages as articles: as drafts, or as migrated content with the time of the old archive."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, editing, persons, publishing, sanitising, sections, sources
from ..models import Article, Credit, Person, Section, Source
from ..refusals import Problem
from .text import PrintedArticle, UnreadablePage

HAS_NO_TIME = Problem(
    "exchange.no_publication_time",
    gettext_lazy("it has no time of publication: add a line “发布时间：”, or import it as a draft."),
)
TIME_IS_AHEAD = Problem("exchange.time_is_ahead", gettext_lazy("its time, %(time)s, is in the future."))
SECTION_WAITS = Problem(
    "exchange.section_waits",
    gettext_lazy(
        "its section “%(name)s” (/s/%(slug)s/) is new, and a second person has to confirm the names of sections: add "
        "it at the desk, have it confirmed, and import again."
    ),
)
IS_UNFIT = Problem("exchange.unfit", "%(why)s")  # messages of the validation of an article's fields


@dataclass
class ImportedArticle:
    """The result for one file: the article, True if it was imported before, and a description of what was created for
    it.

    `notes` are sentences about what of the file is not in the article.
    """

    article: Article
    already: bool = False
    created: list[str] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@transaction.atomic
def import_article(
    page: PrintedArticle, *, by: User, section: str, archive: bool, body: str | None = None
) -> ImportedArticle:
    """Import a printed page into the section with this slug. Idempotent: a page imported before is returned as it is.

    `body` is the HTML of the text, where the file has more than paragraphs.

    With `archive` the article is published with its own time, as migrated content. Missing sections, sources and people
    are created by their acts. Raises UnreadablePage, also if `archive` and the time is missing or in the future, and
    PermissionDenied if `by` lacks a duty; nothing has changed then.
    """
    known = Article.objects.filter(import_digest=page.digest).first()
    if known:
        return ImportedArticle(known, already=True)
    try:
        with transaction.atomic():
            return _import_new(page, by=by, section=section, archive=archive, body=body)
    except IntegrityError:
        # Somebody else was importing the same file; its row was waited for.
        known = Article.objects.filter(import_digest=page.digest).first()
        if known is None:
            raise
        return ImportedArticle(known, already=True)


def _import_new(page: PrintedArticle, *, by: User, section: str, archive: bool, body: str | None) -> ImportedArticle:
    first, updated = _publication_times(page) if archive else (None, None)
    try:
        imported = _save_draft(page, section, body, by=by)
    except sanitising.BodyTooLong as refusal:
        raise UnreadablePage(*refusal.problems) from refusal
    except ValidationError as refusal:
        raise UnreadablePage(IS_UNFIT.filled(why=" ".join(refusal.messages))) from refusal
    audit.record_entry("article.imported", imported.article, by=by, import_digest=page.digest)
    if first:
        publishing.publish_archived(imported.article, by=by, at=first, updated=updated, origin="text file")
    return imported


def try_import(page: PrintedArticle, *, by: User, section: str, archive: bool, body: str | None) -> ImportedArticle:
    """Dry run of `import_article`: return or raise the same, and change nothing.

    Files of a page are stored only after this: those of a refused page would remain unused.
    """
    with transaction.atomic():
        imported = import_article(page, by=by, section=section, archive=archive, body=body)
        transaction.set_rollback(True)
    return imported


def _save_draft(page: PrintedArticle, section: str, body: str | None, *, by: User) -> ImportedArticle:
    """Save the page as a new article, with the section, source and people that are missing."""
    article = Article(title=page.title, kicker=page.kicker, subtitle=page.subtitle, import_digest=page.digest)
    article.body = sanitising.as_paragraphs(page.paragraphs) if body is None else body
    article.clean_fields(exclude=["section", "created_by"])
    created: list[str] = []
    notes: tuple[str, ...] = ()
    article.section = _find_or_make_section(section, page.section, created, by=by)
    if page.section and page.section != article.section.name:
        notes = (_("its section is “%(name)s”; it was imported into that of --section.") % {"name": page.section},)
    article.source = _find_or_make_source(page, created, by=by)
    credits = [(role, _find_or_make_person(name, unit, created, by=by)) for role, name, unit in page.credits]
    if any(role == Credit.Role.CORRESPONDENT for role, _person in credits):
        article.origin = Article.Origin.CONTRIBUTED
    revision = editing.save_article(article, by=by, credits=credits)
    return ImportedArticle(article, created=created, notes=(*notes, *revision.removed))


def _publication_times(page: PrintedArticle) -> tuple[datetime, datetime]:
    """Return first publication and last update, aware; both are the same if the page prints only one of them."""
    first, updated = page.published_at or page.updated_at, page.updated_at or page.published_at
    if first is None or updated is None:
        raise UnreadablePage(HAS_NO_TIME)
    first, updated = timezone.make_aware(first), timezone.make_aware(max(first, updated))
    if updated > timezone.now():
        raise UnreadablePage(TIME_IS_AHEAD.filled(time=f"{updated:%Y-%m-%d %H:%M}"))
    return first, updated


def _find_or_make_section(slug: str, name: str, created: list[str], *, by: User) -> Section:
    # Locked, as publishing locks it before the audit chain: other missing facts are recorded before that.
    rows = Section.objects.select_for_update(of=("self",), no_key=True).select_related("parent__parent")
    known = rows.filter(slug=slug).first()
    if known:
        return known
    section = sections.save_section(Section(slug=slug, name=name or slug), by=by)
    if section.pk is None:
        raise UnreadablePage(SECTION_WAITS.filled(name=section, slug=slug))
    created.append(_("section “%(name)s” (/s/%(slug)s/)") % {"name": name or slug, "slug": slug})
    return section


def _find_or_make_source(page: PrintedArticle, created: list[str], *, by: User) -> Source | None:
    """Return the page's source, created if missing; none is created from an uncertain reading."""
    name = page.source
    if not name:
        return None
    known = sources.find_source(name)
    if known or page.source_is_doubtful:
        return known
    created.append(_("source “%(name)s”") % {"name": name})
    return sources.save_source(Source(name=name), by=by)


def _find_or_make_person(name: str, unit: str, created: list[str], *, by: User) -> Person:
    """Return the person with this name and unit; without a unit, the only person with the name; or create one."""
    known = persons.find_people(name, unit=unit)
    if known:
        return known[0]
    alone = persons.find_people(name) if not unit else []
    if len(alone) == 1:
        return alone[0]
    person = persons.save_person(Person(name=name, unit=unit), by=by)
    created.append(_("person “%(name)s”") % {"name": person})
    return person
