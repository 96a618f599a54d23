"""Old addresses: pages that moved redirect in one step (301), pages that were removed answer 410."""

from django.contrib.auth.models import User
from django.db import transaction

from . import audit
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import OldPath
from .saved_rows import lock_row, write_row

OLD_PATH_FIELDS = ("path", "target")


@transaction.atomic
def save_old_path(old_path: OldPath, *, by: User) -> OldPath:
    """Add an old path or change its target. Raises PermissionDenied or ValidationError."""
    audit.lock_audit_chain()  # other acts write these rows while they hold it: record_move
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    write_row(old_path, before, OLD_PATH_FIELDS, by=by)
    return old_path


@transaction.atomic
def remove_old_path(old_path: OldPath, *, by: User) -> None:
    """Delete an old path; idempotent. Raises PermissionDenied."""
    audit.lock_audit_chain()  # other acts write these rows while they hold it: record_move
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if before:
        audit.record_entry("oldpath.deleted", before, by=by, name=str(before), fields=[])
        before.delete()


@transaction.atomic
def record_move(old: str, new: str) -> None:
    """Redirect `old` to `new`. Paths that redirected to `old` now redirect to `new`, so there are no chains."""
    OldPath.objects.filter(path=new).delete()
    OldPath.objects.filter(target=old).update(target=new)
    OldPath.objects.update_or_create(path=old, defaults={"target": new})


def find_old_path(path: str) -> OldPath | None:
    """Return the old path, or None. For a page of a moved section (`/s/old/7/`), the target is the same page number."""
    exact = OldPath.objects.filter(path=path).first()
    if exact or not path.startswith("/s/"):
        return exact
    head, _slash, page = path.rstrip("/").rpartition("/")
    section = OldPath.objects.filter(path=f"{head}/").first() if page.isdigit() else None
    return OldPath(path=path, target=f"{section.target}{page}/") if section and section.target else section
