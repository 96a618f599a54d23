"""Base class of the desk's screens: duties instead of Django's model permissions, the audit instead of its log."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext as _django  # for msgids from Django's own catalogue

from ..duty_assignments import permissions
from ..models import AuditEntry
from ..refusals import Refusal
from .acting_user import acting_user
from .error_targets import list_error_targets
from .form_fields import CleanTextMixin

Row = TypeVar("Row", bound=models.Model)


class NewsroomAdmin(CleanTextMixin, admin.ModelAdmin, Generic[Row]):
    """A screen for one model.

    Adding and changing rows requires `duty`, in all sections if `everywhere`, else in at least one. Viewing requires
    any duty that concerns content. Rows cannot be deleted unless a subclass allows it.
    """

    duty: str = permissions.Duty.ARRANGE
    everywhere = True
    purpose: str | Promise = ""  # a sentence above the list if its name does not explain its purpose
    nothing: str | Promise = ""  # the text of an empty list
    list_per_page = 50
    # Counting a whole table to say "50 of 1,000,000" costs more than the page itself.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Sequence[str] | None = None

    # The verb that adds or changes a row, called as save_act(row, by=user). It checks permissions, writes the audit
    # entry and requests the bakes.
    save_act: Callable[..., object]

    @property
    def media(self) -> forms.Media:
        """Django's scripts without xregexp, two fifths of the bytes: it serves non-Latin slugs, which we do not use."""
        scripts = super().media._js  # type: ignore[attr-defined]
        return forms.Media(js=[script for script in scripts if "xregexp" not in script])

    def save_model(self, request: HttpRequest, obj: Row, form: forms.ModelForm, change: bool) -> None:
        self.save_act(obj, by=acting_user(request))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Django's view. What `save_act` refuses after the form was valid is shown on it, with everything typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            return self._show_refusal(request, object_id, refusal.messages)
        except Refusal as refusal:
            return self._show_refusal(request, object_id, [str(refusal)])

    def _show_refusal(self, request: HttpRequest, object_id: str | None, sentences: list[str]) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if self.get_inlines(request, row):  # their formsets are built by Django's view alone
            for sentence in sentences:
                self.message_user(request, sentence, messages.ERROR)
            return redirect(request.get_full_path())
        form = self.get_form(request, row, change=row is not None)(request.POST, request.FILES, instance=row)
        for sentence in sentences:
            form.add_error(None, sentence)
        return self.render_form(request, form, row)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's view. If the act refuses, its sentences are shown above the list."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def render_form(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        obj: Row | None = None,
        inlines: Sequence[tuple[forms.BaseInlineFormSet, InlineModelAdmin]] = (),
        **context: object,
    ) -> HttpResponse:
        """Render Django's add or change page with this form; `inlines` are formsets with their options."""
        formsets, options = [formset for formset, _inline in inlines], [inline for _formset, inline in inlines]
        shown = self.get_inline_formsets(request, formsets, options, obj)
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        admin_form = self._build_admin_form(request, form, obj, may_change=may_change)
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Django's page, above whose form each error leads to its place."""
        formsets = [shown.formset for shown in context["inline_admin_formsets"]]
        targets = list_error_targets(context["adminform"].form, formsets)
        context["error_targets"] = targets
        context["is_marked"] = any(place.is_marked for place in targets)
        context["asks_for_tick"] = any(place.tick for place in targets)
        return super().render_change_form(request, context, *args, **kwargs)

    def _build_admin_form(
        self, request: HttpRequest, form: forms.ModelForm, obj: Row | None, *, may_change: bool
    ) -> AdminForm:
        """Return the form in its fieldsets, read-only if the user may only view the row."""
        fieldsets: list[Any] = list(self.get_fieldsets(request, obj))
        readonly = self.get_readonly_fields(request, obj) if may_change else flatten_fieldsets(fieldsets)
        return AdminForm(form, fieldsets, {}, readonly, model_admin=self)

    def title_of_form(self, obj: Row | None, *, may_change: bool) -> str:
        """Return the title of a form's page, in Django's words."""
        if obj is None:
            return _django("Add %s") % self.opts.verbose_name
        return (_django("Change %s") if may_change else _django("View %s")) % self.opts.verbose_name

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Django's view. A date filter in the address that overflows the calendar redirects to the unfiltered list."""
        try:
            return super().changelist_view(request, *args, **kwargs)
        except OverflowError:
            return redirect(request.path)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse filters by fields that the list does not offer: their results would reveal what is not shown."""
        name = lookup.partition("__")[0]
        with suppress(FieldDoesNotExist):
            if self.opts.get_field(name) and name not in self.list_filter:
                return False
        return super().lookup_allowed(lookup, value, request)

    def label_of_choice(self, row: Row) -> str:
        """Return the name of a row where one is chosen by typing."""
        return str(row)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return nothing: parameters in the address do not fill in the form."""
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return False for anonymous users, too: the log-in page asks this for every screen."""
        return request.user.is_authenticated and self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        user = acting_user(request)
        return permissions.has_duty_anywhere(user, *permissions.EDITORIAL_DUTIES)

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        has_duty = permissions.has_duty_everywhere if self.everywhere else permissions.has_duty_anywhere
        return has_duty(acting_user(request), self.duty)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Row, message: object) -> LogEntry:
        """Save nothing: the verb has written the audit entry. Django ignores the result."""
        return LogEntry()

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet[Row]) -> list[LogEntry]:
        """Save nothing: the verb has written the audit entries."""
        return []

    def redirect_missing(self, request: HttpRequest, key: str) -> HttpResponse:
        """Redirect to the desk's index with Django's message that no row has this key; it may have been deleted."""
        sentence = _django("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?")
        facts = {"name": self.opts.verbose_name, "key": unquote(key)}
        self.message_user(request, sentence % facts, messages.WARNING)
        return redirect("admin:index")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the newest 100 audit entries about this object."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self.redirect_missing(request, object_id)
        entries = AuditEntry.objects.filter(object_type=self.opts.model_name, object_id=str(obj.pk))[:100]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": obj},
            "entries": entries,
            "object": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/audit_history.html", context)
