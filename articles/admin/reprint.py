"""Reprints at the desk: a draft from an address, and the page with the kept original next to our text."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import reprint_rights, reprinting
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..models import Article, ReprintOriginal, ReprintRight
from ..refusals import Refusal
from .acting_user import acting_user
from .article_screen import ArticleScreen
from .day_inputs import DayInput
from .draft_section import DraftSectionForm
from .form_fields import NUMBER

# Characters of both texts in all that the page for reading compares.
MOST_ON_READING_PAGE = 100_000
SHOWN_BEYOND_RIGHT = 100


class ReprintForm(DraftSectionForm):
    """The address of the page, and the section of the draft that it becomes."""

    address = forms.URLField(
        label=gettext_lazy("Address of the original"),
        max_length=reprinting.LONGEST_ADDRESS,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "wide", "placeholder": "https://"}),
    )
    field_order = ("address", "section")


class RightForm(forms.ModelForm):
    """By what right the article is reprinted."""

    class Meta:
        model = ReprintRight
        fields = reprint_rights.RIGHT_FIELDS
        widgets = {"until": DayInput}


def take_reprint_view(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: make a draft of the page at `address`, and open it."""
    user = acting_user(request)
    if not permissions.has_duty_anywhere(user, Duty.WRITE):
        raise PermissionDenied(_("Articles are for those who work on them."))
    form = ReprintForm(request)
    if request.method == "POST" and form.is_valid():
        try:
            taken = reprinting.take_reprint(form.cleaned_data["address"], form.cleaned_data["section"], by=user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _after_taking(request, taken)
    context = {**admin.site.each_context(request), "title": _("Reprint from an address"), "form": form}
    return TemplateResponse(request, "admin/articles/article/reprint.html", context)


def _after_taking(request: HttpRequest, taken: reprinting.TakenReprint) -> HttpResponse:
    article = taken.article
    if taken.already:
        sentence = _("This page has already been imported, as number %(number)d.") % {"number": article.pk}
        messages.warning(request, sentence)
    else:
        messages.success(request, _("Draft created; the page is stored unchanged, with its digest."))
    for note in taken.notes:
        messages.warning(request, note)
    return redirect("admin:articles_article_change", article.pk)


def original_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """Show a kept original next to our text; POST `text`, or `address`, stores another one; `basis` states the
    right.
    """
    article = screen.get_article(request, number)
    user = acting_user(request)
    right = ReprintRight.objects.filter(article=article).first()
    is_about_right = request.method == "POST" and "basis" in request.POST
    form = RightForm(request.POST if is_about_right else None, instance=right)
    if is_about_right:
        if form.is_valid():
            reprint_rights.set_reprint_right(article, by=user, **form.cleaned_data)
            screen.message_user(request, _("Saved."), messages.SUCCESS)
            return redirect(request.path)
    elif request.method == "POST" and _keep_posted_original(screen, request, article):
        return redirect(request.path)
    rows = kept_originals(article)
    chosen = request.GET.get("kept", "")
    shown = rows.filter(pk=chosen).first() if NUMBER.fullmatch(chosen) else rows.first()
    context: dict[str, Any] = {
        "rows": rows,
        "shown": shown,
        "parts": reprinting.compare_with_original(shown, article) if shown else [],
        "may_keep": reading.may_write_article(user, article),
        "typed": request.POST.get("text", ""),
        "form": form,
    }
    title = _("Original of “%(title)s”") % {"title": article}
    return screen.render_page(request, article, "reprint_original", title, **context)


def _keep_posted_original(screen: ArticleScreen, request: HttpRequest, article: Article) -> bool:
    """Store the pasted `text`, or else the page at `address`; report the result, and return True if it is stored."""
    text, address, user = request.POST.get("text", ""), request.POST.get("address", ""), acting_user(request)
    try:
        if address and not text.strip():
            reprinting.keep_original_page(article, by=user, address=address)
        else:
            reprinting.keep_original_text(article, by=user, text=text)
    except Refusal as refusal:
        screen.message_user(request, str(refusal), messages.ERROR)
        return False
    screen.message_user(request, _("Stored unchanged, with its digest."), messages.SUCCESS)
    return True


def original_file_view(screen: ArticleScreen, request: HttpRequest, number: int, original: int) -> HttpResponse:
    """Send the bytes of a kept original, as a file to be saved: never as a page of this site."""
    article = screen.get_article(request, number)
    row = ReprintOriginal.objects.filter(article=article, pk=original).first()
    if row is None:
        raise Http404
    response = HttpResponse(row.content, content_type="application/octet-stream")
    ending = "html" if row.kind == ReprintOriginal.Kind.PAGE else "txt"
    response["Content-Disposition"] = f'attachment; filename="original-{row.sha256[:12]}.{ending}"'
    response["Cache-Control"] = "private, no-store"
    return response


def beyond_right_view(request: HttpRequest) -> HttpResponse:
    """List what readers see although the right to reprint it has ended."""
    user = acting_user(request)
    if not permissions.has_duty_anywhere(user, Duty.PUBLISH):
        raise PermissionDenied(_("This is for those who publish."))
    rows = reprint_rights.public_beyond_right(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Public beyond the right to reprint"),
        "rows": rows[:SHOWN_BEYOND_RIGHT],
        "count": rows.count(),
    }
    return TemplateResponse(request, "admin/reprints_beyond_right.html", context)


def kept_originals(article: Article) -> QuerySet[ReprintOriginal]:
    """Return the originals of the article, the newest first, without their bytes."""
    return ReprintOriginal.objects.filter(article=article).select_related("kept_by__person").defer("packed")


def original_for_reading(article: Article) -> dict[str, Any]:
    """Return what the page for reading shows of a reprint's original: the newest one, and how our text differs."""
    if article.origin != Article.Origin.REPRINT:
        return {}
    original = kept_originals(article).first()
    if original is None:
        return {"original_missing": True, "title_changes": reprinting.compare_titles(article)}
    is_short = len(original.text) + len(article.newest.content["body"]) <= MOST_ON_READING_PAGE
    parts = reprinting.compare_with_original(original, article) if is_short else []
    return {"kept_original": original, "original_parts": parts}
