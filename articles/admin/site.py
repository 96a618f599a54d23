"""The desk's admin site: Django's, with a content security policy and the client's address for the audit."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from csp.constants import NONE, SELF
from csp.decorators import csp
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from .. import audit, logins
from ..client_address import request_address
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# Scripts are our own files: an injected <script> or handler (`onclick="…"`) does not run. CKEditor 4 and Django's
# widgets write style attributes. The page with the body editor adds to this: editor.py (docs/decisions/editor.md).
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
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
    """Refuses an address after too many failed log-ins, before it checks the password."""

    def clean(self) -> dict[str, Any]:
        try:
            logins.refuse_login_flood()
        except logins.TooManyLogins as refusal:
            raise forms.ValidationError(str(refusal), code="wait") from refusal
        return super().clean()


class NamedChoices(AutocompleteJsonView):
    """The rows found by typing, named by their screen."""

    model_admin: NewsroomAdmin

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": self.model_admin.label_of_choice(obj)}


class Desk(admin.AdminSite):
    login_form = LogInForm
    site_header = _("Newsroom")
    site_title = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the version, which is printed in the footer."""
        return {**super().each_context(request), "version": settings.VERSION}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the work lists and warnings of this user."""
        from .dashboard import dashboard_context  # noqa: PLC0415 (screens register with this site as they load)

        return super().index(request, {**(extra_context or {}), **dashboard_context(acting_user(request))})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in as Django does, and record the user, or the user name that was refused; never a password.

        The status is 429 after too many failed attempts (articles/logins.py); those are not recorded.
        """
        with audit.acting_from(request_address(request)):
            response = super().login(request, extra_context)
            if request.method != "POST":
                return response
            # Not request.user: a user who is logged in already may be refused under another name.
            if response.status_code == HTTPStatus.FOUND:
                logins.record_login(acting_user(request))
            elif _must_wait(response):
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            else:
                logins.record_refused_login(request.POST.get("username", ""))
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Log out as Django does, and record it."""
        if request.method == "POST" and request.user.is_authenticated:
            with audit.acting_from(request_address(request)):
                logins.record_logout(request.user)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Change the password as Django does, in one transaction with its audit entry."""
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
                logins.record_password_change(acting_user(request))
        return response

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the screens in the order of SCREENS, by how often they are used, not by name."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: SCREENS.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "articles")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, NamedChoices.as_view(admin_site=self)(request))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from . import (  # noqa: PLC0415 (screens register with this site as they load)
            home_and_topics,
            review_sheets_and_evidence,
        )
        from .media import desk_media_view  # noqa: PLC0415
        from .page_tags import page_tags_view  # noqa: PLC0415
        from .proposed_change import proposed_change_view  # noqa: PLC0415
        from .review import queue_view  # noqa: PLC0415

        return [
            *review_sheets_and_evidence.review_sheet_urls(self),
            *home_and_topics.arrangement_urls(self),
            path("language/", set_language, name="set_language"),
            path("media/<path:name>", self.admin_view(desk_media_view, cacheable=True), name="media"),
            path("proposed/<int:key>/", self.admin_view(proposed_change_view), name="proposed_change"),
            path("page-tags/", self.admin_view(page_tags_view), name="page_tags"),
            path("queue/", self.admin_view(queue_view), name="queue"),
            *super().get_urls(),
        ]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Add the content security policy and, for the audit, the client's address to every view of the desk."""
        guarded = csp(POLICY)(super().admin_view(view, cacheable))

        @wraps(guarded)
        def view_with_address(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with audit.acting_from(request_address(request)):
                return guarded(request, *args, **kwargs)

        return cast(View, view_with_address)


def _must_wait(response: HttpResponse) -> bool:
    """Return True if the log-in form was refused because of too many failed attempts."""
    if not isinstance(response, TemplateResponse) or not response.context_data:
        return False
    return bool(response.context_data["form"].has_error(NON_FIELD_ERRORS, "wait"))
