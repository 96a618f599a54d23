"""Setting aside what a rule found, and allowing a source outside the list, from the page on which a text is read."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import review
from ..refusals import Refusal
from .acting_user import acting_user
from .article_screen import ArticleScreen


def set_aside_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """POST `key` and `reason` set a hit aside; leads back to the page for reading."""
    article = screen.get_article(request, number)
    if request.method == "POST":
        key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
        try:
            review.set_hit_aside(article, by=acting_user(request), key=key, reason=reason)
        except Refusal as refusal:
            screen.message_user(request, str(refusal), messages.ERROR)
        else:
            screen.message_user(request, _("Set aside; your reason is on the review sheet."), messages.SUCCESS)
    return redirect("admin:articles_article_review", number)


def allow_source_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """POST `reason` allows a reprint from outside the list; leads back to the page for reading."""
    article = screen.get_article(request, number)
    if request.method == "POST":
        try:
            review.allow_unlisted_source(article, by=acting_user(request), reason=request.POST.get("reason", ""))
        except Refusal as refusal:
            screen.message_user(request, str(refusal), messages.ERROR)
        else:
            screen.message_user(request, _("Allowed; your reason is on the review sheet."), messages.SUCCESS)
    return redirect("admin:articles_article_review", number)
