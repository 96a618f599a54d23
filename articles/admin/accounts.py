"""Accounts: opened, named, switched off; never deleted, since the audit names them. Duties are assigned elsewhere."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from .. import audit, permissions
from ..models import Person
from ..permissions import Duty
from .screen import Screen

admin.site.unregister(Group)
admin.site.unregister(User)


class PersonInline(admin.StackedInline):
    model = Person
    fields = ["name", "unit"]
    can_delete = False
    has_add_permission = has_change_permission = has_view_permission = lambda self, request, obj=None: may_open(
        request.user
    )


def may_open(user: Any) -> bool:
    """Whether the user opens and closes accounts."""
    return permissions.may_everywhere(user, Duty.ACCOUNTS)


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
        (gettext_lazy("What the account may do"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2", "is_staff"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return may_open(request.user)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's account is changed by superusers alone: its password would be a way to be one."""
        return may_open(request.user) and (request.user.is_superuser or obj is None or not obj.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = [] if request.user.is_superuser else ["is_superuser"]
        # Nobody locks themself out, or keeps others out by doing so.
        return [*fields, "is_active", "is_staff", "is_superuser"] if obj and obj.pk == request.user.pk else fields

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found.order_by("username"), duplicates

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """As Django does it, and recorded: that it was set, by whom; never what it is."""
        before = User.objects.filter(pk=id).values_list("password", flat=True).first() if id.isdigit() else None
        response = super().user_change_password(request, id, form_url)
        if before is not None:
            user = User.objects.get(pk=id)
            if user.password != before:
                audit.record("user.password_set", user, by=request.user)
        return response
