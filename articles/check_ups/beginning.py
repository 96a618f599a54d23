"""Beginning, stopping and resuming check-ups of the archive."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from .. import audit
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import CheckRule, CheckUp, Section
from ..saved_rows import lock_row


@transaction.atomic
def begin_check_up(*, by: User, section: Section | None = None, year: int | None = None) -> CheckUp:
    """Begin a check-up of what was first published in this year, in this section and those below it (None: any).

    Returns the open one of the same texts if there is one, and resumes it if it was stopped. Raises PermissionDenied.
    """
    permissions.require_duty_everywhere(by, Duty.RULES)
    audit.lock_audit_chain()
    open_one = CheckUp.objects.filter(section=section, year=year, only=None, is_done=False).first()
    if open_one:
        return resume_check_up(open_one, by=by)
    now = timezone.now()
    check_up = CheckUp.objects.create(by=by, section=section, year=year, begun_at=now, reached_at=now)
    audit.record_entry("checkup.begun", check_up, by=by, section=str(section or ""), name=str(check_up))
    return check_up


@transaction.atomic
def stop_check_up(check_up: CheckUp, *, by: User) -> CheckUp:
    """Let an open check-up read no further for now. Idempotent. Raises PermissionDenied."""
    return _set_stopped(check_up, True, by)


@transaction.atomic
def resume_check_up(check_up: CheckUp, *, by: User) -> CheckUp:
    """Let a stopped check-up go on where it stopped. Idempotent. Raises PermissionDenied."""
    return _set_stopped(check_up, False, by)


def begin_rereading(rules: Iterable[CheckRule], at: datetime) -> None:
    """Let these rules, which have just come into use, read everything that is already published.

    Rules that come into use before the first batch is read join the same check-up. The caller holds the audit-chain
    lock.
    """
    rules = list(rules)
    if not rules:
        return
    waiting = CheckUp.objects.filter(by=None, read=0, is_done=False).order_by("-pk")
    check_up = waiting.select_for_update(skip_locked=True, no_key=True).first()
    check_up = check_up or CheckUp.objects.create(begun_at=at, reached_at=at)
    check_up.only.add(*rules)


def _set_stopped(check_up: CheckUp, is_stopped: bool, by: User) -> CheckUp:
    row = lock_row(check_up)
    permissions.require_duty_everywhere(by, Duty.RULES)
    if row is None or row.is_done or row.is_stopped == is_stopped:
        return row or check_up
    row.is_stopped = is_stopped
    row.save(update_fields=["is_stopped"])
    audit.record_entry(f"checkup.{'stopped' if is_stopped else 'resumed'}", row, by=by, count=row.read)
    return row
