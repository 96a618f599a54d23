"""Setting aside what a rule found, also while a text is typed, and allowing a source outside the list."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import review
from ..models import Article
from ..refusals import Refusal
from .acting_user import acting_user
from .article_screen import ArticleScreen
from .typed_text import read_typed_form
from .uploads import upload_refusal


def set_aside_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """POST `key` and `reason` set a hit aside; leads back to the page for reading.

    With `typed` the hit is one of the text in the other fields, and the answer is JSON.
    """
    article = screen.get_article(request, number)
    if request.method == "POST" and "typed" in request.POST:
        return _set_typed_aside(request, article)
    if request.method == "POST":
        key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
        try:
            review.set_hit_aside(article, by=acting_user(request), key=key, reason=reason)
        except Refusal as refusal:
            screen.message_user(request, str(refusal), messages.ERROR)
        else:
            screen.message_user(request, _("Set aside; the review sheet will show it."), messages.SUCCESS)
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


def _set_typed_aside(request: HttpRequest, article: Article) -> JsonResponse:
    key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
    try:
        typed = [typed.hit for typed in read_typed_form(request, article).hits]
        review.set_hit_aside(article, by=acting_user(request), key=key, reason=reason, typed=typed)
    except Refusal as refusal:
        return upload_refusal(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), HTTPStatus.FORBIDDEN)
    return JsonResponse({"set_aside": key})
