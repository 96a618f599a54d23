"""The screen of people who are credited on articles."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .. import persons
from ..duty_assignments import permissions
from ..models import Person
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


@admin.register(Person)
class PersonAdmin(NewsroomAdmin[Person]):
    """Writers may add people, also in a pop-up of the article's form."""

    duty = permissions.Duty.WRITE
    everywhere = False
    save_act = staticmethod(persons.save_person)
    fields = ["name", "unit"]
    list_display = ["name", "unit", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "unit"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Return the people; where one is chosen, only those who can be credited."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            return persons.creditable_people()
        return super().get_queryset(request)

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return persons.may_save_person(acting_user(request), obj)
