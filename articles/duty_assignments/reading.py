"""Who may read what is not public: working copies, revisions, review sheets, files of drafts (law 8).

The only rule; every list, search, form, page and file of the desk asks it. A duty to read or to decide about texts
opens the articles of its section and the sections below it. Whoever only writes, such as an outside correspondent,
reads the articles that they created or are credited in, and public ones on the site. The auditor reads
everything, to audit it.
"""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Article, Credit, Section
from ..models.article import ArticleQuerySet
from . import permissions
from .permissions import EDITORIAL_DUTIES, READINGS, Duty

# The duties that cannot be done without reading the texts of others.
READING_DUTIES = (Duty.READ, *READINGS, Duty.PUBLISH, Duty.WITHDRAW, Duty.URGENT, Duty.AUDIT)


def readable_articles(user: User | AnonymousUser, among: ArticleQuerySet | None = None) -> ArticleQuerySet:
    """The articles whose working copy, revisions and review sheet the user may read, without drafts in the bin.

    `among`: instead of all articles that are not in the bin. The rule of `may_read_article`.
    """
    rows = Article.objects.kept() if among is None else among
    if permissions.has_duty_everywhere(user, *READING_DUTIES):
        return rows
    if not isinstance(user, User) or not _works_on_content(user):
        return Article.objects.none()
    # A union, so that the database finds the few articles of a correspondent among a million by its indexes.
    created = Article.objects.filter(created_by=user).order_by().values("pk")
    own = Q(pk__in=created.union(Credit.objects.filter(person__user=user).order_by().values("article")))
    if not permissions.has_duty_anywhere(user, *READING_DUTIES):
        return rows.filter(own)
    return rows.filter(own | Q(section__in=permissions.sections_with_duty(user, *READING_DUTIES).values("pk")))


def reading_sections(user: User | AnonymousUser) -> list[int] | None:
    """The keys of the sections whose texts the user may read; None for all. Whoever works on content also reads their
    own texts: a list that begins with these sections and texts is narrowed by `readable_articles`.
    """
    if permissions.has_duty_everywhere(user, *READING_DUTIES):
        return None
    if not permissions.has_duty_anywhere(user, *READING_DUTIES):
        return []
    return list(permissions.sections_with_duty(user, *READING_DUTIES).order_by().values_list("pk", flat=True))


def may_read_section(user: User | AnonymousUser, section: Section) -> bool:
    """Return True if the user may read every text of this section."""
    return any(permissions.has_duty(user, duty, section) for duty in READING_DUTIES)


def own_articles(user: User, among: Iterable[int]) -> set[int]:
    """Return which of these numbers are of articles that the user began or is credited on. One query."""
    rows = Article.objects.filter(pk__in=list(among))
    return set(rows.filter(Q(created_by=user) | Q(credits__person__user=user)).values_list("pk", flat=True))


def may_read_article(user: User | AnonymousUser, article: Article) -> bool:
    """Return True if the user may read what is not public of this article. The rule of `readable_articles`."""
    if may_read_section(user, article.section):
        return True
    if not isinstance(user, User) or not _works_on_content(user):
        return False
    return article.created_by_id == user.pk or article.credits.filter(person__user=user).exists()


def templates_for(user: User) -> ArticleQuerySet:
    """The templates that the user may begin articles from: those of the sections they write in, by title."""
    sections = permissions.sections_with_duty(user, Duty.WRITE).order_by()
    return (
        Article.objects.kept().filter(is_template=True, section__in=sections.values("pk")).order_by("title", "number")
    )


def require_copying(user: User, article: Article) -> None:
    """Raise PermissionDenied, with a message, unless the user may read the article, or it is a template for them."""
    if not (article.is_template and permissions.has_duty(user, Duty.WRITE, article.section)):
        require_reading(user, article)


def require_reading(user: User, article: Article) -> None:
    """Raise PermissionDenied, with a message that does not reveal the title, unless the user may read the article."""
    if not may_read_article(user, article):
        raise PermissionDenied(
            _(
                "Article %(number)d is read by those who wrote it and by those who read for its section. "
                "The security administrator assigns the duty “%(duty)s”."
            )
            % {"number": article.pk, "duty": Duty.READ.label}
        )


def may_write_article(user: User | AnonymousUser, article: Article) -> bool:
    """Return True if the user may edit this article as a writer: they write in its section and may read it."""
    return permissions.has_duty(user, Duty.WRITE, article.section) and may_read_article(user, article)


def require_writing(user: User, article: Article) -> None:
    """Raise PermissionDenied, with a message, unless the user may edit this article as a writer."""
    permissions.require_duty(user, Duty.WRITE, article.section)
    require_reading(user, article)


def _works_on_content(user: User) -> bool:
    return permissions.has_duty_anywhere(user, *EDITORIAL_DUTIES)
