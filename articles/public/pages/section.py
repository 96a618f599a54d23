"""The pages of a section: its front and its numbered pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ...models import Article
from ...models.section import PAGE_SIZE
from ..machines import page_metadata
from .article_page import section_breadcrumb
from .page_batch import PageBatch

LINES_PER_SECTION = 6
MOST_PINNED = 5


@require_safe
def section_view(request: HttpRequest, slug: str) -> HttpResponse:
    """A section's front: pinned articles, the newest one to two numbered pages, and a link to older pages."""
    site = PageBatch.of_request(request).site
    section = site.section(slug)
    public = Article.objects.public().for_lists()
    pinned = list(public.filter(listed_in=section).pinned()[:MOST_PINNED])
    first_page = max(1, section.last_page - 1)
    newest = public.newest_in_sections([section], section.last_ordinal - (first_page - 1) * PAGE_SIZE)
    articles, crumbs = [article for article in newest if article not in pinned], section_breadcrumb(section)
    children = [child for child in site.sections if child.parent_id == section.pk and child.last_ordinal]
    below = list(public.newest_in_sections(children, 2 * LINES_PER_SECTION))
    context = {
        "section": section,
        "pinned": pinned,
        "articles": articles,
        "blocks": [(child, [a for a in below if a.listed_in_id == child.pk][:LINES_PER_SECTION]) for child in children],
        "older": first_page - 1 or None,
        "crumbs": crumbs,
        "meta": page_metadata.section_metadata(section, [*pinned, *articles], crumbs),
    }
    return render(request, "public/section.html", context)


@require_safe
def section_page_view(request: HttpRequest, slug: str, page: int) -> HttpResponse:
    """Numbered page `page` of a section. Pages count from the oldest article, so page 7 always lists the same ones."""
    section = PageBatch.of_request(request).site.section(slug)
    if not 1 <= page <= section.last_page:
        raise Http404
    articles, crumbs = list(Article.objects.public().for_lists().on_page(section, page)), section_breadcrumb(section)
    context = {
        "section": section,
        "articles": articles,
        "page": page,
        "older": page - 1 or None,
        "newer": page + 1 if page < section.last_page else None,
        "crumbs": crumbs,
        "meta": page_metadata.section_metadata(section, articles, crumbs, page),
    }
    return render(request, "public/section.html", context)
