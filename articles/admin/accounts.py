"""The screen of accounts: add, name, deactivate. Accounts are never deleted: the audit refers to them.

Duties are assigned on the screen of assignments.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext as _django
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from .. import accounts, persons
from ..accounts import SWITCHES, may_change_account, may_open_accounts
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import Person
from .acting_user import acting_user
from .newsroom_admin import CleanTextMixin, NewsroomAdmin

admin.site.unregister(Group)
admin.site.unregister(User)


class AccountPersonForm(forms.ModelForm):
    """The person behind an account. A person of this name without an account is reused, so that credits stay theirs."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.pk:
            people = persons.find_people(cleaned.get("name", ""), unit=cleaned.get("unit", ""))
            self.instance = next((person for person in people if person.user_id is None), self.instance)
        return cleaned


class AccountPersonInline(CleanTextMixin, admin.StackedInline):
    model = Person
    form = AccountPersonForm
    fields = ["name", "unit"]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open_accounts(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change_account(acting_user(request), obj)

    has_add_permission = has_change_permission


@admin.register(User)
class AccountAdmin(NewsroomAdmin[User], UserAdmin):
    inlines = [AccountPersonInline]
    list_display = ["username", "person", "email", "is_active", "is_superuser", "last_login"]
    list_select_related = ["person"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "person__name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        (gettext_lazy("What the account may do"), {"fields": tuple(SWITCHES)}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2", "is_staff"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open_accounts(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change_account(acting_user(request), obj)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Add a link to the account's duties for users who may assign duties."""
        if obj is None or not permissions.has_duty_everywhere(acting_user(request), Duty.GRANT):
            return super().get_fieldsets(request, obj)
        first, (heading, switches) = self.fieldsets
        return [first, (heading, {"fields": [*switches["fields"], "duties"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        user = acting_user(request)
        fields = ["duties"] if user.is_superuser else ["duties", "is_superuser"]
        # Users cannot deactivate or demote their own account.
        return [*fields, *SWITCHES] if obj and obj.pk == user.pk else fields

    @admin.display(description=gettext_lazy("duties"))
    def duties(self, account: User) -> SafeString:
        address = reverse("admin:articles_assignment_changelist")
        return format_html('<a href="{}?user__id__exact={}">{}</a>', address, account.pk, _("Duties of this account"))

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[InlineModelAdmin]]:
        return list(self.inlines) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found.order_by("username"), duplicates

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Save nothing yet: `save_related` saves the account and its person in one act."""

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[forms.BaseInlineFormSet], change: bool
    ) -> None:
        named = [person for formset in formsets for person in formset.save(commit=False)]
        act = accounts.save_account if change else accounts.open_account
        act(form.instance, by=acting_user(request), person=named[0] if named else None)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set the account's password, or make it unusable. Replaces Django's view, which would save without the act."""
        account = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if account is None:
            raise Http404
        form = self.change_password_form(account, request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self.password_page(request, account, form)
        usable = form.cleaned_data["set_usable_password"]
        # Disabling the password takes its own button; without it, the fields contradict the button that was pressed.
        if not usable and "unset-password" not in request.POST:
            self.message_user(request, _django("Conflicting form data submitted. Please try again."), messages.ERROR)
            return redirect(request.get_full_path())
        password = form.cleaned_data["password1"] if usable else None
        accounts.set_account_password(account, password, by=acting_user(request))
        done = "Password changed successfully." if usable else "Password-based authentication was disabled."
        self.message_user(request, _django(done), messages.SUCCESS)
        update_session_auth_hash(request, account)
        return redirect("admin:auth_user_change", account.pk)

    def password_page(self, request: HttpRequest, account: User, form: forms.Form) -> HttpResponse:
        """Render the password form in Django's template."""
        title = _django("Change password: %s") if account.has_usable_password() else _django("Set password: %s")
        fieldsets = [(None, {"fields": list(form.base_fields)})]
        context = {
            **self.admin_site.each_context(request),
            "title": title % account.get_username(),
            "adminForm": AdminForm(form, fieldsets, {}),  # type: ignore[arg-type]  # Django's view passes a plain form
            "form": form,
            "original": account,
            "opts": self.opts,
            "add": True,
            "change": False,
            "has_change_permission": True,
            "has_delete_permission": False,
            "has_absolute_url": False,
            "is_popup": False,
            "save_as": False,
            "show_save": True,
        }
        return TemplateResponse(request, "admin/auth/user/change_password.html", context)
