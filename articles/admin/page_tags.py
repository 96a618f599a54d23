"""The self-check of page tags (标签自检) at the desk."""

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import page_tags
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from .acting_user import acting_user


def may_check_tags(user: User) -> bool:
    """Return True for those who can put right what the tags say."""
    return permissions.has_duty_anywhere(user, Duty.ARRANGE, Duty.PUBLISH)


@require_safe
def page_tags_view(request: HttpRequest) -> HttpResponse:
    """Show the newest pages of every kind, their tags and faults, for those who can correct them."""
    if not may_check_tags(acting_user(request)):
        raise PermissionDenied(_("Page tags are checked by those who publish or arrange."))
    pages = page_tags.check_page_tags()
    context = {
        **admin.site.each_context(request),
        "title": _("Self-check of page tags"),
        "pages": sorted(pages, key=lambda page: not page.problems),
        "wrong": sum(bool(page.problems) for page in pages),
    }
    return TemplateResponse(request, "admin/page_tags.html", context)
