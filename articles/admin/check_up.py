"""The screen of check-ups of the archive (历史稿件体检): begin one, see it go on, print its result."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import check_ups
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES, Duty
from ..models import CheckUp, Section
from ..models.calendar_days import spell_instant
from ..refusals import join_sentences
from .acting_user import acting_user
from .baking import ReadOnlyAdmin
from .check_up_findings import findings_view


class BeginForm(forms.Form):
    section = forms.ModelChoiceField(
        Section.objects.all(), label=gettext_lazy("section"), required=False, empty_label=gettext_lazy("All sections")
    )
    year = forms.IntegerField(label=gettext_lazy("year"), min_value=1900, max_value=9998, required=False)


@admin.register(CheckUp)
class CheckUpAdmin(ReadOnlyAdmin[CheckUp]):
    list_display = ["begun", "section", "year", "progress", "by"]
    list_display_links = ("begun",)
    list_select_related = ["section", "by"]
    change_list_template = "admin/articles/checkup/change_list.html"
    change_form_template = "admin/articles/checkup/change_form.html"
    fields = readonly_fields = (
        *("begun", "section", "year", "progress", "ended_at", "by", "program", "rules_of", "digest"),
    )

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "begin/": (self.begin_view, "begin"),
            "findings/": (findings_view, "findings"),
            "<int:key>/move/": (self.move_view, "move"),
            "<int:key>/result.json": (self.result_view, "result"),
        }
        addresses = [
            path(route, self.admin_site.admin_view(view), name=f"articles_checkup_{name}")
            for route, (view, name) in views.items()
        ]
        return [*addresses, *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: CheckUp | None = None) -> bool:
        return permissions.has_duty_anywhere(acting_user(request), *SETTLING_DUTIES)

    @admin.display(description=gettext_lazy("begun at"), ordering="begun_at")
    def begun(self, check_up: CheckUp) -> str:
        return spell_instant(check_up.begun_at)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, check_up: CheckUp) -> str:
        facts = {"read": check_up.read, "texts": "?" if check_up.texts is None else check_up.texts}
        if check_up.is_done:
            return _("finished: %(read)d texts") % facts
        sentence = _("stopped: %(read)d of %(texts)s") if check_up.is_stopped else _("reading: %(read)d of %(texts)s")
        return sentence % facts

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        facts = {"may_begin": _may_begin(request), "form": BeginForm()}
        return super().changelist_view(request, {**(extra_context or {}), **facts})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the counts, and whether the user may stop it."""
        check_up: CheckUp = context["original"]
        facts = {
            "by_rule": check_ups.counts_by_rule(check_up),
            "by_section": check_ups.counts_by_section_and_year(check_up),
            "may_begin": _may_begin(request),
            "rules": check_up.only.order_by("name"),
        }
        return super().render_change_form(request, {**context, **facts}, *args, **kwargs)

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """POST `section` and `year`, each of which may be empty: begin a check-up."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = BeginForm(request.POST)
        if not form.is_valid():
            for sentences in form.errors.values():
                messages.error(request, join_sentences(sentences))
            return redirect("admin:articles_checkup_changelist")
        check_up = check_ups.begin_check_up(by=acting_user(request), **form.cleaned_data)
        return redirect("admin:articles_checkup_change", check_up.pk)

    def move_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """POST `act`: stop or resume."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        check_up = get_object_or_404(CheckUp, pk=key)
        act = check_ups.stop_check_up if request.POST.get("act") == "stop" else check_ups.resume_check_up
        act(check_up, by=acting_user(request))
        return redirect("admin:articles_checkup_change", key)

    def result_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """The result as the file whose SHA-256 the audit has."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        check_up = get_object_or_404(CheckUp, pk=key, is_done=True)
        content = check_ups.result_as_json(check_ups.check_up_result(check_up))
        return HttpResponse(
            content,
            "application/json",
            headers={"Content-Disposition": f'attachment; filename="check-up-{key}.json"'},
        )


def _may_begin(request: HttpRequest) -> bool:
    return permissions.has_duty_everywhere(acting_user(request), Duty.RULES)
