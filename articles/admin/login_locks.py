"""The page of log-in locks: the security administrator unlocks a name or an address."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import login_locks
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from .acting_user import acting_user

MOST_SHOWN = 200


def locks_view(request: HttpRequest) -> HttpResponse:
    """List what is locked; POST unlocks one."""
    user = acting_user(request)
    permissions.require_duty_everywhere(user, Duty.GRANT)
    if request.method == "POST":
        if login_locks.unlock(request.POST.get("lock", ""), by=user):
            messages.success(request, _("Unlocked."))
        else:
            messages.info(request, _("This was not locked any more."))
        return redirect("admin:login_locks")
    rows = login_locks.locked_now()[:MOST_SHOWN]
    context = {**admin.site.each_context(request), "title": _("Log-in locks"), "rows": rows}
    return TemplateResponse(request, "admin/login_locks.html", context)
