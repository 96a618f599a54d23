"""The page of the bin (废稿箱): the drafts that the user may put back, with a button for each."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import discarding
from ..refusals import Refusal
from .acting_user import acting_user
from .form_fields import NUMBER

SHOWN_IN_BIN = 100


def bin_view(request: HttpRequest) -> HttpResponse:
    """List the newest drafts in the bin; POST puts one back and opens it."""
    user = acting_user(request)
    number = request.POST.get("number", "")
    if request.method == "POST" and NUMBER.fullmatch(number):
        try:
            article = discarding.put_back_draft(int(number), by=user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:articles_article_bin")
        messages.success(request, _("“%(title)s” is back.") % {"title": article})
        return redirect("admin:articles_article_change", article.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("The bin"),
        "drafts": list(discarding.drafts_in_bin(user)[:SHOWN_IN_BIN]),
        "days": discarding.KEPT_FOR.days,
    }
    return TemplateResponse(request, "admin/discarded.html", context)
