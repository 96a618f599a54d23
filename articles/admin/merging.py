"""Doubles of people and of sources: the list of likely ones, and the page that merges two."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import merging
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..refusals import Refusal
from .acting_user import acting_user
from .form_fields import NUMBER, NumberedChoice
from .newsroom_admin import NewsroomAdmin, Row

GROUPS_PER_PAGE = 25


class MergeableAdmin(NewsroomAdmin[Row]):
    """A screen of rows that may have been entered twice. Doubles that were merged are read-only, and not in the list.

    `used_by` is the model whose field `used_as` chooses a row: it offers the choice by typing.
    """

    merge_act: Callable[..., object]  # called as merge_act(double, into, by=user)
    used_by: tuple[Any, str]
    change_list_template = "admin/mergeable_list.html"
    change_form_template = "admin/mergeable_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Return Django's addresses, and those of the list of doubles and of the page that merges one."""
        views = (("doubles/", self.doubles_view, "doubles"), ("<path:object_id>/merge/", self.merge_view, "merge"))
        name = f"articles_{self.opts.model_name}"
        own = [path(address, self.admin_site.admin_view(view), name=f"{name}_{what}") for address, view, what in views]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Return all rows; in the list, and where one is chosen by typing, those that were not merged."""
        rows = super().get_queryset(request)
        where = request.resolver_match.url_name if request.resolver_match else ""
        chosen = where in ("autocomplete", f"articles_{self.opts.model_name}_changelist")
        return rows.filter(merged_into=None) if chosen else rows

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        merged = obj is not None and cast(Any, obj).merged_into_id is not None
        return not merged and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> list[str]:
        """Add, for a double that was merged, the row it was merged into."""
        return ["merged_into"] if obj is not None and cast(Any, obj).merged_into_id else []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add whether the button that leads to merging is shown."""
        obj = context.get("original")
        shown = obj is not None and obj.merged_into_id is None and may_merge(request)
        return super().render_change_form(request, {**context, "may_merge": shown}, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "may_merge": may_merge(request)})

    def doubles_view(self, request: HttpRequest) -> HttpResponse:
        """List rows with names alike, a page of groups at a time; `after` is the last key of the page before."""
        require_merging(request)
        after = request.GET.get("after", "")[:80]
        groups, last = merging.likely_doubles(self.model.objects.all(), after=after, most=GROUPS_PER_PAGE)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Likely doubles"),
            "opts": self.opts,
            "groups": groups,
            "next": last,
        }
        return TemplateResponse(request, "admin/merging_doubles.html", context)

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask which other row this one is merged into, and merge it; a refusal is shown on the form."""
        require_merging(request)
        double = self.get_object(request, object_id)
        if double is None:
            return self.redirect_missing(request, object_id)
        form = self._merge_form(request)
        if request.method == "POST" and form.is_valid():
            into = form.cleaned_data["into"]
            try:
                self.merge_act(double, into, by=acting_user(request))
            except Refusal as refusal:
                form.add_error("into", str(refusal))
            else:
                sentence = _("“%(double)s” was merged into “%(into)s”.") % {"double": double, "into": into}
                self.message_user(request, sentence, messages.SUCCESS)
                return redirect(f"admin:articles_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge “%(name)s” into another one") % {"name": double},
            "opts": self.opts,
            "double": double,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/merging.html", context)

    def _merge_form(self, request: HttpRequest) -> forms.Form:
        """Return the form; `into` in the address fills it in, as the list of doubles does."""
        model, name = self.used_by
        into = forms.ModelChoiceField(
            self.model.objects.filter(merged_into=None),
            label=gettext_lazy("Merge into"),
            widget=NumberedChoice(model._meta.get_field(name), self.admin_site),
        )
        kind = type("MergeForm", (forms.Form,), {"into": into})
        asked = request.GET.get("into", "")
        initial = {"into": asked} if NUMBER.fullmatch(asked) else {}
        return kind(request.POST or None, initial=initial)


def may_merge(request: HttpRequest) -> bool:
    """Return True if the user may merge doubles, as the acts require."""
    return permissions.has_duty_everywhere(acting_user(request), Duty.ARRANGE)


def require_merging(request: HttpRequest) -> None:
    """Raise PermissionDenied unless the user may merge doubles."""
    if not may_merge(request):
        raise PermissionDenied(_("Doubles are merged by those who arrange sections, people and sources."))
