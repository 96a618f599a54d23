"""Adds, changes, removes and finds old addresses."""

import re

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import OldPath
from ..refusals import Problem
from ..saved_rows import lock_row, recorded_changes, write_row
from .spelling import UnusableOldPath, matching_paths, parse_old_path, parse_target, stored_spelling

OLD_PATH_FIELDS = ("path", "target")
SECTION_PAGE = re.compile(r"(/s/[^/]+/)([0-9]+)/")

LEADS_TO_ITSELF = Problem(
    "old_paths.leads_to_itself", _("“%(path)s” would lead to itself."), _("Choose another target."), "target"
)


@transaction.atomic
def save_old_path(old_path: OldPath, *, by: User) -> OldPath:
    """Add an old path or change it; its path is stored in one spelling, and its target leads there in one step.

    Raises PermissionDenied or ValidationError.
    """
    audit.lock_audit_chain()  # other acts write these rows while they hold it: record_move
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    try:
        if before is None or before.path != old_path.path:
            old_path.path = parse_old_path(old_path.path)
        old_path.target = _last_target(old_path.path, parse_target(old_path.target))
    except UnusableOldPath as refusal:
        raise ValidationError({problem.field: str(problem) for problem in refusal.problems}) from refusal
    write_row(old_path, before, OLD_PATH_FIELDS, by=by)
    OldPath.objects.filter(target=old_path.path).update(target=old_path.target)
    return old_path


@transaction.atomic
def remove_old_path(old_path: OldPath, *, by: User) -> None:
    """Delete an old path; idempotent. Raises PermissionDenied."""
    audit.lock_audit_chain()  # other acts write these rows while they hold it: record_move
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if before:
        facts = recorded_changes(OldPath(path="", target=""), before, OLD_PATH_FIELDS)
        audit.record_entry("oldpath.deleted", before, by=by, name=str(before), **facts)
        before.delete()


@transaction.atomic
def record_move(old: str, new: str) -> None:
    """Redirect `old` to `new`. Paths that redirected to `old` now redirect to `new`, so there are no chains."""
    OldPath.objects.filter(path=stored_spelling(new)).delete()
    OldPath.objects.filter(target=old).update(target=new)
    OldPath.objects.update_or_create(path=stored_spelling(old), defaults={"target": new})


def find_old_path(address: str) -> OldPath | None:
    """Return the old path that matches a requested address (path and query), or None. One query.

    For a page of a moved section (`/s/old/7/`), the target is the same page number.
    """
    candidates = [path for path in matching_paths(address) if "\0" not in path]  # which PostgreSQL cannot compare
    if not candidates:
        return None
    page = SECTION_PAGE.fullmatch(candidates[-1])
    rows = OldPath.objects.filter(path__in=[*candidates, *([page[1]] if page else [])])
    found = {row.path: row for row in rows}
    exact = next((found[path] for path in candidates if path in found), None)
    if exact or not page or page[1] not in found:
        return exact
    section = found[page[1]]
    return OldPath(path=page[0], target=f"{section.target}{page[2]}/" if section.target else "")


def _last_target(path: str, target: str) -> str:
    """Return where `target` leads in the end if it is an old path itself. Raises UnusableOldPath for a circle."""
    if target and stored_spelling(target) == path:
        raise UnusableOldPath(LEADS_TO_ITSELF.filled(path=path))
    further = OldPath.objects.filter(path=stored_spelling(target)).first() if target else None
    if further is None:
        return target
    if further.target and stored_spelling(further.target) == path:
        raise UnusableOldPath(LEADS_TO_ITSELF.filled(path=path))
    return further.target
