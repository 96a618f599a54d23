"""The screen of accounts: add, name, deactivate. Accounts are never deleted: the audit refers to them.

Duties are assigned on the screen of assignments.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import accounts, audit, persons
from ..accounts import SWITCHES, may_change_account, may_open_accounts
from ..models import Person
from .acting_user import acting_user
from .form_fields import CleanTextMixin
from .instant_column import instant_column
from .newsroom_admin import NewsroomAdmin
from .password_resets import start_view

admin.site.unregister(Group)
admin.site.unregister(User)


class AccountForm(forms.ModelForm):
    """The form of an account, new or not: without a password, which the person sets."""

    class Meta:
        model = User
        fields = ["username", "email", *SWITCHES]
        field_classes = {"username": UsernameField}


class AccountPersonForm(forms.ModelForm):
    """The person behind an account. A person of this name without an account is reused, so that they keep their
    credits.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.pk:
            people = persons.find_people(cleaned.get("name", ""), unit=cleaned.get("unit", ""))
            self.instance = next((person for person in people if person.user_id is None), self.instance)
        return cleaned


class AccountPersonInline(CleanTextMixin, admin.StackedInline):
    model = Person
    form = AccountPersonForm
    template = "admin/one_row_inline.html"
    fields = ["name", "unit"]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open_accounts(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change_account(acting_user(request), obj)

    has_add_permission = has_change_permission


@admin.register(User)
class AccountAdmin(NewsroomAdmin[User], UserAdmin):
    form = AccountForm
    add_form = AccountForm
    inlines = [AccountPersonInline]
    list_display = ["username", "person", "is_active", "is_superuser", instant_column(User, "last_login")]
    list_select_related = ["person"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "person__name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password_state", "email"]}),
        (gettext_lazy("What the account may do"), {"fields": tuple(SWITCHES)}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "is_staff"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open_accounts(acting_user(request))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change_account(acting_user(request), obj)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Add a link to the page of the account's person."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        first, (heading, switches) = self.fieldsets
        return [first, (heading, {"fields": [*switches["fields"], "duties"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        user = acting_user(request)
        fields = ["password_state", "duties", *([] if user.is_superuser else ["is_superuser"])]
        # Users cannot deactivate or demote their own account.
        return [*fields, *SWITCHES] if obj and obj.pk == user.pk else fields

    @admin.display(description=gettext_lazy("duties"))
    def duties(self, account: User) -> SafeString:
        address = reverse("admin:colleague", args=[account.pk])
        return format_html('<a href="{}">{}</a>', address, _("What this person may do"))

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[InlineModelAdmin]]:
        return list(self.inlines) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found.order_by("username"), duplicates

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: User | None = None,
    ) -> HttpResponse:
        """Record who sees the e-mail address and the name of somebody else."""
        user = acting_user(request)
        if obj and obj.pk != user.pk:
            audit.record_viewing(obj, by=user)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Save nothing yet: `save_related` saves the account and its person in one act."""

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[forms.BaseInlineFormSet], change: bool
    ) -> None:
        named = [person for formset in formsets for person in formset.save(commit=False)]
        act = accounts.save_account if change else accounts.open_account
        act(form.instance, by=acting_user(request), person=named[0] if named else None)

    @admin.display(description=gettext_lazy("password"))
    def password_state(self, account: User) -> SafeString:
        """Say whether there is a password, and link to a reset: nobody sets somebody else's."""
        is_there = _("The person has set one.") if account.has_usable_password() else _("There is none yet.")
        address = reverse("admin:auth_user_password_change", args=[account.pk])
        return format_html('{} <a class="button" href="{}">{}</a>', is_there, address, _("Start a reset"))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Start a reset of the account's password, instead of Django's view, in which one sets that of another."""
        account = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if account is None:
            raise Http404
        return start_view(request, account, self.admin_site.each_context(request))

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the person's name, and say how they get a password."""
        sentence = _(
            "Next: enter the person's name below. Then have duties assigned, and start a reset of the password."
        )
        self.message_user(request, sentence, messages.INFO)
        return super().response_add(request, obj, post_url_continue)
