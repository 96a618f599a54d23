"""The pages of topics (专题), and the list of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ... import arranging
from ...models import Topic
from ..machines import page_metadata
from .article_page import Crumb


@require_safe
def topic_view(request: HttpRequest, slug: str) -> HttpResponse:
    """A topic as it was arranged; archived ones say so and stay readable."""
    found = get_object_or_404(Topic.objects.public().select_related("banner"), slug=slug)
    return render(request, "public/topic.html", topic_context(found, arranging.arranged_blocks(found)))


@require_safe
def topics_view(request: HttpRequest) -> HttpResponse:
    """Every topic, current ones first."""
    found = list(Topic.objects.public().select_related("banner"))
    meta = page_metadata.list_metadata(_("Topics"), reverse("topics"))
    return render(request, "public/topics.html", {"topics": found, "meta": meta})


def topic_context(found: Topic, arranged: list[arranging.ArrangedBlock]) -> dict[str, Any]:
    """What the template prints; for a preview, of blocks that nobody has saved."""
    filled, crumbs = arranging.fill_blocks(arranged), (Crumb(_("Topics"), reverse("topics")),)
    meta = page_metadata.list_metadata(
        found.title,
        found.get_absolute_url(),
        " ".join(found.introduction.split())[:120],
        articles=(line.article for _block, lines in filled for line in lines),
        crumbs=crumbs,
    )
    return {"topic": found, "arranged": filled, "crumbs": crumbs, "meta": meta}
