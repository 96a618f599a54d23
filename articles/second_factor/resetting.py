"""A lost second factor: one colleague asks for its removal, another one confirms, then the person sets up a new one.

One of the two assigns duties (安全管理员), the other one opens accounts or reads last; neither is the person. Nobody
else, no command and no superuser alone, removes the factors of another.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, desk_sessions, sanitising
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import FactorReset, RecoveryCode, SignOff
from ..refusals import Problem, Refusal
from .demand import factors_of
from .proof import require_recent_proof

RESET_STAYS_OPEN = timedelta(hours=24)
# How long after a reset the review sheet prints it with the person's readings.
PRINTED_FOR = timedelta(days=7)
MOST_OPEN = 50

RESET_WITHOUT_REASON = Problem(
    "second_factor.reset_without_reason", _("Write how you verified the person’s identity; the audit records it.")
)
NOTHING_TO_RESET = Problem("second_factor.nothing_to_reset", _("This account has no second factor."))
OWN_FACTOR = Problem("second_factor.own_factor", _("This is your own second factor; two colleagues have to remove it."))
SAME_COLLEAGUE = Problem(
    "second_factor.same_colleague", _("You requested this yourself; somebody else has to confirm it.")
)
NO_OFFICER = Problem(
    "second_factor.no_officer",
    _("One of the two must be a security administrator, who assigns duties; the other one must not do both parts."),
)
RESET_IS_OVER = Problem(
    "second_factor.reset_is_over", _("This was not confirmed within a day and is void. Request it again.")
)


class CannotReset(Refusal):
    """Raised when a lost second factor cannot be removed."""


def may_reset_factors(user: User) -> bool:
    """Return True if the user may be one of the two colleagues."""
    return _is_officer(user) or _is_other(user)


@transaction.atomic
def open_factor_reset(account: User, *, by: User, reason: str) -> FactorReset:
    """Ask for the removal of all second factors of the account, which a second colleague confirms within a day.

    Returns the open one if there is one already. Raises PermissionDenied, ProofNeeded or CannotReset.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    _require_colleague(by, account)
    if not factors_of(account).exists():
        raise CannotReset(NOTHING_TO_RESET)
    now = timezone.now()
    known = FactorReset.objects.filter(account=account, confirmed_at=None).first()
    if known and now - known.opened_at < RESET_STAYS_OPEN:
        return known
    reason = sanitising.plain_text(reason)[:400]
    if not reason:
        raise CannotReset(RESET_WITHOUT_REASON)
    reset = known or FactorReset(account=account)
    reset.reason, reset.opened_by, reset.opened_at = reason, by, now
    reset.save()
    audit.record_entry("user.factor_reset_opened", account, by=by, name=account.get_username(), reason=reason)
    return reset


@transaction.atomic
def confirm_factor_reset(reset: FactorReset, *, by: User) -> FactorReset:
    """Remove all second factors and recovery codes of the account, and end its sessions: new ones at the next log-in.

    Confirmed already, it is returned as it is. Raises PermissionDenied, ProofNeeded or CannotReset.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=reset.account_id)
    reset = FactorReset.objects.select_related("opened_by").get(pk=reset.pk)
    _require_colleague(by, account)
    if reset.confirmed_at:
        return reset
    if reset.opened_by_id == by.pk:
        raise CannotReset(SAME_COLLEAGUE)
    if not ((_is_officer(by) and _is_other(reset.opened_by)) or (_is_officer(reset.opened_by) and _is_other(by))):
        raise CannotReset(NO_OFFICER)
    now = timezone.now()
    if now - reset.opened_at >= RESET_STAYS_OPEN:
        raise CannotReset(RESET_IS_OVER)
    factors_of(account).delete()
    RecoveryCode.objects.filter(user=account).delete()
    desk_sessions.end_sessions(account)
    reset.confirmed_by, reset.confirmed_at = by, now
    reset.save(update_fields=["confirmed_by", "confirmed_at"])
    opened = audit.account_name(reset.opened_by)
    audit.record_entry("user.factor_reset", account, by=by, name=account.get_username(), asked_by=opened)
    return reset


def open_resets() -> QuerySet[FactorReset]:
    """The resets that wait for a second colleague, the newest first."""
    since = timezone.now() - RESET_STAYS_OPEN
    rows = FactorReset.objects.filter(confirmed_at=None, opened_at__gt=since)
    return rows.select_related("account__person", "opened_by__person")[:MOST_OPEN]


def last_reset_of(user: User) -> FactorReset | None:
    """Return the last reset of the account's factors within PRINTED_FOR, which the person is notified of; or None."""
    rows = FactorReset.objects.filter(account=user, confirmed_at__gt=timezone.now() - PRINTED_FOR)
    return rows.select_related("opened_by__person", "confirmed_by__person").order_by("-confirmed_at").first()


def resets_before_readings(readings: Iterable[SignOff]) -> dict[int, FactorReset]:
    """Return, by the key of a sign-off, the last reset of its reader's factors within PRINTED_FOR before it.

    One query, or none without readings.
    """
    rows = list(readings)
    spans: dict[int, list[datetime]] = {}
    for row in rows:
        spans.setdefault(row.person_id, []).append(row.at)
    near = Q(pk=None)
    for account, times in spans.items():
        near |= Q(account=account, confirmed_at__gt=min(times) - PRINTED_FOR, confirmed_at__lte=max(times))
    resets = list(
        FactorReset.objects.filter(near).select_related("opened_by__person", "confirmed_by__person")
        if rows
        else FactorReset.objects.none()
    )
    found: dict[int, FactorReset] = {}
    for row in rows:
        for reset in resets:
            if reset.account_id == row.person_id and row.at - PRINTED_FOR < (reset.confirmed_at or row.at) <= row.at:
                found.setdefault(row.pk, reset)
    return found


def _is_officer(user: User) -> bool:
    """Return True for security administrators; being a superuser does not count."""
    return permissions.has_assignment_everywhere(user, Duty.GRANT)


def _is_other(user: User) -> bool:
    """Return True for users who open accounts, including superusers, and for final readers."""
    return permissions.has_duty_everywhere(user, Duty.ACCOUNTS) or permissions.has_duty_anywhere(user, Duty.FINAL)


def _require_colleague(by: User, account: User) -> None:
    if not may_reset_factors(by):
        raise PermissionDenied(
            _("A lost second factor is removed by a security administrator together with an administrator or a chief.")
        )
    if by.pk == account.pk:
        raise CannotReset(OWN_FACTOR)
    require_recent_proof(by)
