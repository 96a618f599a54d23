"""The page on which an auditor exports the audit of some days as a file."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit_files
from ..audit_files import Format
from ..duty_assignments import permissions
from .acting_user import acting_user
from .review_sheets_and_evidence import DayField

CONTENT_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.LINES: "application/jsonl; charset=utf-8"}


class AuditDaysForm(forms.Form):
    start = DayField(label=gettext_lazy("First day"))
    end = DayField(label=gettext_lazy("Last day"))
    file_format = forms.ChoiceField(label=gettext_lazy("As"), choices=Format.choices, widget=forms.RadioSelect)


def audit_export_view(request: HttpRequest) -> HttpResponseBase:
    """Show the form, or send the file, which is written while it is sent."""
    user = acting_user(request)
    if not permissions.has_duty_everywhere(user, permissions.Duty.AUDIT):
        raise PermissionDenied(_("Only the auditor exports the audit."))
    today = timezone.localdate()
    first = {"start": today.replace(day=1), "end": today, "file_format": Format.CSV}
    form = AuditDaysForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        days: dict[str, Any] = form.cleaned_data
        try:
            chunks = audit_files.export_audit(days["start"], days["end"], Format(days["file_format"]), by=user)
        except audit_files.CannotExport as refusal:
            form.add_error("end", str(refusal))
        else:
            return _file_response(chunks, days)
    context = {**admin.site.each_context(request), "title": _("Export the audit"), "form": form}
    return TemplateResponse(request, "admin/audit_export.html", context)


def _file_response(chunks: Iterator[bytes], days: dict[str, Any]) -> HttpResponseBase:
    file_format = Format(days["file_format"])
    response = StreamingHttpResponse(chunks, content_type=CONTENT_TYPES[file_format])
    name = f"audit-{days['start']}-{days['end']}.{file_format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
