"""Drafts as readers would see them, at the desk: for those logged in who may read them.

The readers' side renders these pages but knows no session (law 9), and doors do not import one another:
newsroom/urls.py passes its functions to the views here.
"""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..duty_assignments import permissions, reading
from ..models import Article, Revision
from .acting_user import acting_user
from .watermark import watermark_draft

View = TypeVar("View", bound=Callable[..., HttpResponse])


def _at_the_desk(view: View) -> View:
    """Ask for the log-in. The page keeps the policy of readers' pages, whose scripts and films it has."""
    return never_cache(staff_member_required(require_safe(view), login_url="admin:login"))


def revision_text_view(draft_page: Callable[[HttpRequest, Revision], HttpResponse]) -> Callable[..., HttpResponse]:
    """Return the view of a revision's text, in the language of the site."""

    def view(request: HttpRequest, number: int, revision: int) -> HttpResponse:
        article = get_object_or_404(Article.objects.kept().select_related("section__parent"), pk=number)
        reading.require_reading(acting_user(request), article)
        row = get_object_or_404(Revision.objects.select_related("created_by"), article=article, number=revision)
        row.article = article
        with translation.override(settings.LANGUAGE_CODE):
            return watermark_draft(request, draft_page(request, row))

    return _at_the_desk(view)


def arrangement_view(arrangement_page: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """Return the view of a home page or topic that is not saved yet, for those who may arrange it."""

    def view(request: HttpRequest, token: str) -> HttpResponse:
        permissions.require_duty_everywhere(acting_user(request), permissions.Duty.ARRANGE)
        with translation.override(settings.LANGUAGE_CODE):
            return watermark_draft(request, arrangement_page(request, token))

    return _at_the_desk(view)
