"""The page for lost second factors: one colleague requests the removal, another one confirms it."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, second_factor
from ..models import FactorReset
from ..refusals import Refusal
from .acting_user import acting_user
from .article_actions import add_refusal
from .form_fields import NUMBER
from .text_fields import VisibleCharField


class LostFactorForm(forms.Form):
    """Whose factor is lost, by user name, and how the colleague made sure of it."""

    account = VisibleCharField(
        label=gettext_lazy("User name of the person who lost it"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    reason = VisibleCharField(
        label=gettext_lazy("How you verified the person’s identity"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example: seen in person, or called back at a known number."),
    )

    def clean_account(self) -> User:
        account = User.objects.filter(username=self.cleaned_data["account"], is_active=True).first()
        if account is None:
            raise forms.ValidationError(_("No active account has this user name."))
        return account


def lost_factors_view(request: HttpRequest) -> HttpResponse:
    """Request the removal of a lost second factor, or confirm a colleague's request."""
    user = acting_user(request)
    if not second_factor.may_reset_factors(user):
        raise PermissionDenied(_("Lost second factors are removed by administrators and final readers."))
    is_confirmation = "reset" in request.POST
    form = LostFactorForm(request.POST if request.method == "POST" and not is_confirmation else None)
    if request.method == "POST":
        try:
            if is_confirmation:
                _confirm(request, user)
                return redirect("admin:lost_factors")
            if form.is_valid():
                second_factor.open_factor_reset(
                    form.cleaned_data["account"], by=user, reason=form.cleaned_data["reason"]
                )
                messages.success(request, _("Asked for. A second colleague confirms it here within a day."))
                return redirect("admin:lost_factors")
        except second_factor.ProofNeeded:
            raise
        except Refusal as refusal:
            if is_confirmation:
                messages.error(request, str(refusal))
                return redirect("admin:lost_factors")
            add_refusal(form, refusal)
    context = {
        **admin.site.each_context(request),
        "title": _("Lost second factors"),
        "form": form,
        "resets": [
            (reset, audit.name_with_account(reset.account), audit.account_name(reset.opened_by))
            for reset in second_factor.open_resets()
        ],
        "user_key": user.pk,
    }
    return TemplateResponse(request, "admin/second_factor/lost.html", context)


def _confirm(request: HttpRequest, user: User) -> None:
    key = request.POST["reset"]
    reset = get_object_or_404(FactorReset, pk=key if NUMBER.fullmatch(key) else 0)
    second_factor.confirm_factor_reset(reset, by=user)
    facts = {"name": audit.name_with_account(reset.account)}
    messages.success(request, _("Removed. %(name)s logs in with the password and sets up a new one.") % facts)
