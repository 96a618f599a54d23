"""Masking a number that the machine found (脱敏), from the page on which a text is read."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .. import masking, review
from ..duty_assignments import reading
from ..models import Article
from ..refusals import Refusal
from .acting_user import acting_user
from .article_screen import ArticleScreen


def mask_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """POST `key` masks these words, and voids sign-offs if `voiding` is sent; leads back to the page for reading."""
    article = screen.get_article(request, number)
    if request.method == "POST":
        key, voiding = request.POST.get("key", ""), bool(request.POST.get("voiding"))
        try:
            masking.mask_hit(article, by=acting_user(request), key=key, voiding=voiding)
        except Refusal as refusal:
            screen.message_user(request, str(refusal), messages.ERROR)
        else:
            screen.message_user(request, _("Masked; the text has a new revision."), messages.SUCCESS)
    return redirect("admin:articles_article_review", number)


def may_mask(user: User, article: Article) -> bool:
    """Return True if the user may edit the article now, as a writer or as its current reader."""
    return reading.may_write_article(user, article) or review.may_correct(article, user)
