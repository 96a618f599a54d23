"""Who may do what where: the access rule, in one place. Every act asks here; doors ask too, to show no dead buttons.

A user may do what an Assignment says, in its section and in the sections below it. A superuser may do everything.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Assignment, Section

Duty = Assignment.Duty
READINGS = (Duty.FIRST, Duty.SECOND, Duty.THIRD, Duty.FOURTH, Duty.FINAL)


class Role(models.TextChoices):
    """What people are called in a newsroom; a preset of duties. Third and fourth readings are assigned singly."""

    CORRESPONDENT = "correspondent", gettext_lazy("Correspondent")
    EDITOR = "editor", gettext_lazy("Editor")
    HEAD = "head", gettext_lazy("Head of department")
    CHIEF = "chief", gettext_lazy("Chief editor")
    SYSTEM = "system", gettext_lazy("System administrator")
    SECURITY = "security", gettext_lazy("Security administrator")
    AUDITOR = "auditor", gettext_lazy("Auditor")


DUTIES_OF = {
    Role.CORRESPONDENT: (Duty.WRITE,),
    Role.EDITOR: (Duty.WRITE, Duty.FIRST),
    Role.HEAD: (Duty.WRITE, Duty.SECOND, Duty.PUBLISH),
    Role.CHIEF: (Duty.WRITE, Duty.FINAL, Duty.PUBLISH, Duty.WITHDRAW, Duty.URGENT, Duty.ARRANGE),
    Role.SYSTEM: (Duty.ACCOUNTS,),
    Role.SECURITY: (Duty.GRANT,),
    Role.AUDITOR: (Duty.AUDIT,),
}


def has_duty(user: Any, duty: str, section: Section) -> bool:
    """Whether the user has the duty in this section, by an assignment to it, to a section above it or to all."""
    return user.is_active and (user.is_superuser or has_assignment(user, duty, section))


def has_assignment(user: Any, duty: str, section: Section) -> bool:
    """Whether an assignment gives the user the duty in this section; a superuser may do more than they hold."""
    lineage = {None, section.pk, section.parent_id, section.parent.parent_id if section.parent else None}
    return not lineage.isdisjoint(_assigned_sections(user, duty))


def has_duty_anywhere(user: Any, duty: str) -> bool:
    """Whether the user has the duty in at least one section."""
    return user.is_active and (user.is_superuser or bool(_assigned_sections(user, duty)))


def has_duty_everywhere(user: Any, duty: str) -> bool:
    """Whether the user has the duty in every section: what things that belong to no section ask for."""
    return user.is_active and (user.is_superuser or None in _assigned_sections(user, duty))


def sections_with_duty(user: Any, duty: str) -> QuerySet[Section]:
    """The sections in which the user has the duty."""
    if has_duty_everywhere(user, duty):
        return Section.objects.all()
    held = _assigned_sections(user, duty) if user.is_active else set()
    return Section.objects.filter(Q(pk__in=held) | Q(parent__in=held) | Q(parent__parent__in=held))


def _assigned_sections(user: Any, duty: str) -> set[int | None]:
    """The keys of the sections of the user's assignments to a duty; None stands for all sections.

    Read once per user object, as Django does with its own permissions: every request loads its user anew.
    """
    if not hasattr(user, "_assignments"):
        user._assignments = list(Assignment.objects.filter(user=user).values_list("duty", "section"))
    return {section for held, section in user._assignments if held == duty}


def require_duty(user: Any, duty: str, section: Section) -> None:
    """Raise PermissionDenied, with a sentence, unless the user has the duty in the section."""
    if not has_duty(user, duty, section):
        raise PermissionDenied(
            _(
                "“%(user)s” may not do this in “%(section)s”: the duty “%(duty)s” is missing. "
                "The security administrator assigns it."
            )
            % {"user": user.get_username(), "section": section, "duty": Duty(duty).label}
        )


def require_duty_anywhere(user: Any, duty: str) -> None:
    """Raise PermissionDenied, with a sentence, unless the user has the duty in at least one section."""
    _refuse_without(has_duty_anywhere(user, duty), user, duty)


def require_duty_everywhere(user: Any, duty: str) -> None:
    """Raise PermissionDenied, with a sentence, unless the user has the duty in every section."""
    _refuse_without(has_duty_everywhere(user, duty), user, duty)


def _refuse_without(held: bool, user: Any, duty: str) -> None:
    if not held:
        raise PermissionDenied(
            _("“%(user)s” may not do this: the duty “%(duty)s” is missing. The security administrator assigns it.")
            % {"user": user.get_username(), "duty": Duty(duty).label}
        )


def duty_of_stage(stage: int, stages: int) -> Duty:
    """The duty that reading `stage` of `stages` asks for; the last one is the final reading, however many there are."""
    return Duty.FINAL if stage >= stages else (Duty.FIRST, Duty.SECOND, Duty.THIRD, Duty.FOURTH)[stage - 1]
