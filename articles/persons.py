"""People (人员): those credited on articles by real name, with or without an account."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from . import audit, baking, merging, search
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Assignment, Credit, Person
from .refusals import Problem, Refusal
from .sanitising import plain_name
from .saved_rows import lock_row, write_row

PERSON_FIELDS = ("name", "unit")

TECHNICAL_ACCOUNT = Problem(
    "persons.technical_account",
    _("“%(person)s” manages accounts or duties or reads the audit, and cannot be credited in articles."),
    _("Choose who wrote, photographed or edited it."),
)
DOUBLE_HAS_ACCOUNT = Problem(
    "persons.double_has_account",
    _("“%(double)s” has an account, which would have no name."),
    _("Merge the other way round: the person with the account stays, and can be renamed."),
)
BOTH_HAVE_ACCOUNTS = Problem(
    "persons.both_have_accounts",
    _("“%(double)s” and “%(into)s” have an account each, so they count as two people in the readings."),
    _("If they are one, have one account closed and its person taken off it first."),
)
_HAS_TECHNICAL_ACCOUNT = Exists(Assignment.objects.filter(user=OuterRef("user"), duty__in=Assignment.SITE_WIDE))


class CannotCredit(Refusal):
    """Raised when an article is to be credited to somebody who does not work on content."""


def creditable_people() -> QuerySet[Person]:
    """The people who can be credited: no doubles, and none with a technical account (三员), who has a site-wide
    duty.
    """
    return Person.objects.filter(~_HAS_TECHNICAL_ACCOUNT, merged_into=None)


def refuse_technical_accounts(people: Iterable[Person]) -> None:
    """Raise CannotCredit if one of these people has a technical account. No query if there are none."""
    named = {person.pk: person for person in people}
    found = Person.objects.filter(_HAS_TECHNICAL_ACCOUNT, pk__in=named).values_list("pk", flat=True) if named else ()
    refused = [TECHNICAL_ACCOUNT.filled(person=named[key]) for key in found]
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

    Takes the audit-chain lock before it adds one, and looks again: somebody else may have added it since.
    """
    known = find_people(name, unit=unit)
    if not known:
        audit.lock_audit_chain()
        known = find_people(name, unit=unit)
    if known:
        return known[0]
    person = Person(name=name, unit=unit)
    write_person(person, None, by=by)
    return person


def find_people(name: str, **unit: str) -> list[Person]:
    """Return the people with this name, whatever kind of dot it was typed with, and with the unit if one is given.

    A double is treated as the person it was merged into. At most two; one query.
    """
    wanted = plain_name(name)
    spelled = Q(name__in=[name, wanted]) | Q(alike=merging.name_key(wanted), merged_into=None)
    rows = Person.objects.filter(spelled, **unit).select_related("merged_into")
    exact_first = sorted(rows[: merging.MOST_ALIKE], key=lambda person: person.name != name)
    same = (merging.current_row(person) for person in exact_first if plain_name(person.name) == wanted)
    return list(dict.fromkeys(same))[:2]


def write_person(person: Person, before: Person | None, fields: Iterable[str] = PERSON_FIELDS, *, by: User) -> set[str]:
    """Save the fields, record the change, and queue the pages that name the person; returns the changed fields.

    The caller has locked `before` and checked permissions.
    """
    person.name = plain_name(person.name)
    person.alike = merging.name_key(person.name)
    if before is None or (before.name, before.unit) != (person.name, person.unit):
        merging.refuse_double(person, Person.objects.filter(name=person.name, unit=person.unit))
    changed = write_row(person, before, fields, by=by)
    if before and "name" in changed:
        person.save(update_fields=["alike"])
    named = changed & set(PERSON_FIELDS)
    if named and (before or search.newest_numbers(search.SearchQuery(credits=((person.name, person.unit),)), 1)):
        baking.request_full_bake()  # articles that name the person link to their page
    return changed


@transaction.atomic
def merge_person(double: Person, into: Person, *, by: User) -> None:
    """Merge a person who was entered twice into the other one, whose name working copies get; idempotent.

    Published editions keep what they printed. Raises PermissionDenied, merging.CannotMerge, or CannotCredit.
    """
    double, into = merging.lock_pair(double, into)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if double.merged_into_id == into.pk:
        return
    merging.refuse_merged(double, into)
    if double.user_id:
        problem = BOTH_HAVE_ACCOUNTS if into.user_id else DOUBLE_HAS_ACCOUNT
        raise merging.CannotMerge(problem.filled(double=double, into=into))
    refuse_technical_accounts([into])
    _move_credits(double, into)
    merging.write_merge(double, into, PERSON_FIELDS, by=by)


@transaction.atomic
def continue_moving_credits() -> int:
    """Move the next credits of a double to the person it was merged into; return how many, 0 when there are none."""
    return merging.continue_moving(Person, _move_credits, route="person")


def _move_credits(double: Person, into: Person) -> int:
    """Move the credits of the newest articles; return how many. Whoever has both in a role keeps one of them."""
    newest = dict(double.credits.order_by("-pk").values_list("pk", "article")[: merging.MOVED_AT_ONCE])
    Article.objects.lock_rows(newest.values())
    credits = Credit.objects.filter(pk__in=newest, person=double)
    both = Credit.objects.filter(article=OuterRef("article"), role=OuterRef("role"), person=into)
    credits.filter(Exists(both)).delete()
    credits.update(person=into)
    return len(newest)
