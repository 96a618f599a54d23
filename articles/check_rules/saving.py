"""Writing rules, and moving them through their life: being written, on trial, in use, out of use."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, check_ups
from ..checks.written_rules import current_version
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import CheckRule, CheckTrial, Section
from ..refusals import Problem, Refusal, Sentence
from ..saved_rows import lock_row, next_version, write_row
from .patterns import UnusablePattern, refuse_unusable_pattern
from .trying import begin_trials

State = CheckRule.State
# What decides where the rule finds something: if it changes, the rule is tried again before it is in use.
FINDING_FIELDS = ("kind", "pattern", "allowed")
RULE_FIELDS = (
    "name",
    "subject",
    *FINDING_FIELDS,
    "advice",
    "suggestion",
    "severity",
    "owner",
    "source",
    "valid_from",
    "valid_until",
)
# The states that a rule may enter from each state, and the label of the button.
MOVES: dict[str, dict[str, Sentence]] = {
    State.DRAFT: {State.TRYING: _("Put on trial"), State.RETIRED: _("Put out of use")},
    State.TRYING: {State.LIVE: _("Put into use"), State.RETIRED: _("Put out of use")},
    State.LIVE: {State.TRYING: _("Back on trial"), State.RETIRED: _("Put out of use")},
    State.RETIRED: {State.TRYING: _("Put on trial")},
}

CANNOT_MOVE_THERE = Problem(
    "check_rules.cannot_move_there",
    _("“%(name)s” is “%(now)s” and cannot change to that state now."),
    _("A rule is first written, then on trial, then in use."),
)
NOT_TRIED_YET = Problem(
    "check_rules.not_tried_yet",
    _("“%(name)s” has not been tried on everything that was published in the last year yet."),
    _("Wait a moment, then check what it would have found."),
)


class CannotMove(Refusal):
    """Raised when a rule cannot enter that state now."""


def states_after(rule: CheckRule) -> list[tuple[str, Sentence]]:
    """Return the states that a rule may enter, each with the label of its button."""
    return list(MOVES[rule.state].items())


@transaction.atomic
def save_check_rule(rule: CheckRule, *, by: User, sections: Iterable[Section] | None = None) -> CheckRule:
    """Add the rule, or save its changed fields and its sections (None: as they are).

    A rule in use whose pattern changes goes back on trial. Raises PermissionDenied or ValidationError.
    """
    before = lock_row(rule)
    permissions.require_duty_everywhere(by, Duty.RULES)
    try:
        refuse_unusable_pattern(rule)
    except UnusablePattern as refusal:
        raise ValidationError({"pattern": str(refusal)}) from refusal
    if before is None:
        rule.state, rule.owner = State.DRAFT, rule.owner or audit.account_name(by)
        rule.changed_at = timezone.now()
    else:
        finds_others = any(getattr(rule, name) != getattr(before, name) for name in FINDING_FIELDS)
        rule.state = State.TRYING if finds_others and before.state == State.LIVE else before.state
    changed = write_row(rule, before, (*RULE_FIELDS, "state"), by=by)
    moved = sections is not None and _set_sections(rule, sections, by=by)
    if changed or moved:
        mark_changed(rule)
    if before and rule.state == State.TRYING and {*FINDING_FIELDS, "state"} & changed:
        begin_trials([rule], rule.changed_at)
    return rule


@transaction.atomic
def move_check_rule(rule: CheckRule, state: str, *, by: User) -> CheckRule:
    """Put a rule on trial, into use or out of use; idempotent. Raises PermissionDenied or CannotMove."""
    before = lock_row(rule)
    permissions.require_duty_everywhere(by, Duty.RULES)
    if before is None or before.state == state:
        return rule
    if state not in MOVES[before.state]:
        raise CannotMove(CANNOT_MOVE_THERE.filled(name=before, now=before.get_state_display()))
    if state == State.LIVE and not CheckTrial.objects.filter(rule=rule, is_done=True).exists():
        raise CannotMove(NOT_TRIED_YET.filled(name=before))
    rule.state = state
    write_row(rule, before, ("state",), by=by)
    mark_changed(rule)
    if state == State.TRYING:
        begin_trials([rule], rule.changed_at)
    elif state == State.LIVE:
        check_ups.begin_rereading([rule], rule.changed_at)
    return rule


def _set_sections(rule: CheckRule, sections: Iterable[Section], *, by: User) -> bool:
    """Give a locked rule these sections; return whether they are others than before."""
    old, new = list(rule.sections.order_by("pk")), sorted(sections, key=lambda section: section.pk)
    if old == new:
        return False
    rule.sections.set(new)
    names = {"old": [section.name for section in old], "new": [section.name for section in new]}
    audit.record_entry("checkrule.sections_changed", rule, by=by, name=rule.name, **names)
    return True


def mark_changed(rule: CheckRule) -> None:
    """Make the rule the newest one. Its audit entry holds the audit-chain lock."""
    rule.changed_at = next_version(current_version().rules)
    rule.save(update_fields=["changed_at"])
