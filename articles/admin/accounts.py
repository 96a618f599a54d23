"""Accounts: opened, named, switched off; never deleted, since the audit names them. Duties are assigned elsewhere."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, permissions
from ..models import Person
from ..permissions import Duty
from .screen import Careful, Screen, fields_of

admin.site.unregister(Group)
admin.site.unregister(User)

SWITCHES = ["is_active", "is_staff", "is_superuser"]


class PersonForm(forms.ModelForm):
    """The real name behind an account; whoever was credited before they had one stays the same person."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.pk:
            known = Person.objects.filter(name=cleaned.get("name"), unit=cleaned.get("unit", ""), user=None).first()
            self.instance = known or self.instance
        return cleaned


class PersonInline(Careful, admin.StackedInline):
    model = Person
    form = PersonForm
    fields = ["name", "unit"]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open(request.user)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change(request.user, obj)

    has_add_permission = has_change_permission


def may_open(user: Any) -> bool:
    """Whether the user opens and closes accounts."""
    return permissions.may_everywhere(user, Duty.ACCOUNTS)


def may_change(user: Any, account: User | None) -> bool:
    """Superusers change every account. Others change none whose password would be a way to more than they may: not a
    superuser's, nor one that assigns duties or reads the audit (三员).
    """
    if user.is_superuser or account is None or not may_open(user):
        return may_open(user)
    apart = account.assignments.filter(duty__in=[Duty.GRANT, Duty.AUDIT])
    return not account.is_superuser and not apart.exists()


@admin.register(User)
class AccountScreen(Screen, UserAdmin):
    inlines = [PersonInline]
    list_display = ["username", "person", "email", "is_active", "is_superuser", "last_login"]
    list_select_related = ["person"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "person__name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        (gettext_lazy("What the account may do"), {"fields": SWITCHES}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2", "is_staff"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open(request.user)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_change(request.user, obj)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Whoever assigns duties, too, finds those of this account from here."""
        if obj is None or not permissions.may_everywhere(request.user, Duty.GRANT):
            return super().get_fieldsets(request, obj)
        first, (heading, switches) = self.fieldsets
        return [first, (heading, {"fields": [*switches["fields"], "duties"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = ["duties"] if request.user.is_superuser else ["duties", "is_superuser"]
        # Nobody locks themself out, or keeps others out by doing so.
        return [*fields, *SWITCHES] if obj and obj.pk == request.user.pk else fields

    @admin.display(description=gettext_lazy("duties"))
    def duties(self, account: User) -> SafeString:
        address = reverse("admin:articles_assignment_changelist")
        return format_html('<a href="{}?user__id__exact={}">{}</a>', address, account.pk, _("Duties of this account"))

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found.order_by("username"), duplicates

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """As Django does it, with its audit entry or not at all."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def record(self, request: HttpRequest, obj: User, what: str, message: Any = ()) -> None:
        """Which fields, and what the account may do since; that a password was set, by whom, never what it is."""
        fields = fields_of(message)
        if fields == ["password"]:
            audit.record("user.password_set", obj, by=request.user, name=obj.get_username())
            return
        switches = {switch: getattr(obj, switch) for switch in SWITCHES}
        audit.record(f"user.{what}", obj, by=request.user, name=obj.get_username(), fields=fields, **switches)
