"""The pages of topics (专题) as editors arranged them, and the list of topics."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ... import home_and_topics
from ...models import Topic
from ..machines import page_metadata
from .article_page import Crumb


@require_safe
def topic_view(request: HttpRequest, slug: str) -> HttpResponse:
    """A topic as editors arranged it; archived topics say so and stay readable."""
    topic = get_object_or_404(Topic.objects.public().select_related("banner"), slug=slug)
    context = topic_context(topic, home_and_topics.arranged_blocks(topic))
    context["meta"].feed = reverse("feed_topic", args=[slug])
    return render(request, "public/topic.html", context)


@require_safe
def topics_view(request: HttpRequest) -> HttpResponse:
    """Every topic, current ones first."""
    found = list(Topic.objects.public().select_related("banner"))
    meta = page_metadata.list_metadata(_("Topics"), reverse("topics"))
    return render(request, "public/topics.html", {"topics": found, "meta": meta})


def topic_context(topic: Topic, arranged: list[home_and_topics.ArrangedBlock]) -> dict[str, Any]:
    """Return the template context for a topic with these blocks, which a preview has not saved."""
    filled, crumbs = home_and_topics.fill_blocks(arranged), (Crumb(_("Topics"), reverse("topics")),)
    meta = page_metadata.list_metadata(
        topic.title,
        topic.get_absolute_url(),
        " ".join(topic.introduction.split())[:120],
        articles=(line.article for _block, lines in filled for line in lines),
        crumbs=crumbs,
    )
    return {"topic": topic, "arranged": filled, "crumbs": crumbs, "meta": meta}
