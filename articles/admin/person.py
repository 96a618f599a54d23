"""The screen of people who are credited on articles."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .. import persons
from ..duty_assignments import permissions
from ..models import Credit, Person
from .acting_user import acting_user
from .merging import MergeableAdmin


@admin.register(Person)
class PersonAdmin(MergeableAdmin[Person]):
    """Writers may add people, also in a pop-up of the article's form."""

    duty = permissions.Duty.WRITE
    everywhere = False
    save_act = staticmethod(persons.save_person)
    merge_act = staticmethod(persons.merge_person)
    used_by = (Credit, "person")
    list_display = ["name", "unit", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "unit"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Return the people; where one is chosen, only those who can be credited."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            return persons.creditable_people()
        return super().get_queryset(request)

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        unmerged = obj is None or obj.merged_into_id is None
        return unmerged and persons.may_save_person(acting_user(request), obj)
