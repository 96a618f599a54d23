"""Sources (来源): adding and changing them."""

from django.contrib.auth.models import User
from django.db import transaction

from . import baking, search
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Source
from .saved_rows import lock_row, write_row

SOURCE_FIELDS = ("name", "standing", "url")


@transaction.atomic
def save_source(source: Source, *, by: User) -> Source:
    """Add the source or save its changed fields. Raises PermissionDenied or ValidationError."""
    before = lock_row(source)
    permissions.require_duty_everywhere(by, Duty.ARRANGE)
    changed = write_row(source, before, SOURCE_FIELDS, by=by)
    renamed = before is not None and "name" in changed
    if renamed or (changed and search.newest_numbers(search.SearchQuery(source=source.name), 1)):
        baking.request_full_bake()  # articles from this source link to its page
    return source
