"""The home page: the blocks that editors arranged, or the newest articles of each section."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ... import home_and_topics
from ...models import Article
from ..machines import page_metadata
from ..public_facts import first_publication
from .page_batch import PageBatch
from .section import LINES_PER_SECTION, MOST_PINNED

MOST_SECTIONS = 12


@require_safe
def home_view(request: HttpRequest) -> HttpResponse:
    """The home page as editors arranged it; the newest articles of each section if nobody has arranged it."""
    arranged = home_and_topics.arranged_blocks(None)
    context = arranged_home_context(request, arranged) if arranged else _newest_by_section_context(request)
    return render(request, "public/home.html", context)


def arranged_home_context(request: HttpRequest, arranged: list[home_and_topics.ArrangedBlock]) -> dict[str, Any]:
    """Return the template context for the home page with these blocks, which a preview has not saved."""
    filled = home_and_topics.fill_blocks(arranged)
    latest = max((first_publication(line.article) for _block, lines in filled for line in lines), default=None)
    meta = page_metadata.home_metadata(PageBatch.of_request(request).site.settings, latest)
    return {"arranged": filled, "latest": latest, "meta": meta}


def _newest_by_section_context(request: HttpRequest) -> dict[str, Any]:
    """Read the newest articles of all sections in one query, by their last ordinals."""
    site = PageBatch.of_request(request).site
    sections = [section for section in site.sections if section.last_ordinal][:MOST_SECTIONS]
    public = Article.objects.public().for_lists()
    # Twice as many as are shown, because withdrawn articles leave gaps in the ordinals.
    articles = list(public.newest_in_sections(sections, 2 * LINES_PER_SECTION))
    blocks = [(s, [a for a in articles if a.listed_in_id == s.pk][:LINES_PER_SECTION]) for s in sections]
    pinned = list(public.pinned()[:MOST_PINNED])
    with_cover = [article for article in articles if article.shown_cover]
    latest = max(map(first_publication, articles), default=None)
    return {
        "blocks": [(section, listed) for section, listed in blocks if listed],
        "lead": list(dict.fromkeys([*pinned, *with_cover, *articles]))[:MOST_PINNED],
        "latest": latest,
        "meta": page_metadata.home_metadata(site.settings, latest),
    }
