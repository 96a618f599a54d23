"""The page of errors found after each reading (差错统计), and the table of it."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import quality_counts
from ..duty_assignments import permissions
from ..duty_assignments.permissions import SETTLING_DUTIES
from ..models import Section
from ..models.calendar_days import days_spelled
from .acting_user import acting_user
from .form_fields import NUMBER


def quality_count_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of this module's views, for the desk to register."""
    return [
        path("quality/", site.admin_view(quality_counts_view), name="quality_counts"),
        path("quality/export/", site.admin_view(export_view), name="quality_counts_export"),
    ]


@require_safe
def quality_counts_view(request: HttpRequest) -> HttpResponse:
    """Show the figures of the twelve months up to `month` (2026-05), of one `section`, and that month by section."""
    user = acting_user(request)
    if not quality_counts.may_see_quality_counts(user):
        raise PermissionDenied(_("Only people who read or publish may see errors after readings."))
    month = _chosen_month(request)
    sections = permissions.sections_with_duty(user, *SETTLING_DUTIES).order_by("position", "pk")
    key = request.GET.get("section", "")
    section: Section | None = sections.filter(pk=key).first() if NUMBER.fullmatch(key) else None
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Errors after readings"),
        "month": month,
        "section": section,
        "sections": sections,
        "by_month": quality_counts.figures_by_month(user, month, section),
        "by_section": quality_counts.figures_by_section(user, month),
        "beyond": quality_counts.texts_beyond(user, month),
        "earlier": quality_counts.months_before(month, quality_counts.MONTHS_SHOWN),
    }
    return TemplateResponse(request, "admin/quality_counts.html", context)


@require_safe
def export_view(request: HttpRequest) -> HttpResponse:
    """Return the figures of the twelve months up to `month`, by month and section, as a table."""
    month = _chosen_month(request)
    table = quality_counts.export_quality_counts(month, by=acting_user(request))
    name = f"errors-{month:%Y-%m}.csv"
    return HttpResponse(table, "text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chosen_month(request: HttpRequest) -> date:
    """Return the first day of the requested month, or of the current one."""
    asked = days_spelled(request.GET.get("month", ""))
    return (asked[0] if asked else timezone.localdate()).replace(day=1)
