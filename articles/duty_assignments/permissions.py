"""The access rule: who may do what in which section. Views use it too, to hide buttons that would be refused.

An `Assignment` allows a duty in its section and all sections below it. A superuser may do everything.
"""

from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Assignment, Section

Duty = Assignment.Duty
READINGS = (Duty.FIRST, Duty.SECOND, Duty.THIRD, Duty.FOURTH, Duty.FINAL)
# Any of these duties in a section allows settling what is found in its texts: dead links, findings of check-ups.
SETTLING_DUTIES = (*READINGS, Duty.PUBLISH)
# The duties of those who work on content. Users with site-wide duties only (accounts, duties, audit) do not.
EDITORIAL_DUTIES = [duty for duty in Duty if duty not in Assignment.SITE_WIDE]


class Role(models.TextChoices):
    """A preset of duties. Third and fourth readings belong to no role and are assigned one by one."""

    CORRESPONDENT = "correspondent", gettext_lazy("Correspondent")
    REPORTER = "reporter", gettext_lazy("Reporter")
    EDITOR = "editor", gettext_lazy("Editor")
    HEAD = "head", gettext_lazy("Head of department")
    CHIEF = "chief", gettext_lazy("Chief editor")
    SYSTEM = "system", gettext_lazy("System administrator")
    SECURITY = "security", gettext_lazy("Security administrator")
    AUDITOR = "auditor", gettext_lazy("Auditor")


DUTIES_OF = {
    Role.CORRESPONDENT: (Duty.WRITE,),
    Role.REPORTER: (Duty.WRITE, Duty.READ),
    Role.EDITOR: (Duty.WRITE, Duty.FIRST),
    Role.HEAD: (Duty.WRITE, Duty.SECOND, Duty.PUBLISH),
    Role.CHIEF: (
        *(Duty.WRITE, Duty.FINAL, Duty.PUBLISH, Duty.WITHDRAW, Duty.URGENT, Duty.ARRANGE, Duty.RULES),
        Duty.ROSTER,
    ),
    Role.SYSTEM: (Duty.ACCOUNTS,),
    Role.SECURITY: (Duty.GRANT,),
    Role.AUDITOR: (Duty.AUDIT,),
}


def has_duty(user: User | AnonymousUser, duty: str, section: Section) -> bool:
    """Return True if the user is active and is a superuser or has an assignment to the duty in this section."""
    return _is_active(user) and (user.is_superuser or has_assignment(user, duty, section))


def has_assignment(user: User, duty: str, section: Section) -> bool:
    """Return True if the user has the duty in this section, a section above it, or all sections.

    Unlike `has_duty`, it ignores the superuser flag.
    """
    lineage = {None, section.pk, section.parent_id, section.parent.parent_id if section.parent else None}
    return not lineage.isdisjoint(_assigned_sections(user, duty))


def has_duty_anywhere(user: User | AnonymousUser, *duties: str) -> bool:
    """Return True if the user has one of the duties in at least one section."""
    return _is_active(user) and any(user.is_superuser or _assigned_sections(user, duty) for duty in duties)


def has_duty_everywhere(user: User | AnonymousUser, *duties: str) -> bool:
    """Return True if the user has one of the duties in all sections; required for whatever belongs to no section."""
    return _is_active(user) and any(user.is_superuser or None in _assigned_sections(user, duty) for duty in duties)


def has_assignment_everywhere(user: User | AnonymousUser, duty: str) -> bool:
    """Return True if the user is active and is assigned the duty in all sections; being a superuser does not count."""
    return _is_active(user) and None in _assigned_sections(user, duty)


def may_change_rules(user: User | AnonymousUser) -> bool:
    """Return True if the user may change how the work of others is checked: those who assign duties (三员).

    Whoever works on texts must not be able to, not even a superuser alone.
    """
    return has_assignment_everywhere(user, Duty.GRANT)


def holds_any_duty(user: User) -> bool:
    """Return True if the account is a superuser or has an assignment, even if it is inactive."""
    return user.is_superuser or Assignment.objects.filter(user=user).exists()


def sections_with_duty(user: User | AnonymousUser, *duties: str) -> QuerySet[Section]:
    """The sections in which the user has one of the duties."""
    if has_duty_everywhere(user, *duties):
        return Section.objects.all()
    held = {key for duty in duties for key in _assigned_sections(user, duty)} if _is_active(user) else set()
    return Section.objects.filter(Q(pk__in=held) | Q(parent__in=held) | Q(parent__parent__in=held))


def _is_active(user: User | AnonymousUser) -> TypeGuard[User]:
    return user.is_active


def assigned_duties(user: User) -> set[str]:
    """The duties that the user is assigned in any section; being a superuser does not count."""
    return {duty for duty, _section in Assignment.held_by(user)}


def _assigned_sections(user: User, duty: str) -> set[int | None]:
    """The keys of the sections in which the user is assigned the duty; None means all sections."""
    return {section for held, section in Assignment.held_by(user) if held == duty}


def require_duty(user: User, duty: str, section: Section) -> None:
    """Raise PermissionDenied, with a message, unless the user has the duty in the section."""
    if not has_duty(user, duty, section):
        raise PermissionDenied(
            _(
                "“%(user)s” may not do this in “%(section)s”: the duty “%(duty)s” is missing. "
                "The security administrator assigns it."
            )
            % {"user": user.get_username(), "section": section, "duty": Duty(duty).label}
        )


def require_duty_anywhere(user: User, duty: str) -> None:
    """Raise PermissionDenied, with a message, unless the user has the duty in at least one section."""
    _refuse_without(has_duty_anywhere(user, duty), user, duty)


def require_duty_everywhere(user: User, duty: str) -> None:
    """Raise PermissionDenied, with a message, unless the user has the duty in all sections."""
    _refuse_without(has_duty_everywhere(user, duty), user, duty)


def _refuse_without(held: bool, user: User, duty: str) -> None:
    if not held:
        raise PermissionDenied(
            _("“%(user)s” may not do this: the duty “%(duty)s” is missing. The security administrator assigns it.")
            % {"user": user.get_username(), "duty": Duty(duty).label}
        )


def duty_of_stage(stage: int, stages: int) -> Duty:
    """The duty required for reading `stage` of `stages`; the last reading is always the final one."""
    return Duty.FINAL if stage >= stages else (Duty.FIRST, Duty.SECOND, Duty.THIRD, Duty.FOURTH)[stage - 1]
