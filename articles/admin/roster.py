"""The screen of the roster of people and posts (人员职务表), and its tables."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from .. import csv_tables, roster
from ..duty_assignments.permissions import Duty
from ..models import RosterEntry
from ..refusals import Problem
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


@admin.register(RosterEntry)
class RosterEntryAdmin(NewsroomAdmin[RosterEntry]):
    duty = Duty.ROSTER
    save_act = staticmethod(roster.save_roster_entry)
    list_display = ["name", "unit", "post", "since", "until", "rank", "in_use"]
    list_filter = ["in_use"]
    search_fields = ["name", "unit", "post"]
    change_list_template = "admin/articles/rosterentry/change_list.html"
    fields = ["name", "unit", "post", "since", "until", "rank", "forbidden", "in_use"]

    def get_urls(self) -> list[URLPattern]:
        addresses = [
            path("import/", self.admin_site.admin_view(self.import_view), name="articles_rosterentry_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name="articles_rosterentry_export"),
        ]
        return [*addresses, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET: the form. POST a `table`: save its rows, or show for each refused line why."""
        if not self.has_change_permission(request):
            raise PermissionDenied(_("The roster is kept by those who have that duty."))
        problems: list[Problem] = []
        if table := request.FILES.get("table"):
            try:
                done = roster.import_roster(table.read(), by=acting_user(request))
            except csv_tables.UnusableTable as refusal:
                problems = refusal.problems
            else:
                sentence = _("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict()
                self.message_user(request, sentence)
                return redirect("admin:articles_rosterentry_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a table of the roster"),
            "opts": self.opts,
            "problems": problems,
        }
        return TemplateResponse(request, "admin/articles/rosterentry/import.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return all rows as a table; recorded in the audit."""
        table = roster.export_roster(by=acting_user(request))
        disposition = 'attachment; filename="roster.csv"'
        return HttpResponse(table, content_type="text/csv", headers={"Content-Disposition": disposition})
