"""People (人员): those credited on articles by their real names, with or without an account."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from . import baking, search
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Person
from .saved_rows import lock_row, write_row

PERSON_FIELDS = ("name", "unit")


def may_save_person(user: User, person: Person | None) -> bool:
    """Whoever writes adds the people credited on an article. The real name of somebody with an account stands on review
    sheets: it is changed by whoever arranges the site.
    """
    if person and person.user_id:
        return permissions.has_duty_everywhere(user, Duty.ARRANGE)
    return permissions.has_duty_anywhere(user, Duty.WRITE)


@transaction.atomic
def save_person(person: Person, *, by: User) -> Person:
    """Add the person, or write what changed of the name and the unit.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = lock_row(person)
    if before and before.user_id:
        permissions.require_duty_everywhere(by, Duty.ARRANGE)
    else:
        permissions.require_duty_anywhere(by, Duty.WRITE)
    write_person(person, before, by=by)
    return person


@transaction.atomic
def find_or_add_person(name: str, unit: str, *, by: User) -> Person:
    """The person of this name and unit, added where there is none. Asks for no duty: the act that needs the person has."""
    known = Person.objects.filter(name=name, unit=unit).first()
    if known:
        return known
    person = Person(name=name, unit=unit)
    write_person(person, None, by=by)
    return person


def write_person(person: Person, before: Person | None, fields: Iterable[str] = PERSON_FIELDS, *, by: User) -> set[str]:
    """Part of an act that has locked `before` and asked for its duty: write, record, and have the pages baked that
    name the person; the names of the fields that changed.
    """
    changed = write_row(person, before, fields, by=by)
    named = changed & set(PERSON_FIELDS)
    if named and (before or search.newest_numbers(search.SearchQuery(credit=(person.name, person.unit)), 1)):
        baking.request_full_bake()  # the articles that name the person lead to the person's page
    return changed
