"""What the desk decides about links: findings are settled or ignored, sites are put out of use."""

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from .. import audit, sanitising
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES, Duty
from ..models import LinkHost, LinkTarget, LinkUse
from ..refusals import Problem, Refusal
from ..saved_rows import lock_row, write_row

Finding = LinkTarget.Finding

NOTHING_TO_SETTLE = Problem("link_checks.nothing_to_settle", _("The link answers, or no text has it any more."))
IGNORED_WITHOUT_REASON = Problem(
    "link_checks.ignored_without_reason", _("Say why the link may stay."), _("The reason is stored with it."), "reason"
)


class CannotSettle(Refusal):
    """Raised when there is nothing to settle, or no reason to ignore a link is given."""


def may_settle(user: User | AnonymousUser, target: LinkTarget) -> bool:
    """Return True if the user reads or publishes in a section of one of the texts that link to the address."""
    if permissions.has_duty_everywhere(user, *SETTLING_DUTIES):
        return True
    sections = permissions.sections_with_duty(user, *SETTLING_DUTIES).order_by().values("pk")
    return target.uses.filter(article__section__in=sections).exists()


def links_to_settle(user: User | AnonymousUser) -> QuerySet[LinkTarget]:
    """The dead links to be settled that the user may settle: those of texts in the sections they read or publish."""
    rows = LinkTarget.objects.filter(finding=Finding.OPEN)
    if permissions.has_duty_everywhere(user, *SETTLING_DUTIES):
        return rows
    sections = permissions.sections_with_duty(user, *SETTLING_DUTIES).order_by().values("pk")
    return rows.filter(Exists(LinkUse.objects.filter(target=OuterRef("pk"), article__section__in=sections)))


@transaction.atomic
def settle_finding(target: LinkTarget, *, by: User, reason: str, ignored: bool = False) -> LinkTarget:
    """Mark a dead link as settled (已处理) or, with a reason, as ignored (已忽略); it opens again if it stays dead.

    An ignored one stays ignored. Idempotent. Raises PermissionDenied or CannotSettle.
    """
    target = _locked_target(target, by)
    finding = Finding.IGNORED if ignored else Finding.SETTLED
    reason = sanitising.plain_text(reason)[:200]
    if target.finding == finding and target.reason == reason:
        return target
    if not target.finding:
        raise CannotSettle(NOTHING_TO_SETTLE)
    if ignored and not reason:
        raise CannotSettle(IGNORED_WITHOUT_REASON)
    return _decide(target, finding, reason, by)


@transaction.atomic
def reopen_finding(target: LinkTarget, *, by: User) -> LinkTarget:
    """Put a settled or ignored link back among those to be settled. Idempotent. Raises as settling does."""
    target = _locked_target(target, by)
    if target.finding == Finding.OPEN:
        return target
    if not target.finding or not target.articles:
        raise CannotSettle(NOTHING_TO_SETTLE)
    return _decide(target, Finding.OPEN, "", by)


@transaction.atomic
def save_link_host(host: LinkHost, *, by: User) -> LinkHost:
    """Change whether a site is in use, suspended or taken over by others, with the reason.

    Takes the duty for the machine's rules. Raises PermissionDenied or ValidationError.
    """
    before = lock_row(host)
    permissions.require_duty_everywhere(by, Duty.RULES)
    host.reason = sanitising.plain_text(host.reason)
    write_row(host, before, ("state", "reason"), by=by)
    return host


def _locked_target(target: LinkTarget, by: User) -> LinkTarget:
    target = LinkTarget.objects.select_for_update(no_key=True).get(pk=target.pk)
    if not may_settle(by, target):
        raise PermissionDenied(_now("Only somebody who reads or publishes texts that have this link may settle it."))
    return target


def _decide(target: LinkTarget, finding: str, reason: str, by: User) -> LinkTarget:
    target.finding, target.reason, target.by, target.settled_at = finding, reason, by, timezone.now()
    target.save(update_fields=["finding", "reason", "by", "settled_at"])
    act = {Finding.OPEN: "reopened", Finding.SETTLED: "settled", Finding.IGNORED: "ignored"}[Finding(finding)]
    audit.record_entry(f"linktarget.{act}", target, by=by, link=target.address[:200], reason=reason)
    return target
