"""The page of the newest corrections (更正)."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ...models import Article, Edition
from ..machines import page_metadata
from .article_page import edition_note
from .typesetting import typeset_line

MOST_CORRECTIONS_LISTED = 100


@require_safe
def corrections_view(request: HttpRequest) -> HttpResponse:
    """The newest corrections of articles that readers may see, newest first, each with its note."""
    public = Article.objects.public().filter(pk=OuterRef("article"))
    found = Edition.objects.filter(Exists(public), kind=Edition.Kind.CORRECTION).order_by("-published_at", "-pk")
    newest = found.select_related("article__live").defer("article__body", "summary")[:MOST_CORRECTIONS_LISTED]
    context = {
        "corrections": [(edition, typeset_line(edition_note(edition))) for edition in newest],
        "most": MOST_CORRECTIONS_LISTED,
        "meta": page_metadata.list_metadata(
            _("Corrections"), reverse("corrections"), _("What we got wrong, and what is right.")
        ),
    }
    return render(request, "public/correction_list.html", context)
