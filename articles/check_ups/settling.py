"""Findings of check-ups: open while readers see the text that was read, until somebody settles or ignores them."""

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, sanitising
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES
from ..models import CheckUpFinding
from ..refusals import Problem, Refusal

State = CheckUpFinding.State

IGNORED_WITHOUT_REASON = Problem(
    "check_ups.ignored_without_reason", _("Say why it may stay."), _("The reason is stored with it."), "reason"
)


class CannotSettleFinding(Refusal):
    """Raised when no reason to ignore a finding is given."""


def findings_to_settle(user: User | AnonymousUser) -> QuerySet[CheckUpFinding]:
    """The open findings in the sections where the user reads or publishes, of texts that readers still see so."""
    rows = CheckUpFinding.objects.filter(state=State.OPEN, article__live__digest=F("digest"))
    if permissions.has_duty_everywhere(user, *SETTLING_DUTIES):
        return rows
    return rows.filter(section__in=permissions.sections_with_duty(user, *SETTLING_DUTIES).order_by().values("pk"))


@transaction.atomic
def settle_check_finding(finding: CheckUpFinding, *, by: User, reason: str, ignored: bool = False) -> CheckUpFinding:
    """Mark a finding as settled (已处理) or, with a reason, as ignored (已忽略), also for check-ups to come.

    Idempotent. Raises PermissionDenied, without a reading duty or that of publishing in its section, or
    CannotSettleFinding.
    """
    rows = CheckUpFinding.objects.select_for_update(of=("self",), no_key=True).select_related("section__parent")
    finding = rows.get(pk=finding.pk)
    if not any(permissions.has_duty(by, duty, finding.section) for duty in SETTLING_DUTIES):
        permissions.require_duty(by, SETTLING_DUTIES[0], finding.section)
    state, reason = State.IGNORED if ignored else State.SETTLED, sanitising.plain_text(reason)[:200]
    if finding.state == state and finding.reason == reason:
        return finding
    if ignored and not reason:
        raise CannotSettleFinding(IGNORED_WITHOUT_REASON)
    finding.state, finding.reason, finding.by, finding.settled_at = state, reason, by, timezone.now()
    finding.save(update_fields=["state", "reason", "by", "settled_at"])
    facts = {"article": finding.article_id, "rule": finding.rule, "words": finding.words, "reason": reason}
    audit.record_entry(f"checkupfinding.{state.value}", finding, by=by, **facts)
    return finding
