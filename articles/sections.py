"""Sections (栏目): adding one, and changing what it is called, where it stands and how it is read."""

from django.contrib.auth.models import User
from django.db import transaction

from . import baking, old_paths, permissions
from .models import Section
from .permissions import Duty
from .saved_rows import lock_row, write_row

SECTION_FIELDS = (
    "name",
    "slug",
    "parent",
    "level",
    "position",
    "kind",
    "description",
    "keywords",
    "stages",
    "same_person_allowed",
    "late_reading_hours",
    "shows_changes",
)


@transaction.atomic
def save_section(section: Section, *, by: User) -> Section:
    """Add the section, or write what changed of it; printed addresses of a renamed one keep leading to it.

    Raises PermissionDenied, or ValidationError with sentences; nothing has changed then.
    """
    before = lock_row(section)
    permissions.require_everywhere(by, Duty.ARRANGE)
    if before:
        section.level = before.level  # `clean` derives it from the parent, and refuses what would move its children
    changed = write_row(section, before, SECTION_FIELDS, by=by)
    if before is None:
        baking.request(baking.of_section(section))
    elif changed:
        if "slug" in changed:
            old_paths.record_move(before.get_absolute_url(), section.get_absolute_url())
        baking.request_everything()  # its name stands in the navigation, and on the page of every article in it
    return section
