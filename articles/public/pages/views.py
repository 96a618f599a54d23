"""What readers open. Every page is the same for everybody, so that any cache may hold it (law 9)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ... import arranging
from ... import preview as previews
from ...models import Article
from ...models.section import PAGE_SIZE
from ..machines import page_metadata
from . import arrangement, page_batch
from .article_page import ArticlePage, section_breadcrumb, text_has_changed

HOME_SECTIONS = 12
HOME_LINES = 6
PINNED = 5


@require_safe
def home_view(request: HttpRequest) -> HttpResponse:
    """As editors arranged it; where nobody did, the newest of each section."""
    arranged = arranging.arranged_blocks(None)
    return render(
        request, "public/home.html", arranged_home(request, arranged) if arranged else _newest_by_section(request)
    )


def arranged_home(request: HttpRequest, arranged: list[arranging.ArrangedBlock]) -> dict[str, Any]:
    """What the home page prints of blocks; for a preview, of blocks that nobody has saved."""
    filled = arranging.fill_blocks(arranged)
    latest = max((line.article.first_published_at for _block, lines in filled for line in lines), default=None)
    meta = page_metadata.home_metadata(page_batch.page_batch(request).site.settings, latest)
    return {"arranged": filled, "latest": latest, "meta": meta}


def _newest_by_section(request: HttpRequest) -> dict[str, Any]:
    """One query for all sections, by their last ordinals."""
    site = page_batch.page_batch(request).site
    sections = [s for s in site.sections if s.last_ordinal][:HOME_SECTIONS]
    public = Article.objects.public().for_lists()
    # Twice as many as are shown, for a few withdrawn ones leave holes among the ordinals.
    articles = list(public.newest_in_sections(sections, 2 * HOME_LINES))
    blocks = [(s, [a for a in articles if a.listed_in_id == s.pk][:HOME_LINES]) for s in sections]
    pinned = list(public.pinned()[:PINNED])
    lead = list(dict.fromkeys([*pinned, *(a for a in articles if a.live.cover), *articles]))[:PINNED]
    latest = max((a.first_published_at for a in articles), default=None)
    return {
        "blocks": [(s, a) for s, a in blocks if a],
        "lead": lead,
        "latest": latest,
        "meta": page_metadata.home_metadata(site.settings, latest),
    }


@require_safe
def section_view(request: HttpRequest, slug: str) -> HttpResponse:
    """A section's front: what is pinned, then the newest one to two numbered pages, then the way to older ones."""
    site = page_batch.page_batch(request).site
    here = site.section(slug)
    public = Article.objects.public().for_lists()
    pinned = list(public.filter(listed_in=here).pinned()[:PINNED])
    first_page = max(1, here.last_page - 1)
    newest = public.newest_in_sections([here], here.last_ordinal - (first_page - 1) * PAGE_SIZE)
    children = [child for child in site.sections if child.parent_id == here.pk and child.last_ordinal]
    below = list(public.newest_in_sections(children, 2 * HOME_LINES))
    articles, crumbs = [article for article in newest if article not in pinned], section_breadcrumb(here)
    context = {
        "section": here,
        "pinned": pinned,
        "articles": articles,
        "blocks": [(child, [a for a in below if a.listed_in_id == child.pk][:HOME_LINES]) for child in children],
        "older": first_page - 1 or None,
        "crumbs": crumbs,
        "meta": page_metadata.section_metadata(here, [*pinned, *articles], crumbs),
    }
    return render(request, "public/section.html", context)


@require_safe
def section_page_view(request: HttpRequest, slug: str, page: int) -> HttpResponse:
    """Numbered page `page` of a section. Pages count from the oldest, so page 7 holds the same articles for ever."""
    here = page_batch.page_batch(request).site.section(slug)
    if not 1 <= page <= here.last_page:
        raise Http404
    articles, crumbs = list(Article.objects.public().for_lists().on_page(here, page)), section_breadcrumb(here)
    context = {
        "section": here,
        "articles": articles,
        "page": page,
        "older": page - 1 or None,
        "newer": page + 1 if page < here.last_page else None,
        "crumbs": crumbs,
        "meta": page_metadata.section_metadata(here, articles, crumbs, page),
    }
    return render(request, "public/section.html", context)


@require_safe
def article_view(request: HttpRequest, number: int) -> HttpResponse:
    """The edition readers see; 410 once it was withdrawn or has expired; 404 for what never was public."""
    row = published_article(request, number)
    if not row.is_public:
        return gone_response(request, row.state)
    shared = page_batch.page_batch(request)
    page = ArticlePage.of_edition(row, around=shared.around(row), pages=shared.pages_of_names(row))
    return render(request, "public/article.html", {"page": page, "meta": page_metadata.article_metadata(page)})


@require_safe
def printout_view(request: HttpRequest, number: int, edition: int) -> HttpResponse:
    """The article for the holder of a printout of an older edition: with one line that says that it has changed.

    An address of its own, since every page is the same for everybody (law 9); search engines are led to the article.
    Why: docs/decisions/old-printouts.md.
    """
    row = published_article(request, number)
    if not row.is_public:
        return gone_response(request, row.state)
    older = row.editions.select_related("revision").filter(number=edition).first()
    if older is None:
        raise Http404
    if not text_has_changed(older, row.live):
        return redirect(row.get_absolute_url())
    page = ArticlePage.of_edition(row, since=older, pages=page_batch.page_batch(request).pages_of_names(row))
    meta = page_metadata.article_metadata(page)
    meta.indexed, meta.linked_data, meta.trail = False, None, None
    return render(request, "public/article.html", {"page": page, "meta": meta})


def published_article(request: HttpRequest, number: int) -> Article:
    """An article that is or was public, with what its page needs; Http404 for what never was."""
    row = page_batch.page_batch(request).article(number)
    if row is None:
        raise Http404
    return row


@never_cache
@require_safe
def preview_view(request: HttpRequest, token: str) -> HttpResponse:
    """A draft for whoever holds the link: never cached, never indexed, never mistaken for something public."""
    revision = previews.previewed_revision(token)
    if revision is None:
        response = _preview_expired(request)
    else:
        page = ArticlePage.of_revision(revision)
        response = render(request, "public/article.html", {"page": page, "meta": page_metadata.unindexed_metadata()})
    return _unlisted(response)


@never_cache
@require_safe
def preview_arrangement_view(request: HttpRequest, token: str) -> HttpResponse:
    """The home page or a topic as an editor is arranging it; nothing of it is saved."""
    found = arranging.previewed_arrangement(token)
    if found is None:
        response = _preview_expired(request)
    else:
        topic, arranged = found
        context = arrangement.topic_context(topic, arranged) if topic else arranged_home(request, arranged)
        context["meta"].indexed = False
        response = render(request, "public/topic.html" if topic else "public/home.html", {**context, "draft": True})
    return _unlisted(response)


def _preview_expired(request: HttpRequest) -> HttpResponse:
    return render(request, "public/preview_expired.html", {"meta": page_metadata.unindexed_metadata()}, status=403)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """An answer that search engines leave alone, and whose address no other site learns: it is the key to a draft."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def gone_response(request: HttpRequest, state: str = "") -> HttpResponse:
    """410: it was here and is not any more; a neutral sentence and a way on."""
    return render(request, "public/gone.html", {"state": state, "meta": page_metadata.unindexed_metadata()}, status=410)


def not_found_view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with a way on."""
    return render(request, "public/not_found.html", {"meta": page_metadata.unindexed_metadata()}, status=404)
