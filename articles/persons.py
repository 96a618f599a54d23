"""People (人员): those credited on articles by real name, with or without an account."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from . import audit, baking, search
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Assignment, Person
from .refusals import Problem, Refusal
from .saved_rows import lock_row, write_row

PERSON_FIELDS = ("name", "unit")

TECHNICAL_ACCOUNT = Problem(
    "persons.technical_account",
    _("“%(person)s” manages accounts or duties or reads the audit, and is credited on no article."),
    _("Choose who wrote, photographed or edited it."),
)


class CannotCredit(Refusal):
    """Raised when an article is to be credited to somebody who does not work on content."""


def creditable_people() -> QuerySet[Person]:
    """The people who can be credited: all but those of technical accounts (三员), who have a site-wide duty."""
    technical = Assignment.objects.filter(user=OuterRef("user"), duty__in=Assignment.SITE_WIDE)
    return Person.objects.filter(~Exists(technical))


def refuse_technical_accounts(people: Iterable[Person]) -> None:
    """Raise CannotCredit if one of these people has a technical account. No query if there are none."""
    named = {person.pk: person for person in people}
    allowed = set(creditable_people().filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    refused = [TECHNICAL_ACCOUNT.filled(person=person) for key, person in named.items() if key not in allowed]
    if refused:
        raise CannotCredit(*refused)


def may_save_person(user: User, person: Person | None) -> bool:
    """Return True if the user may save the person, or, if None, add one.

    Writers may. If the person has an account, their name is printed on review sheets: it takes the duty to arrange.
    """
    if person and person.user_id:
        return permissions.has_duty_everywhere(user, Duty.ARRANGE)
    return permissions.has_duty_anywhere(user, Duty.WRITE)


@transaction.atomic
def save_person(person: Person, *, by: User) -> Person:
    """Add the person or save the changed name and unit. Raises PermissionDenied or ValidationError."""
    before = lock_row(person)
    if before and before.user_id:
        permissions.require_duty_everywhere(by, Duty.ARRANGE)
    else:
        permissions.require_duty_anywhere(by, Duty.WRITE)
    write_person(person, before, by=by)
    return person


@transaction.atomic
def find_or_add_person(name: str, unit: str, *, by: User) -> Person:
    """Return the person with this name and unit, added if missing. The caller checks permissions.

    Takes the audit-chain lock before it adds one, and looks again: somebody else may have added it meanwhile.
    """
    rows = Person.objects.filter(name=name, unit=unit)
    known = rows.first()
    if known is None:
        audit.lock_audit_chain()
        known = rows.first()
    if known:
        return known
    person = Person(name=name, unit=unit)
    write_person(person, None, by=by)
    return person


def write_person(person: Person, before: Person | None, fields: Iterable[str] = PERSON_FIELDS, *, by: User) -> set[str]:
    """Save the fields, record the change, and queue the pages that name the person; returns the changed fields.

    The caller has locked `before` and checked permissions.
    """
    changed = write_row(person, before, fields, by=by)
    named = changed & set(PERSON_FIELDS)
    if named and (before or search.newest_numbers(search.SearchQuery(credit=(person.name, person.unit)), 1)):
        baking.request_full_bake()  # articles that name the person link to their page
    return changed
