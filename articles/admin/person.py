from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .. import baking, permissions, search
from ..models import Person
from .screen import Screen


@admin.register(Person)
class PersonScreen(Screen):
    """Whoever writes may add the people credited on an article, without leaving it."""

    duty = permissions.Duty.WRITE
    everywhere = False
    fields = ["name", "unit"]
    list_display = ["name", "unit", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "unit"]

    def record(self, request: HttpRequest, obj: Person, what: str, message: Any = ()) -> None:
        super().record(request, obj, what, message)
        if what != "added" or search.newest(search.Query(credit=(obj.name, obj.unit)), 1):
            baking.request_everything()  # the articles that name the person lead to the person's page

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """The real name of somebody with an account stands on review sheets: whoever arranges may change it here."""
        if obj and obj.user_id:
            return permissions.may_everywhere(request.user, permissions.Duty.ARRANGE)
        return super().has_change_permission(request, obj)
