"""The pages of an article's revisions: the list, and one revision, which can be restored."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import persons, restoring, review
from ..models import Revision
from .acting_user import acting_user
from .article_actions import refusal_sentences
from .article_screen import ArticleScreen
from .marked_copy import revision_choices


def revisions_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """List the newest revisions, each with the editions that were published from it."""
    article = screen.get_article(request, number)
    rows = revision_choices(article)
    return screen.render_page(
        request, article, "revisions", _("Revisions of “%(title)s”") % {"title": article}, rows=rows
    )


def revision_view(screen: ArticleScreen, request: HttpRequest, number: int, revision: int) -> HttpResponse:
    """Show one revision; POST makes it the working copy again."""
    article = screen.get_article(request, number)
    chosen = Revision.objects.select_related("created_by__person").filter(article=article, number=revision).first()
    if chosen is None:
        raise Http404
    if request.method == "POST":
        return _restore_and_redirect(screen, request, chosen)
    return screen.render_page(
        request,
        article,
        "revision",
        _("A revision of “%(title)s”") % {"title": article},
        revision=chosen,
        may_change=screen.has_change_permission(request, article),
        void_warning="" if review.may_correct(article, acting_user(request)) else review.void_warning(article),
    )


def _restore_and_redirect(screen: ArticleScreen, request: HttpRequest, chosen: Revision) -> HttpResponse:
    """Restore the revision and show the form, or the revision again with the refusal."""
    try:
        restored = restoring.restore_revision(chosen, by=acting_user(request), voiding="voiding" in request.POST)
    except (review.WouldVoid, persons.CannotCredit, ValidationError) as refusal:
        sentences = refusal.messages if isinstance(refusal, ValidationError) else refusal_sentences(refusal)
        for sentence in sentences:
            screen.message_user(request, sentence, messages.ERROR)
        return redirect("admin:articles_article_revision", chosen.article_id, chosen.number)
    for sentence in restored.removed:
        screen.message_user(request, sentence, messages.WARNING)
    done = _("The working copy is revision %(number)d again.") % {"number": chosen.number}
    screen.message_user(request, done, messages.SUCCESS)
    return redirect("admin:articles_article_change", chosen.article_id)
