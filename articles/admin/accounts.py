"""Accounts and their duties: for superusers alone, since whoever may grant duties may grant them to anyone."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Assignment, Person
from .screen import Screen

admin.site.unregister(Group)
admin.site.unregister(User)


class AssignmentInline(admin.TabularInline):
    model = Assignment
    extra = 1
    has_add_permission = has_change_permission = has_delete_permission = has_view_permission = (
        lambda self, request, obj=None: request.user.is_superuser
    )


class PersonInline(admin.StackedInline):
    model = Person
    fields = ["name", "unit"]
    can_delete = False
    has_add_permission = has_change_permission = has_view_permission = lambda self, request, obj=None: (
        request.user.is_superuser
    )


@admin.register(User)
class AccountScreen(Screen, UserAdmin):
    inlines = [PersonInline, AssignmentInline]
    list_display = ["username", "person", "email", "is_active", "is_superuser", "last_login"]
    list_select_related = ["person"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "person__name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        (_("What the account may do"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2", "is_staff"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return self.has_view_permission(request)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}
