"""Screens whose rows can be imported and exported as a table (CSV): all rows of a table are imported, or none."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from ..csv_tables import ImportedRows, UnusableTable
from ..refusals import Problem, Sentence
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin, Row


class RowTableMixin(NewsroomAdmin[Row]):
    """Adds the pages that import and export. The form is `import.html` in the templates of the model."""

    import_act: Callable[..., ImportedRows]  # called as import_act(data, by=user)
    export_act: Callable[..., bytes]  # called as export_act(by=user)
    import_title: Sentence
    not_theirs: Sentence  # for those who may not import
    exported_name: str  # of the file

    def get_urls(self) -> list[URLPattern]:
        views = (("import", self.import_view), ("export", self.export_view))
        addresses = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"articles_{self.opts.model_name}_{name}")
            for name, view in views
        ]
        return [*addresses, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET: the form. POST a `table`: save its rows, or show for each refused line why."""
        if not self.has_change_permission(request):
            raise PermissionDenied(self.not_theirs)
        problems: list[Problem] = []
        if act := self.posted_import(request):
            try:
                done = act(by=acting_user(request))
            except UnusableTable as refusal:
                problems = refusal.problems
            else:
                sentence = _("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict()
                self.message_user(request, sentence, messages.SUCCESS)
                return redirect(f"admin:articles_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": self.import_title,
            "opts": self.opts,
            "problems": problems,
        }
        return TemplateResponse(request, f"admin/articles/{self.opts.model_name}/import.html", context)

    def posted_import(self, request: HttpRequest) -> Callable[..., ImportedRows] | None:
        """Return the result of the requested act, called with `by`; None without one."""
        table = request.FILES.get("table")
        return partial(self.import_act, table.read()) if table else None

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return all rows as a table; recorded in the audit."""
        table = self.export_act(by=acting_user(request))
        disposition = f'attachment; filename="{self.exported_name}"'
        return HttpResponse(table, content_type="text/csv", headers={"Content-Disposition": disposition})
