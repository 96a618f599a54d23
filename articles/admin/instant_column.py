"""A column of instants in a list of Django's, spelled as all lists of the desk spell them."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.db.models import Field, Model

from ..models.calendar_days import spell_instant


def instant_column(model: type[Model], name: str) -> Callable[[Model], str]:
    """Return a column for `list_display` that shows this field of the model, with its name, and sorts by it."""
    field = cast("Field[Any, Any]", model._meta.get_field(name))

    @admin.display(description=field.verbose_name, ordering=name)
    def column(row: Model) -> str:
        at = getattr(row, name)
        return spell_instant(at) if at else "–"

    column.__name__ = name  # the class of its cells
    return column
