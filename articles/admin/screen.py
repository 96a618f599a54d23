"""What every screen of the desk shares: duties instead of Django's model permissions, and the audit instead of its log."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import audit, permissions
from ..models import Assignment, AuditEntry
from ..sanitising.text import visible

# Duties of the newsroom's work. Whoever only opens accounts, assigns duties or reads the audit sees no content.
CONTENT = [duty for duty in permissions.Duty if duty not in Assignment.SITE_WIDE]


# A key of ours as it comes in an address or a form; what is longer fits no database.
NUMBER = re.compile(r"[0-9]{1,18}")
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class Visible:
    """Mixed into text fields: what cannot be seen is left out before anything looks at the text."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)  # type: ignore[misc]
        return "".join(visible(line) + end for line, end in _lines(text)).strip() if isinstance(text, str) else text


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        yield bare, line[len(bare) :]


class Careful:
    """What every form of the desk takes: text one can see, times that a calendar has."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if type(field) in (forms.CharField, forms.SlugField):
            field.__class__ = type("Visible", (Visible, type(field)), {})
        if isinstance(field, forms.DateTimeField | forms.SplitDateTimeField):
            field.validators.append(MinValueValidator(EARLIEST))
        return field


class Screen(Careful, admin.ModelAdmin):
    """A screen for the noun of one model. `duty` is what adding and changing asks for, `everywhere` whether in all
    sections; viewing asks for any duty about content. Nothing is deleted unless a screen says so.
    """

    duty: str = permissions.Duty.ARRANGE
    everywhere = True
    list_per_page = 50
    # Counting a whole table to say "50 of 1,000,000" costs more than the page itself.
    show_full_result_count = False
    actions = None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's, but a choice that is no number is no choice: its own widget would fail on it."""
        fields = {*self.autocomplete_fields, *(f for inline in self.inlines for f in inline.autocomplete_fields)}
        for method in ("GET", "POST"):
            data = getattr(request, method)
            bad = [k for k in data if k.rpartition("-")[2] in fields and data[k] and not NUMBER.fullmatch(data[k])]
            if bad:
                data = data.copy()
                for key in bad:
                    data[key] = ""
                setattr(request, method, data)
        return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's; a day before all calendars in the address leads to the whole list."""
        try:
            return super().changelist_view(request, *args, **kwargs)
        except OverflowError:
            return redirect(request.path)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Forms begin empty: nothing typed into an address fills them in."""
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return any(permissions.may_anywhere(request.user, duty) for duty in CONTENT)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        ask = permissions.may_everywhere if self.everywhere else permissions.may_anywhere
        return ask(request.user, self.duty)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self.record(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self.record(request, obj, "changed", message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self.record(request, obj, "deleted")

    def record(self, request: HttpRequest, obj: models.Model, what: str, message: Any = ()) -> None:
        audit.record(f"{obj._meta.model_name}.{what}", obj, by=request.user, name=str(obj), fields=fields_of(message))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened to this object, from the audit; the newest hundred acts."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        entries = AuditEntry.objects.filter(object_type=self.opts.model_name, object_id=str(obj.pk))[:100]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": obj},
            "entries": entries,
            "object": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/history.html", context)


def fields_of(message: Any) -> list[str]:
    """The names of the fields that Django's message about a change tells of, and of rows added or taken away."""
    parts = [(what, facts) for part in message for what, facts in part.items()]
    return [name for what, facts in parts for name in (facts.get("fields") or [facts.get("name", what)])]
