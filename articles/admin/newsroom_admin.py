"""What every screen of the desk shares: duties instead of Django's model permissions, and the audit instead of its log."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.contrib.admin.options import IS_POPUP_VAR, InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext as _django  # sentences that Django has translated

from ..assignments import permissions
from ..models import Assignment, AuditEntry
from ..sanitising.text import visible_text

# Duties of the newsroom's work. Whoever only opens accounts, assigns duties or reads the audit sees no content.
CONTENT = [duty for duty in permissions.Duty if duty not in Assignment.SITE_WIDE]


# A key of ours as it comes in an address or a form; what is longer fits no database.
NUMBER = re.compile(r"[0-9]{1,18}")
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class VisibleText:
    """Mixed into text fields: what cannot be seen is left out before anything looks at the text."""

    def to_python(self, value: object) -> object:
        text = super().to_python(value)  # type: ignore[misc]
        return (
            "".join(visible_text(line) + end for line, end in _normalised_lines(text)).strip()
            if isinstance(text, str)
            else text
        )


class VisibleCharField(VisibleText, forms.CharField):
    """A text field for text one can see."""


class VisibleSlugField(VisibleText, forms.SlugField):
    """The same for the names in addresses."""


# The form fields of text; what derives from these models' fields (addresses, e-mail) has form fields of its own.
TEXT_FIELDS = {
    models.CharField: VisibleCharField,
    models.TextField: VisibleCharField,
    models.SlugField: VisibleSlugField,
}


class NumberedChoice(AutocompleteSelect):
    """A choice that is searched for; one that is no number is no choice: the query for its label would fail on it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        value = super().value_from_datadict(data, files, name)
        return value if isinstance(value, str) and NUMBER.fullmatch(value) else ""


def _normalised_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        yield bare, line[len(bare) :]


class CleanTextMixin:
    """What every form of the desk takes: text one can see, choices that can be, times that a calendar has."""

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if type(db_field) in TEXT_FIELDS:
            kwargs.setdefault("form_class", TEXT_FIELDS[type(db_field)])
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, forms.DateTimeField | forms.SplitDateTimeField):
            field.validators.append(MinValueValidator(EARLIEST))
        return field

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:  # type: ignore[attr-defined]
            kwargs.setdefault("widget", NumberedChoice(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class NewsroomAdmin(CleanTextMixin, admin.ModelAdmin):
    """A screen for the noun of one model. `duty` is what adding and changing asks for, `everywhere` whether in all
    sections; viewing asks for any duty about content. Nothing is deleted unless a screen says so.
    """

    duty: str = permissions.Duty.ARRANGE
    everywhere = True
    list_per_page = 50
    # Counting a whole table to say "50 of 1,000,000" costs more than the page itself.
    show_full_result_count = False
    actions = None

    # The verb that adds or changes a row, as save_act(row, by=user); it refuses, records itself and requests the bakes.
    save_act: Callable[..., object]

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool) -> None:
        self.save_act(obj, by=request.user)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's; what the act refuses although the form passed, since the row changed meanwhile, is said."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                self.message_user(request, sentence, messages.ERROR)
            return redirect(request.get_full_path())

    def render_form(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        obj: models.Model | None = None,
        inlines: Sequence[tuple[forms.BaseInlineFormSet, InlineModelAdmin]] = (),
        **context: object,
    ) -> HttpResponse:
        """The page of Django's add and change views, for a view with a form of its own; `inlines` are formsets."""
        fieldsets = list(self.get_fieldsets(request, obj))
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        readonly = self.get_readonly_fields(request, obj) if may_change else flatten_fieldsets(fieldsets)
        admin_form = AdminForm(form, fieldsets, {}, readonly, model_admin=self)
        formsets = [formset for formset, _inline in inlines]
        shown = self.get_inline_formsets(request, formsets, [inline for _formset, inline in inlines], obj)
        page = {
            **self.admin_site.each_context(request),
            "title": self.title_of_form(obj, may_change=may_change),
            "subtitle": str(obj) if obj else None,
            "adminform": admin_form,
            "object_id": str(obj.pk) if obj else None,
            "original": obj,
            "is_popup": IS_POPUP_VAR in request.POST or IS_POPUP_VAR in request.GET,
            "media": sum((formset.media for formset in shown), self.media + admin_form.media),
            "inline_admin_formsets": shown,
            "errors": AdminErrorList(form, formsets),
            "preserved_filters": self.get_preserved_filters(request),
            **context,
        }
        return self.render_change_form(request, page, add=obj is None, change=obj is not None, obj=obj)

    def title_of_form(self, obj: models.Model | None, *, may_change: bool) -> str:
        """What is done on the page of a form, in Django's words."""
        if obj is None:
            return _django("Add %s") % self.opts.verbose_name
        return (_django("Change %s") if may_change else _django("View %s")) % self.opts.verbose_name

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
        return any(permissions.has_duty_anywhere(request.user, duty) for duty in CONTENT)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        ask = permissions.has_duty_everywhere if self.everywhere else permissions.has_duty_anywhere
        return ask(request.user, self.duty)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The act has recorded it in the audit, which is the desk's log."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The act has recorded them."""

    def say_it_is_gone(self, request: HttpRequest, key: str) -> HttpResponse:
        """Leads to the desk's first page, which says that there is no row with this key, and that it may be deleted."""
        return self._get_obj_does_not_exist_redirect(request, self.opts, key)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened to this object, from the audit; the newest hundred acts."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self.say_it_is_gone(request, object_id)
        entries = AuditEntry.objects.filter(object_type=self.opts.model_name, object_id=str(obj.pk))[:100]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": obj},
            "entries": entries,
            "object": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/history.html", context)
