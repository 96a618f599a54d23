"""Form fields of all forms of the desk: visible text, numeric keys, the browser's days and times, choices by typing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from .day_inputs import DayInput, SecondInput
from .text_fields import TEXT_FIELDS, name_no_choice

# A primary key in an address or a form. Longer numbers do not fit into the database's integers.
NUMBER = re.compile(r"[0-9]{1,18}")
LIBRARY_CSS = ["desk/picture_library.css"]
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class NumberedChoice(AutocompleteSelect):
    """An autocomplete choice that treats anything but a number as empty; the query for its label would fail on it.

    Its script makes Enter take what was typed, or nothing (static/desk/autocomplete.js). A picture can also be chosen
    from the library's grid (static/desk/picture_library.js).
    """

    @property
    def media(self) -> forms.Media:
        # In this order: the scripts need Django's jQuery.
        ours = ["admin/js/jquery.init.js", "desk/autocomplete.js"]
        if not self._is_of_pictures():
            return super().media + forms.Media(js=ours)
        return super().media + forms.Media(js=[*ours, "desk/picture_library.js"], css={"all": LIBRARY_CSS})

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs)
        if self._is_of_pictures():
            attrs |= {
                "data-library": reverse("admin:articles_picture_choose"),
                "data-button": _("From the library"),
                "data-close": _("Close"),
                "data-failed": _("The library did not answer. Check the connection, close this and try again."),
            }
        return attrs

    def _is_of_pictures(self) -> bool:
        return self.field.remote_field.model._meta.label == "articles.Picture"

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile], name: str) -> str:
        value = super().value_from_datadict(data, files, name)
        return value if isinstance(value, str) and NUMBER.fullmatch(value) else ""


class CleanTextMixin(BaseModelAdmin):
    """Form fields of all forms of the desk: visible text, numeric keys, times from 1900 on in the browser's fields."""

    formfield_overrides = {
        models.DateField: {"widget": DayInput},
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": SecondInput,
        },
    }

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if type(db_field) in TEXT_FIELDS:
            kwargs.setdefault("form_class", TEXT_FIELDS[type(db_field)])
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.DateTimeField):
            field.validators.append(MinValueValidator(EARLIEST))
        if isinstance(field, forms.ModelChoiceField | forms.TypedChoiceField):
            name_no_choice(field)
        return field

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", NumberedChoice(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
