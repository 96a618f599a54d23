"""The article's page, for readers and for holders of an older printout; the same for everybody (law 9)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ...models import Article
from ..machines import page_metadata
from ..public_facts import live_edition
from .article_page import ArticlePage, text_has_changed
from .errors import gone_response
from .page_batch import PageBatch


@require_safe
def article_view(request: HttpRequest, number: int) -> HttpResponse:
    """The live edition; 410 if the article was withdrawn or has expired, 404 if it was never public."""
    article = find_published_article(request, number)
    if not article.is_public:
        return gone_response(request, article.state)
    batch = PageBatch.of_request(request)
    page = ArticlePage.of_edition(article, neighbours=batch.neighbours(article), linked=batch.linked_pages(article))
    meta = page_metadata.article_metadata(page, batch.site.settings)
    return render(request, "public/article.html", {"page": page, "meta": meta})


@require_safe
def printout_view(request: HttpRequest, number: int, edition: int) -> HttpResponse:
    """The article for the holder of a printout of an older edition, with a line that says that it has changed.

    It has a separate address because every page is the same for everybody (law 9); it is not indexed, and its
    canonical address is the article's. Reasons: docs/decisions/old_printouts.md.
    """
    article = find_published_article(request, number)
    if not article.is_public:
        return gone_response(request, article.state)
    older = article.editions.select_related("revision").filter(number=edition).first()
    if older is None:
        raise Http404
    if not text_has_changed(older, live_edition(article)):
        return redirect(article.get_absolute_url())
    batch = PageBatch.of_request(request)
    page = ArticlePage.of_edition(article, printed_edition=older, linked=batch.linked_pages(article))
    meta = page_metadata.article_metadata(page, batch.site.settings)
    meta.indexed, meta.linked_data, meta.baidu_times, meta.trail = False, None, None, None
    return render(request, "public/article.html", {"page": page, "meta": meta})


def find_published_article(request: HttpRequest, number: int) -> Article:
    """Return an article that is or was public, with what its page needs. Raises Http404 if it never was."""
    article = PageBatch.of_request(request).article(number)
    if article is None:
        raise Http404
    return article
