"""What people ask of a rule while they read a text: allowing a longer word, and proposing another rule."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import check_rules
from ..models import CheckRule
from ..models.check_rule import LONGEST_PATTERN, LONGEST_PROPOSAL
from ..refusals import Refusal
from .acting_user import acting_user
from .article_actions import add_refusal
from .form_fields import NUMBER
from .newsroom_admin import NewsroomAdmin
from .pasting import require_text_duty


class AllowForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Longer word in which it is right"),
        max_length=check_rules.LONGEST_WORD,
        help_text=gettext_lazy(
            "The rule finds nothing inside it any more, in any text. "
            "Write as much around the words as makes them right."
        ),
    )


class ProposalForm(forms.Form):
    pattern = forms.CharField(
        label=gettext_lazy("Words to find"),
        max_length=LONGEST_PATTERN,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line."),
    )
    suggestion = forms.CharField(label=gettext_lazy("Right words, if that is certain"), max_length=80, required=False)
    proposal = forms.CharField(
        label=gettext_lazy("Why"), max_length=LONGEST_PROPOSAL, widget=forms.Textarea(attrs={"rows": 3})
    )


def allow_view(screen: NewsroomAdmin[CheckRule], request: HttpRequest, key: int) -> HttpResponse:
    """Show the form of an allowed longer word (`?words=` fills it in); POST allows it."""
    if not screen.has_change_permission(request):
        raise PermissionDenied(_("Only people who write rules can allow words for the whole site; you may propose it."))
    rule = get_object_or_404(CheckRule, pk=key)
    form = AllowForm(
        request.POST if request.method == "POST" else None, initial={"words": request.GET.get("words", "")}
    )
    if form.is_valid():
        try:
            check_rules.allow_words(rule, form.cleaned_data["words"], by=acting_user(request))
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            screen.message_user(request, _("Allowed from now on, in every text."), messages.SUCCESS)
            return _page(screen, request, rule, _("Allow a word on this site"), None)
    return _page(screen, request, rule, _("Allow a word on this site"), form)


def propose_view(screen: NewsroomAdmin[CheckRule], request: HttpRequest) -> HttpResponse:
    """Show the form of a proposal (`?rule=` names the rule to be changed, `?words=` the words); POST adds the draft."""
    require_text_duty(request)
    key = request.GET.get("rule", "")
    rule = get_object_or_404(CheckRule, pk=key) if NUMBER.fullmatch(key) else None
    known = (
        {"pattern": rule.pattern, "suggestion": rule.suggestion} if rule else {"pattern": request.GET.get("words", "")}
    )
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=known)
    title = _("Propose a change of this rule") if rule else _("Propose a rule")
    if form.is_valid():
        try:
            check_rules.propose_check_rule(by=acting_user(request), about=rule, **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            screen.message_user(request, _("Proposed; those who write rules find it in their list."), messages.SUCCESS)
            return _page(screen, request, rule, title, None)
    return _page(screen, request, rule, title, form)


def _page(
    screen: NewsroomAdmin[CheckRule], request: HttpRequest, rule: CheckRule | None, title: str, form: forms.Form | None
) -> HttpResponse:
    """Return the page with the form; without one it says that the act is done, and that the text is in another tab."""
    facts: dict[str, Any] = {"title": title, "opts": screen.opts, "rule": rule, "form": form}
    facts["list"] = reverse("admin:articles_checkrule_changelist") if screen.has_change_permission(request) else ""
    context = {**screen.admin_site.each_context(request), **facts}
    return TemplateResponse(request, "admin/articles/checkrule/ask.html", context)
