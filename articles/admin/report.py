"""Readers' reports of mistakes: what is open, and the two ways to close one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import reporting
from ..assignments import permissions
from ..models import Report
from ..refusals import Refusal
from .baking import ReadOnlyAdmin
from .newsroom_admin import NUMBER


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["text", "article", "state", "due", "received_at"]
    list_display_links = ["text"]
    list_select_related = ["article"]
    list_filter = ["state", "received_at"]
    search_fields = ["text", "quote"]
    ordering = ["-state", "due_at"]
    change_form_template = "admin/articles/report/change_form.html"
    fields = [
        "article",
        "edition",
        "text",
        "quote",
        "contact",
        "received_at",
        "due_at",
        "state",
        "answer",
        "closed_by",
        "closed_at",
    ]

    def get_urls(self) -> list[Any]:
        return self.act_urls("close", self.close)

    def get_queryset(self, request: HttpRequest) -> Any:
        """The list holds those of the sections in which the user answers; one by itself is refused in words."""
        one = request.resolver_match and "object_id" in request.resolver_match.kwargs
        return (
            super().get_queryset(request)
            if one
            else reporting.reports_answerable_by(request.user).order_by(*self.ordering)
        )

    def has_view_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        if obj:
            return reporting.may_answer_report(request.user, obj)
        return any(permissions.has_duty_anywhere(request.user, duty) for duty in reporting.ANSWERING)

    @admin.display(description=gettext_lazy("answer due at"), ordering="due_at")
    def due(self, report: Report) -> SafeString | str:
        at = timezone.localtime(report.due_at).strftime("%m-%d %H:%M")
        late = report.state == Report.State.OPEN and report.due_at < timezone.now()
        return format_html('<strong class="late">{}</strong>', _("%(at)s, late") % {"at": at}) if late else at

    def close(self, request: HttpRequest) -> HttpResponse:
        """Answer a report, or close it without an answer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = request.POST.get("report", "")
        report = get_object_or_404(Report, pk=key if NUMBER.fullmatch(key) else 0)
        words = request.POST.get("answer", "")
        try:
            if request.POST.get("act") == "dismiss":
                reporting.dismiss_report(report, by=request.user, reason=words)
            else:
                reporting.answer_report(report, by=request.user, text=words)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:articles_report_change", report.pk)
        messages.success(request, _("The report is closed."))
        return redirect("admin:articles_report_changelist")
