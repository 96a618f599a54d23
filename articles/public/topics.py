"""The pages of topics (专题), and the list of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import arranging
from ..models import Topic
from . import metadata
from .page import Crumb


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """A topic as it was arranged; archived ones say so and stay readable."""
    found = get_object_or_404(Topic.objects.public().select_related("banner"), slug=slug)
    return render(request, "public/topic.html", shown(found, arranging.blocks_of(found)))


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic, current ones first."""
    found = list(Topic.objects.public().select_related("banner"))
    meta = metadata.for_list(_("Topics"), reverse("topics"))
    return render(request, "public/topics.html", {"topics": found, "meta": meta})


def shown(found: Topic, arranged: list[arranging.Arranged]) -> dict[str, Any]:
    """What the template prints; for a preview, of blocks that nobody has saved."""
    filled, crumbs = arranging.fill(arranged), (Crumb(_("Topics"), reverse("topics")),)
    meta = metadata.for_list(
        found.title,
        found.get_absolute_url(),
        " ".join(found.introduction.split())[:120],
        articles=(line.article for _block, lines in filled for line in lines),
        crumbs=crumbs,
    )
    return {"topic": found, "arranged": filled, "crumbs": crumbs, "meta": meta}
