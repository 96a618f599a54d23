"""What readers open. Every page is the same for everybody, so that any cache may hold it (law 9)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import arranging
from .. import preview as previews
from ..models import Article
from ..models.section import PAGE_SIZE
from . import metadata, together, topics
from .page import ArticlePage, breadcrumb, has_changed

HOME_SECTIONS = 12
HOME_LINES = 6
PINNED = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """As editors arranged it; where nobody did, the newest of each section."""
    arranged = arranging.blocks_of(None)
    return render(request, "public/home.html", as_arranged(request, arranged) if arranged else _by_section(request))


def as_arranged(request: HttpRequest, arranged: list[arranging.Arranged]) -> dict[str, Any]:
    """What the home page prints of blocks; for a preview, of blocks that nobody has saved."""
    filled = arranging.fill(arranged)
    latest = max((line.article.first_published_at for _block, lines in filled for line in lines), default=None)
    meta = metadata.for_home(together.of(request).site.settings, latest)
    return {"arranged": filled, "latest": latest, "meta": meta}


def _by_section(request: HttpRequest) -> dict[str, Any]:
    """One query for all sections, by their last ordinals."""
    site = together.of(request).site
    sections = [s for s in site.sections if s.last_ordinal][:HOME_SECTIONS]
    public = Article.objects.public().for_lists()
    # Twice as many as are shown, for a few withdrawn ones leave holes among the ordinals.
    articles = list(public.newest_in(sections, 2 * HOME_LINES))
    blocks = [(s, [a for a in articles if a.listed_in_id == s.pk][:HOME_LINES]) for s in sections]
    pinned = list(public.pinned()[:PINNED])
    lead = list(dict.fromkeys([*pinned, *(a for a in articles if a.live.cover), *articles]))[:PINNED]
    latest = max((a.first_published_at for a in articles), default=None)
    return {
        "blocks": [(s, a) for s, a in blocks if a],
        "lead": lead,
        "latest": latest,
        "meta": metadata.for_home(site.settings, latest),
    }


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """A section's front: what is pinned, then the newest one to two numbered pages, then the way to older ones."""
    site = together.of(request).site
    here = site.section(slug)
    public = Article.objects.public().for_lists()
    pinned = list(public.filter(listed_in=here).pinned()[:PINNED])
    first_page = max(1, here.last_page - 1)
    newest = public.newest_in([here], here.last_ordinal - (first_page - 1) * PAGE_SIZE)
    children = [child for child in site.sections if child.parent_id == here.pk and child.last_ordinal]
    below = list(public.newest_in(children, 2 * HOME_LINES))
    articles, crumbs = [article for article in newest if article not in pinned], breadcrumb(here)
    context = {
        "section": here,
        "pinned": pinned,
        "articles": articles,
        "blocks": [(child, [a for a in below if a.listed_in_id == child.pk][:HOME_LINES]) for child in children],
        "older": first_page - 1 or None,
        "crumbs": crumbs,
        "meta": metadata.for_section(here, [*pinned, *articles], crumbs),
    }
    return render(request, "public/section.html", context)


@require_safe
def section_page(request: HttpRequest, slug: str, page: int) -> HttpResponse:
    """Numbered page `page` of a section. Pages count from the oldest, so page 7 holds the same articles for ever."""
    here = together.of(request).site.section(slug)
    if not 1 <= page <= here.last_page:
        raise Http404
    articles, crumbs = list(Article.objects.public().for_lists().on_page(here, page)), breadcrumb(here)
    context = {
        "section": here,
        "articles": articles,
        "page": page,
        "older": page - 1 or None,
        "newer": page + 1 if page < here.last_page else None,
        "crumbs": crumbs,
        "meta": metadata.for_section(here, articles, crumbs, page),
    }
    return render(request, "public/section.html", context)


@require_safe
def article(request: HttpRequest, number: int) -> HttpResponse:
    """The edition readers see; 410 once it was withdrawn or has expired; 404 for what never was public."""
    row = published(request, number)
    if not row.is_public:
        return gone(request, row.state)
    shared = together.of(request)
    page = ArticlePage.of_edition(row, around=shared.around(row), pages=shared.pages_of_names(row))
    return render(request, "public/article.html", {"page": page, "meta": metadata.for_article(page)})


@require_safe
def since(request: HttpRequest, number: int, edition: int) -> HttpResponse:
    """The article for the holder of a printout of an older edition: with one line that says that it has changed.

    An address of its own, since every page is the same for everybody (law 9); search engines are led to the article.
    Why: docs/decisions/old-printouts.md.
    """
    row = published(request, number)
    if not row.is_public:
        return gone(request, row.state)
    older = row.editions.select_related("revision").filter(number=edition).first()
    if older is None:
        raise Http404
    if not has_changed(older, row.live):
        return redirect(row.get_absolute_url())
    page = ArticlePage.of_edition(row, since=older, pages=together.of(request).pages_of_names(row))
    meta = metadata.for_article(page)
    meta.indexed, meta.linked_data, meta.trail = False, None, None
    return render(request, "public/article.html", {"page": page, "meta": meta})


def published(request: HttpRequest, number: int) -> Article:
    """An article that is or was public, with what its page needs; Http404 for what never was."""
    row = together.of(request).article(number)
    if row is None:
        raise Http404
    return row


@never_cache
@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A draft for whoever holds the link: never cached, never indexed, never mistaken for something public."""
    revision = previews.revision_of(token)
    if revision is None:
        response = _preview_expired(request)
    else:
        page = ArticlePage.of_revision(revision)
        response = render(request, "public/article.html", {"page": page, "meta": metadata.for_other()})
    return _unlisted(response)


@never_cache
@require_safe
def preview_front(request: HttpRequest, token: str) -> HttpResponse:
    """The home page or a topic as an editor is arranging it; nothing of it is saved."""
    found = arranging.of_preview(token)
    if found is None:
        response = _preview_expired(request)
    else:
        topic, arranged = found
        context = topics.shown(topic, arranged) if topic else as_arranged(request, arranged)
        context["meta"].indexed = False
        response = render(request, "public/topic.html" if topic else "public/home.html", {**context, "draft": True})
    return _unlisted(response)


def _preview_expired(request: HttpRequest) -> HttpResponse:
    return render(request, "public/preview_expired.html", {"meta": metadata.for_other()}, status=403)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """An answer that search engines leave alone, and whose address no other site learns: it is the key to a draft."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def gone(request: HttpRequest, state: str = "") -> HttpResponse:
    """410: it was here and is not any more; a neutral sentence and a way on."""
    return render(request, "public/gone.html", {"state": state, "meta": metadata.for_other()}, status=410)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with a way on."""
    return render(request, "public/not_found.html", {"meta": metadata.for_other()}, status=404)
