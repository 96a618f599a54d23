"""The pages of password resets: start, confirm, stop; and, without a log-in, use a link or request one by mail."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, login_locks, mailing, password_resets
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import PasswordReset
from .acting_user import acting_user
from .form_fields import NUMBER

MOST_SHOWN = 100


class NewPasswordForm(SetPasswordForm):
    """The new password of the holder of a link, with the code if the reset has one."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Eight digits, which the security administrator tells you."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ["code", "new_password1", "new_password2"]

    def __init__(self, reset: PasswordReset, *args: Any, **kwargs: Any) -> None:
        super().__init__(reset.user, *args, **kwargs)
        if not password_resets.needs_confirmation(reset):
            del self.fields["code"]


class ForgottenForm(forms.Form):
    username = forms.CharField(label=gettext_lazy("The name of your account"), max_length=login_locks.LONGEST_NAME)


def start_view(request: HttpRequest, account: User, context: dict[str, Any]) -> HttpResponse:
    """Ask whether to start a reset of the account; POST starts it and shows the slip, once."""
    page = {**context, "account": account, "name": audit.name_with_account(account), "title": _("Reset a password")}
    page["takes_two"] = permissions.holds_any_duty(account)
    if request.method == "POST":
        try:
            reset, page["link"] = password_resets.start_reset(account, by=acting_user(request))
            page["reset"] = reset
        except password_resets.CannotReset as refusal:
            page["problems"] = refusal.problems
    return TemplateResponse(request, "admin/password_reset_start.html", page)


def resets_view(request: HttpRequest) -> HttpResponse:
    """List the resets that are open; POST confirms or stops one. The code of a confirmed one is shown once."""
    user = acting_user(request)
    if not password_resets.may_see_resets(user):
        raise PermissionDenied
    page: dict[str, Any] = {**admin.site.each_context(request), "title": _("Password resets")}
    if request.method == "POST":
        key = request.POST.get("reset", "")
        reset = get_object_or_404(PasswordReset.objects.select_related("user"), pk=key if NUMBER.fullmatch(key) else 0)
        try:
            if "confirm" in request.POST:
                page["code"] = password_resets.confirm_reset(reset, by=user)
                page["name"] = audit.name_with_account(reset.user)
            else:
                password_resets.stop_reset(reset, by=user)
                messages.success(request, _("Stopped: the link does not work any more."))
                return redirect("admin:password_resets")
        except password_resets.CannotReset as refusal:
            page["problems"] = refusal.problems
    may_confirm = permissions.has_duty_everywhere(user, Duty.GRANT)
    page["rows"] = [
        {
            "reset": reset,
            "name": audit.name_with_account(reset.user),
            "started_by": audit.account_name(reset.started_by),
            "confirmed_by": audit.account_name(reset.confirmed_by),
            "waits": not reset.confirmed_by and reset.takes_two,  # type: ignore[attr-defined]  # annotated
            "may_confirm": may_confirm and user.pk not in (reset.user_id, reset.started_by_id),
        }
        for reset in password_resets.pending_resets()[:MOST_SHOWN]
    ]
    return TemplateResponse(request, "admin/password_resets.html", page)


def reset_view(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password with a link. Opening it changes nothing, since messengers open links that are sent."""
    page: dict[str, Any] = {**admin.site.each_context(request), "title": _("Set a new password")}
    page["rules"] = password_validators_help_texts()
    try:
        reset = password_resets.open_reset(token)
        form = NewPasswordForm(reset, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            code, password = form.cleaned_data.get("code", ""), form.cleaned_data["new_password1"]
            password_resets.use_reset(token, code=code, password=password)
            page["is_done"] = True
        else:
            page |= {"form": form, "account": reset.user}
    except ValidationError as refusal:
        form.add_error("new_password2", refusal)
        page |= {"form": form, "account": reset.user}
    except password_resets.CannotReset as refusal:
        if refusal.id == password_resets.WRONG_CODE.id:
            form.add_error("code", str(refusal))
            page |= {"form": form, "account": reset.user}
        else:
            page["problems"] = refusal.problems
    status = HTTPStatus.GONE if "problems" in page else HTTPStatus.OK
    return TemplateResponse(request, "admin/password_reset.html", page, status=status)


def forgotten_view(request: HttpRequest) -> HttpResponse:
    """Where mail is set up, send a link; otherwise say whom to call. The answer is the same for every name."""
    by_mail = mailing.mail_is_set_up()
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    page = {
        **admin.site.each_context(request),
        "title": _("Forgotten password"),
        "by_mail": by_mail,
        "contact": settings.ACCOUNTS_CONTACT,
        "form": form,
        "is_sent": False,
    }
    status = HTTPStatus.OK
    if by_mail and request.method == "POST" and form.is_valid():
        try:
            password_resets.mail_reset(form.cleaned_data["username"])
            page["is_sent"] = True
        except password_resets.CannotReset as refusal:
            page["problems"], status = refusal.problems, HTTPStatus.TOO_MANY_REQUESTS
    return TemplateResponse(request, "admin/password_reset_forgotten.html", page, status=status)
