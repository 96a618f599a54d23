"""The screen of sources, and the table of those that may be reprinted."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import source_list, sources
from ..models import Article, Source
from ..refusals import Problem
from .acting_user import acting_user
from .merging import MergeableAdmin


@admin.register(Source)
class SourceAdmin(MergeableAdmin[Source]):
    save_act = staticmethod(sources.save_source)
    merge_act = staticmethod(sources.merge_source)
    used_by = (Article, "source")
    list_display = ["name", "standing", "category", "list_edition", "valid_from", "valid_until", "url"]
    list_filter = ["standing", "list_edition"]
    search_fields = ["name", "short_name"]
    change_list_template = "admin/articles/source/change_list.html"
    fieldsets = [
        (None, {"fields": ["name", "short_name", "category", "url"]}),
        (
            gettext_lazy("List of sources that may be reprinted"),
            {"fields": ["standing", "list_edition", "valid_from", "valid_until"]},
        ),
    ]

    def get_urls(self) -> list[URLPattern]:
        addresses = [
            path("import/", self.admin_site.admin_view(self.import_view), name="articles_source_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name="articles_source_export"),
        ]
        return [*addresses, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET: the form. POST a `table`: save its sources, or show for each refused line why."""
        if not self.has_change_permission(request):
            raise PermissionDenied(_("The list of sources is kept by those who arrange the site."))
        problems: list[Problem] = []
        if table := request.FILES.get("table"):
            try:
                done = source_list.import_source_list(table.read(), by=acting_user(request))
            except source_list.UnusableTable as refusal:
                problems = refusal.problems
            else:
                sentence = _("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict()
                self.message_user(request, sentence, messages.SUCCESS)
                return redirect("admin:articles_source_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a list of sources"),
            "opts": self.opts,
            "problems": problems,
        }
        return TemplateResponse(request, "admin/articles/source/import.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return all sources as a table; recorded in the audit."""
        table = source_list.export_source_list(by=acting_user(request))
        disposition = 'attachment; filename="sources.csv"'
        return HttpResponse(table, content_type="text/csv", headers={"Content-Disposition": disposition})
