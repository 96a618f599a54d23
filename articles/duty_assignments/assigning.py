"""Assigning and revoking duties.

Nobody may change their own duties, not even a superuser. The three site-wide duties (accounts, duties, audit) are
separate: an account with one of them may hold no other duty, so that no single person can open an account, give it
rights and hide the traces (三员). Both functions lock the account's row, so that concurrent calls cannot break this
rule.
"""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import audit, passwords
from ..models import Assignment, Section
from ..refusals import Problem, Refusal
from . import permissions
from .permissions import Duty, Role

SITE_WIDE = Assignment.SITE_WIDE

NOTHING_TO_ASSIGN = Problem("assigning.nothing", _("Choose a role or at least one duty."))
KEPT_APART = Problem(
    "assigning.kept_apart",
    _("“%(duty)s” must not be held together with any other duty: accounts, duties, audit and content are kept apart."),
)
SITE_WIDE_IN_SECTION = Problem(
    "assigning.site_wide_in_section", _("“%(duty)s” is about the whole newsroom; leave the section empty.")
)
TO_ONESELF = Problem(
    "assigning.to_oneself", _("You cannot assign duties to yourself; ask another security administrator.")
)
LAST_OF_ALL = Problem(
    "assigning.last_of_all",
    _("Nobody else who can log in has the duty “%(duty)s”; without it, nobody could give access to anybody."),
    _("Give it to somebody else first."),
)
# Somebody who can log in has each of these.
KEPT_SOMEWHERE = (Duty.ACCOUNTS, Duty.GRANT)


class CannotAssign(Refusal):
    """Raised when duties cannot be assigned or revoked."""


# A duty and its section; None means all sections.
Held = tuple[str, Section | None]


@transaction.atomic
def assign_duties(user: User, duties: Iterable[str], section: Section | None, *, by: User) -> list[Assignment]:
    """Give the user these duties in the section and those below it, or in all sections (None).

    A password that was set with one administrator's link alone becomes void (`passwords.void_unconfirmed_password`).
    Returns the new assignments only. Raises CannotAssign or PermissionDenied.
    """
    user = _lock_account(user, by)
    wanted = [Duty(duty) for duty in dict.fromkeys(duties)]
    if not wanted:
        raise CannotAssign(NOTHING_TO_ASSIGN)
    held = {Duty(duty) for duty in user.assignments.values_list("duty", flat=True)}
    _refuse_together(held, [(duty, section) for duty in wanted])
    return _give(user, [(duty, section) for duty in wanted], by)


@transaction.atomic
def change_duties(user: User, *, give: Iterable[Held], take: Iterable[Held], by: User) -> int:
    """Give some duties and take others away in one act, and return how many changed; changes already made are skipped.

    Raises CannotAssign, for duties that exclude each other or that nobody else would hold, or PermissionDenied.
    """
    user = _lock_account(user, by)
    wanted = [(Duty(duty), section) for duty, section in give]
    taken = {(duty, section and section.pk) for duty, section in take}
    held = list(user.assignments.select_related("section"))
    kept = [assignment for assignment in held if (assignment.duty, assignment.section_id) not in taken]
    _refuse_together({Duty(assignment.duty) for assignment in kept}, wanted)
    removed = [assignment for assignment in held if assignment not in kept]
    for assignment in removed:
        _take(assignment, user, by)
    return len(removed) + len(_give(user, wanted, by))


def _refuse_together(held: set[Duty], wanted: Iterable[tuple[Duty, Section | None]]) -> None:
    together = held | {duty for duty, _section in wanted}
    apart = [duty for duty in SITE_WIDE if duty in together]
    if apart and len(together) > 1:
        raise CannotAssign(KEPT_APART.filled(duty=apart[0].label))
    if apart and any(section for duty, section in wanted if duty in apart):
        raise CannotAssign(SITE_WIDE_IN_SECTION.filled(duty=apart[0].label))


def _give(user: User, wanted: Iterable[tuple[Duty, Section | None]], by: User) -> list[Assignment]:
    given = []
    for duty, section in wanted:
        assignment, is_new = Assignment.objects.get_or_create(user=user, duty=duty, section=section)
        if is_new:
            given.append(assignment)
            audit.record_entry("duty.assigned", user, by=by, duty=duty, section=section.name if section else "")
    if given:
        passwords.void_unconfirmed_password(user)
    return given


def _take(assignment: Assignment, user: User, by: User) -> None:
    if assignment.duty in KEPT_SOMEWHERE:
        audit.lock_audit_chain()  # before counting: two who revoke each other's at once
        require_somebody_else(user, assignment.duty)
    deleted, _rows = Assignment.objects.filter(pk=assignment.pk).delete()
    if deleted:
        section = assignment.section
        audit.record_entry("duty.revoked", user, by=by, duty=assignment.duty, section=section.name if section else "")


def assign_role(user: User, role: str, section: Section | None, *, by: User) -> list[Assignment]:
    """Give the user the duties of a role, as `assign_duties` does; returns the new assignments only."""
    return assign_duties(user, permissions.DUTIES_OF[Role(role)], section, by=by)


@transaction.atomic
def revoke_duty(assignment: Assignment, *, by: User) -> None:
    """Revoke one duty; idempotent. Raises CannotAssign or PermissionDenied."""
    user = _lock_account(assignment.user, by)
    _take(assignment, user, by)


def is_last_with(user: User, duty: str) -> bool:
    """Return True if the user can log in with this duty in all sections, and nobody else can.

    The caller has taken the audit-chain lock. Without a password here, people log in by the house's directory, if one
    is
    set; superusers never do (`sign_on`).
    """
    has_password = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    may_enter = has_password | Q(is_superuser=False) if len(settings.AUTHENTICATION_BACKENDS) > 1 else has_password
    may_act = Q(is_superuser=True) | Q(assignments__duty=duty, assignments__section=None)
    able = User.objects.filter(may_enter, may_act, is_active=True, is_staff=True)
    return able.filter(pk=user.pk).exists() and not able.exclude(pk=user.pk).exists()


def require_somebody_else(user: User, duty: str) -> None:
    """Raise CannotAssign if the user is the last with this duty (`is_last_with`)."""
    if is_last_with(user, duty):
        raise CannotAssign(LAST_OF_ALL.filled(duty=Duty(duty).label))


def _lock_account(user: User, by: User) -> User:
    """Lock and return the account; raises unless `by` may change its duties."""
    if not permissions.has_duty_everywhere(by, Duty.GRANT):
        raise PermissionDenied(_("Duties are assigned by the security administrator."))
    if user.pk == by.pk:
        raise CannotAssign(TO_ONESELF)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
