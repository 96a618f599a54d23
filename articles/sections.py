"""Sections (栏目): adding and changing them."""

from django.contrib.auth.models import User
from django.db import transaction

from . import baking, old_paths
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Section
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
    """Add the section or save its changed fields; the old address of a renamed one redirects to it.

    Raises PermissionDenied or ValidationError.
    """
    before = lock_row(section)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    if before:
        # `clean` derives it from the parent, and refuses moves that would change its children.
        section.level = before.level
    changed = write_row(section, before, SECTION_FIELDS, by=by)
    if before is None:
        baking.request_bake(baking.section_pages(section))
    elif changed:
        if "slug" in changed:
            old_paths.record_move(before.get_absolute_url(), section.get_absolute_url())
        baking.request_full_bake()  # its name is in the navigation and on the pages of its articles
    return section
