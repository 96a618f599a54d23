"""Tables of rules at the desk: taking one in, giving all out, taking over the rules that come with Newsroom."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import check_rules
from ..models import CheckRule
from ..refusals import Problem
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


def import_view(screen: NewsroomAdmin[CheckRule], request: HttpRequest) -> HttpResponse:
    """GET: the form. POST a `table`, or `shipped`: save its rules, or show for each refused line why."""
    if not screen.has_change_permission(request):
        raise PermissionDenied(_("Rules are written by those who have that duty."))
    problems: list[Problem] = []
    table = request.FILES.get("table")
    if request.method == "POST" and (table or "shipped" in request.POST):
        user = acting_user(request)
        try:
            done = (
                check_rules.import_check_rules(table.read(), by=user)
                if table
                else check_rules.take_over_shipped_rules(by=user)
            )
        except check_rules.UnusableTable as refusal:
            problems = refusal.problems
        else:
            sentence = _("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % done._asdict()
            screen.message_user(request, sentence, messages.SUCCESS)
            return redirect("admin:articles_checkrule_changelist")
    context = {
        **screen.admin_site.each_context(request),
        "title": _("Import rules"),
        "opts": screen.opts,
        "problems": problems,
    }
    return TemplateResponse(request, "admin/articles/checkrule/import.html", context)


def export_view(screen: NewsroomAdmin[CheckRule], request: HttpRequest) -> HttpResponse:
    """Return all rules as a table; recorded in the audit."""
    table = check_rules.export_check_rules(by=acting_user(request))
    disposition = 'attachment; filename="rules.csv"'
    return HttpResponse(table, content_type="text/csv", headers={"Content-Disposition": disposition})
