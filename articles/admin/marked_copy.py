"""花脸稿: the page on which any two revisions or editions of an article are compared."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ..marked_copies import MarkedCopy, marked_copy
from ..models import Article, Edition, Revision
from .article_screen import ArticleScreen
from .form_fields import NUMBER

SHOWN_REVISIONS = 100  # to choose from
# Characters of both texts in all: on the page for reading, the copy of longer ones is a link, so that it opens at once.
MOST_ON_READING_PAGE = 100_000


def marked_copy_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """Show the marked copy from the revision `before` to `after`; without them, of the newest save."""
    article = screen.get_article(request, number)
    newest = article.newest.number
    chosen = sorted({_chosen(request, "before", max(1, newest - 1)), _chosen(request, "after", newest)})
    rows = article.revisions.select_related("created_by__person").filter(number__in=chosen).order_by("number")
    found = list(rows)
    if len(found) != len(chosen):
        raise Http404
    copy = marked_copy(article, found[0], found[-1])
    title = _("Marked copy of “%(title)s”") % {"title": article}
    return screen.render_page(request, article, "marked_copy_page", title, copy=copy, choices=revision_choices(article))


def _chosen(request: HttpRequest, name: str, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if NUMBER.fullmatch(value) else default


def revision_choices(article: Article) -> list[tuple[Revision, list[Edition]]]:
    """The newest revisions, newest first, each with the editions that were published from it. Two queries."""
    revisions = list(article.revisions.select_related("created_by__person").defer("content")[:SHOWN_REVISIONS])
    editions: dict[int, list[Edition]] = {}
    for edition in article.editions.filter(revision__in=revisions).select_related("published_by__person"):
        editions.setdefault(edition.revision_id, []).append(edition)
    return [(revision, editions.get(revision.pk, [])) for revision in revisions]


def copy_for_reading(article: Article, before: Revision | None) -> MarkedCopy | None:
    """The marked copy that the page for reading shows; None if there is nothing to compare, or it would be long."""
    if before is None or before.digest == article.newest.digest:
        return None
    characters = len(before.content["body"]) + len(article.newest.content["body"])
    return marked_copy(article, before, article.newest) if characters <= MOST_ON_READING_PAGE else None
