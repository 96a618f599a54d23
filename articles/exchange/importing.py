"""Printed pages become articles: drafts, or migrated content under the time the older archive gave them."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
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
TIME_IS_AHEAD = Problem("exchange.time_is_ahead", gettext_lazy("its time, %(time)s, is still ahead."))
IS_UNFIT = Problem("exchange.unfit", "%(why)s")  # what the fields of an article say of their own values


@dataclass
class ImportedArticle:
    """What came of one file: the article, whether it was there already, and what had to be created for it."""

    article: Article
    already: bool = False
    created: list[str] = field(default_factory=list)


@transaction.atomic
def import_article(page: PrintedArticle, *, by: User, section: str, archive: bool) -> ImportedArticle:
    """Make an article of a printed page in the section with this slug; a page taken in before is only recognised.

    With `archive` it becomes public under its own time, as migrated content; raises Unreadable where it has none, or
    one that is still ahead. Sections, sources and people that are missing are added by their acts, which ask for their
    duties: PermissionDenied where `by` lacks one, and nothing has changed then.
    """
    known = Article.objects.filter(import_digest=page.digest).first()
    if known:
        return ImportedArticle(known, already=True)
    first, updated = _publication_times(page) if archive else (None, None)
    taken = ImportedArticle(
        Article(title=page.title, kicker=page.kicker, subtitle=page.subtitle, import_digest=page.digest)
    )
    article = taken.article
    try:
        article.body = sanitising.as_paragraphs(page.paragraphs)
        article.clean_fields(exclude=["section", "created_by"])
        article.section = _find_or_make_section(section, page.section, taken.created, by=by)
        article.source = _find_or_make_source(page.source, taken.created, by=by)
        credits = [(role, _find_or_make_person(name, unit, taken.created, by=by)) for role, name, unit in page.credits]
    except sanitising.BodyTooLong as refusal:
        raise UnreadablePage(*refusal.problems) from refusal
    except ValidationError as refusal:
        raise UnreadablePage(IS_UNFIT.filled(why=" ".join(refusal.messages))) from refusal
    if any(role == Credit.Role.CORRESPONDENT for role, _person_ in credits):
        article.origin = Article.Origin.CONTRIBUTED
    editing.save_article(article, by=by, credits=credits)
    audit.record_entry("article.imported", article, by=by, import_digest=page.digest)
    if first:
        publishing.publish_archived(article, by=by, at=first, updated=updated, origin="text file")
    return taken


def _publication_times(page: PrintedArticle) -> tuple[datetime, datetime]:
    """First publication and last update, aware; a page that prints only one of them has them equal."""
    first, updated = page.published_at or page.updated_at, page.updated_at or page.published_at
    if first is None or updated is None:
        raise UnreadablePage(HAS_NO_TIME)
    first, updated = timezone.make_aware(first), timezone.make_aware(max(first, updated))
    if updated > timezone.now():
        raise UnreadablePage(TIME_IS_AHEAD.filled(time=f"{updated:%Y-%m-%d %H:%M}"))
    return first, updated


def _find_or_make_section(slug: str, name: str, created: list[str], *, by: User) -> Section:
    known = Section.objects.select_related("parent").filter(slug=slug).first()
    if known:
        return known
    created.append(_("section “%(name)s” (/s/%(slug)s/)") % {"name": name or slug, "slug": slug})
    return sections.save_section(Section(slug=slug, name=name or slug), by=by)


def _find_or_make_source(name: str, created: list[str], *, by: User) -> Source | None:
    if not name:
        return None
    known = Source.objects.filter(name=name).first()
    if known:
        return known
    created.append(_("source “%(name)s”") % {"name": name})
    return sources.save_source(Source(name=name), by=by)


def _find_or_make_person(name: str, unit: str, created: list[str], *, by: User) -> Person:
    """Someone of this name and unit; without a unit, whoever alone has the name."""
    people = list(Person.objects.filter(name=name, unit=unit)[:1]) or list(Person.objects.filter(name=name)[:2])
    if len(people) == 1 and unit in ("", people[0].unit):
        return people[0]
    created.append(_("person “%(name)s”") % {"name": f"{name}（{unit}）" if unit else name})
    return persons.save_person(Person(name=name, unit=unit), by=by)
