"""The desk's site: Django's admin with our name, our policy for scripts, and the address of whoever acts."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from .. import audit, logins
from ..client_address import request_address

# CKEditor 4 writes style attributes and one-line handlers (`onclick="…"`) into its toolbar. Scripts still come only
# from files of ours: an injected <script> does not run here either (docs/decisions/editor.md).
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "script-src-attr": ["'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
}


SCREENS = [
    "Article",
    "Picture",
    "Attachment",
    "Person",
    "Source",
    "Topic",
    "Report",
    "Section",
    "SiteSettings",
    "OldPath",
    "AuditEntry",
    "User",
    "Assignment",
    "BakeJob",
    "PageCheck",
]


class LogInForm(AdminAuthenticationForm):
    """Does not even look at a password from where too many were wrong a moment ago."""

    def clean(self) -> dict[str, Any]:
        try:
            logins.refuse_login_flood()
        except logins.TooManyLogins as refusal:
            raise forms.ValidationError(str(refusal), code="wait") from refusal
        return super().clean()


class Desk(admin.AdminSite):
    login_form = LogInForm
    site_header = _("Newsroom")
    site_title = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every screen's template is given; the version is printed at the foot."""
        return {**super().each_context(request), "version": settings.VERSION}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What waits for this person, what is due, and what went wrong."""
        from .dashboard import what_waits  # noqa: PLC0415 (screens register with this site as they load)

        return super().index(request, {**(extra_context or {}), **what_waits(request.user)})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """As Django does it, and recorded: who came in, or under which name somebody tried to; never a password.

        429 for whoever has to wait (articles/logins.py), which is not recorded again and again.
        """
        with audit.acting_from(request_address(request)):
            response = super().login(request, extra_context)
            if request.method != "POST":
                return response
            # By the answer, not by the user: somebody who is in already may be refused under another name.
            if response.status_code == HTTPStatus.FOUND:
                logins.record_login(request.user)
            elif response.context_data["form"].has_error(NON_FIELD_ERRORS, "wait"):
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            else:
                logins.record_refused_login(request.POST.get("username", ""))
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and request.user.is_authenticated:
            with audit.acting_from(request_address(request)):
                logins.record_logout(request.user)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """As Django does it, with its audit entry or not at all."""
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
                logins.record_password_change(request.user)
        return response

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The screens in the order of a day's work, not of the alphabet."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: SCREENS.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "articles")

    def get_urls(self) -> list[Any]:
        from . import arrangement, sheets  # noqa: PLC0415 (screens register with this site as they load)
        from .review import queue_view  # noqa: PLC0415

        return [
            *sheets.review_sheet_urls(self),
            *arrangement.arrangement_urls(self),
            path("language/", set_language, name="set_language"),
            path("queue/", self.admin_view(queue_view), name="queue"),
            *super().get_urls(),
        ]

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        guarded = csp(POLICY)(super().admin_view(view, cacheable))

        @wraps(guarded)
        def from_somewhere(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with audit.acting_from(request_address(request)):
                return guarded(request, *args, **kwargs)

        return from_somewhere
