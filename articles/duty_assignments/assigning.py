"""Assigning and revoking duties.

Nobody may change their own duties, not even a superuser. The three site-wide duties (accounts, duties, audit) are
separate: whoever holds one may hold no other duty, so that no single person can open an account, give it rights and
hide the traces (三员). Both functions lock the account's row, so that concurrent calls cannot break this rule.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit
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


class CannotAssign(Refusal):
    """Raised when duties cannot be assigned or revoked."""


@transaction.atomic
def assign_duties(user: User, duties: Iterable[str], section: Section | None, *, by: User) -> list[Assignment]:
    """Give the user these duties in the section and those below it, or in all sections (None).

    Returns the new assignments only. Raises CannotAssign or PermissionDenied.
    """
    user = _lock_account(user, by)
    wanted = [Duty(duty) for duty in dict.fromkeys(duties)]
    if not wanted:
        raise CannotAssign(NOTHING_TO_ASSIGN)
    held = {Duty(duty) for duty in user.assignments.values_list("duty", flat=True)}
    together = held | set(wanted)
    apart = [duty for duty in SITE_WIDE if duty in together]
    if apart and len(together) > 1:
        raise CannotAssign(KEPT_APART.filled(duty=apart[0].label))
    if apart and section:
        raise CannotAssign(SITE_WIDE_IN_SECTION.filled(duty=apart[0].label))
    given = []
    for duty in wanted:
        assignment, is_new = Assignment.objects.get_or_create(user=user, duty=duty, section=section)
        if is_new:
            given.append(assignment)
            audit.record_entry("duty.assigned", user, by=by, duty=duty, section=section.name if section else "")
    return given


def assign_role(user: User, role: str, section: Section | None, *, by: User) -> list[Assignment]:
    """Give the user the duties of a role, as `assign_duties` does; returns the new assignments only."""
    return assign_duties(user, permissions.DUTIES_OF[Role(role)], section, by=by)


@transaction.atomic
def revoke_duty(assignment: Assignment, *, by: User) -> None:
    """Revoke one duty; idempotent. Raises CannotAssign or PermissionDenied."""
    user = _lock_account(assignment.user, by)
    deleted, _rows = Assignment.objects.filter(pk=assignment.pk).delete()
    if deleted:
        section = assignment.section
        audit.record_entry("duty.revoked", user, by=by, duty=assignment.duty, section=section.name if section else "")


def _lock_account(user: User, by: User) -> User:
    """Lock and return the account; raises unless `by` may change its duties."""
    if not permissions.has_duty_everywhere(by, Duty.GRANT):
        raise PermissionDenied(_("Duties are assigned by the security administrator."))
    if user.pk == by.pk:
        raise CannotAssign(TO_ONESELF)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
