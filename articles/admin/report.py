"""The screen of readers' reports of mistakes: list them, answer one, or close it without an answer."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import reporting
from ..duty_assignments import permissions
from ..models import Report
from ..models.calendar_days import spell_instant
from ..refusals import Refusal
from .acting_user import acting_user
from .baking import ReadOnlyAdmin
from .form_fields import NUMBER
from .instant_column import instant_column


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin[Report]):
    nothing = gettext_lazy("No reader has reported a mistake yet.")
    list_display = ["text", "article", "state", "due", instant_column(Report, "received_at")]
    list_display_links = ("text",)
    list_select_related = ["article"]
    list_filter = ["state", "received_at"]
    search_fields = ["text", "quote"]
    ordering = ["-state", "due_at"]
    change_form_template = "admin/articles/report/change_form.html"
    fields = [
        "text",
        "quote",
        "article",
        "edition",
        "hidden_contact",
        "received_at",
        "due_at",
        "state",
        "answer",
        "closed_by",
        "closed_at",
    ]

    def get_urls(self) -> list[URLPattern]:
        contact = path("contact/", self.admin_site.admin_view(self.contact), name="articles_report_contact")
        return [contact, *self.act_urls("close", self.close)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Return the reports the user may answer. For a single report: all, so that the refusal can say why."""
        if request.resolver_match and "object_id" in request.resolver_match.kwargs:
            return super().get_queryset(request)
        return reporting.reports_answerable_by(acting_user(request)).order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        user = acting_user(request)
        if obj:
            return reporting.may_answer_report(user, obj)
        return permissions.has_duty_anywhere(user, *reporting.ANSWERING)

    @admin.display(description=gettext_lazy("answer due at"), ordering="due_at")
    def due(self, report: Report) -> SafeString:
        """Its label is for narrow windows, in which columns have no headings."""
        at = spell_instant(report.due_at)
        late = report.state == Report.State.OPEN and report.due_at < timezone.now()
        shown = format_html('<strong class="late">{}</strong>', _("%(at)s, late") % {"at": at}) if late else at
        return format_html('<span class="label">{}</span> {}', _("answer due at"), shown)

    @admin.display(description=gettext_lazy("how to reach the reader"))
    def hidden_contact(self, report: Report) -> str:
        return reporting.contact_hint(report)

    def contact(self, request: HttpRequest) -> HttpResponse:
        """Show the contact of a report's reader once; the audit records who has seen it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        report = self._report_of_button(request)
        try:
            contact = reporting.open_contact(report, by=acting_user(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:articles_report_change", report.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("How to reach the reader"),
            "opts": self.opts,
            "report": report,
            "contact": contact,
        }
        response = TemplateResponse(request, "admin/articles/report/contact.html", context)
        response["Cache-Control"] = "private, no-store"
        return response

    def _report_of_button(self, request: HttpRequest) -> Report:
        """Return the report that the button is about. Raises PermissionDenied for users who may not answer reports,
        Http404.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = request.POST.get("report", "")
        return get_object_or_404(Report, pk=key if NUMBER.fullmatch(key) else 0)

    def close(self, request: HttpRequest) -> HttpResponse:
        """Answer a report, or close it without an answer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        report = self._report_of_button(request)
        words = request.POST.get("answer", "")
        user = acting_user(request)
        try:
            if request.POST.get("act") == "dismiss":
                reporting.dismiss_report(report, by=user, reason=words)
            else:
                reporting.answer_report(report, by=user, text=words)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:articles_report_change", report.pk)
        messages.success(request, _("The report is closed."))
        return redirect("admin:articles_report_changelist")
