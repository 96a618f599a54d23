"""Old addresses: what moved leads on in one step (301), what is gone says so (410)."""

from django.contrib.auth.models import User
from django.db import transaction

from . import audit
from .assignments import permissions
from .assignments.permissions import Duty
from .models import OldPath
from .saved_rows import lock_row, write_row

OLD_PATH_FIELDS = ("path", "target")


@transaction.atomic
def save_old_path(old_path: OldPath, *, by: User) -> OldPath:
    """Add an old path, or change where one leads.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    write_row(old_path, before, OLD_PATH_FIELDS, by=by)
    return old_path


@transaction.atomic
def remove_old_path(old_path: OldPath, *, by: User) -> None:
    """Delete an old path; nothing happens where it is gone already. Raises PermissionDenied."""
    before = lock_row(old_path)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if before:
        audit.record_entry("oldpath.deleted", before, by=by, name=str(before), fields=[])
        before.delete()


@transaction.atomic
def record_move(old: str, new: str) -> None:
    """Lead readers from `old` to `new`. Paths that led to `old` lead to `new` too, so no chain is longer than one."""
    OldPath.objects.filter(path=new).delete()
    OldPath.objects.filter(target=old).update(target=new)
    OldPath.objects.update_or_create(path=old, defaults={"target": new})


def find_old_path(path: str) -> OldPath | None:
    """Where a path leads. A page below a moved section (`/s/old/7/`) leads to the same page of the new one."""
    exact = OldPath.objects.filter(path=path).first()
    if exact or not path.startswith("/s/"):
        return exact
    head, _slash, page = path.rstrip("/").rpartition("/")
    section = OldPath.objects.filter(path=f"{head}/").first() if page.isdigit() else None
    return OldPath(path=path, target=f"{section.target}{page}/") if section and section.target else section
