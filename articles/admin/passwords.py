"""The forms with which users change their password, and the address for forgotten passwords."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import mailing, passwords
from .acting_user import acting_user

WRONG_PASSWORDS = "wrong_passwords"
MOST_WRONG = 5  # in one session: somebody at another person's computer must not keep guessing


class OwnPasswordForm(AdminPasswordChangeForm):
    """Django's form; saving it is the act."""

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        passwords.change_own_password(user, self.cleaned_data["new_password1"])
        return user


class RecoveryForm(forms.Form):
    """The address to which links for a forgotten password go. It takes the password: an open session is not enough."""

    email = forms.EmailField(
        label=gettext_lazy("Your mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Only you can enter it, here; administrators cannot change it. Empty: none."),
    )
    old_password = forms.CharField(
        label=gettext_lazy("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


def recovery_view(request: HttpRequest) -> HttpResponse:
    """Enter or change the user's address for a forgotten password; only where mail is set up."""
    if not mailing.mail_is_set_up():
        raise Http404
    user = acting_user(request)
    initial = {"email": passwords.password_facts(user).recovery_email}
    form = RecoveryForm(user, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        passwords.set_recovery_email(user, form.cleaned_data["email"])
        messages.success(request, _("Saved."))
        return redirect("admin:index")
    if count_wrong_password(request, form):
        return redirect("admin:login")
    context = {**admin.site.each_context(request), "title": _("If I forget my password"), "form": form}
    return TemplateResponse(request, "admin/password_recovery.html", context)


def count_wrong_password(request: HttpRequest, form: forms.Form) -> bool:
    """Count a wrong entry of the user's own password; returns True if it was the last one allowed: the session has
    ended.
    """
    if not form.has_error("old_password"):
        return False
    request.session[WRONG_PASSWORDS] = wrong = request.session.get(WRONG_PASSWORDS, 0) + 1
    if wrong < MOST_WRONG:
        return False
    logout(request)
    return True
