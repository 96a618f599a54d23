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
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.i18n import set_language

from .. import address_limits, audit, login_locks, logins, mailing, passwords, second_factor
from ..client_address import request_address
from ..models import SiteSettings
from .acting_user import acting_user
from .desk_sessions import forget_password_due, password_due, previous_login, sessions_view
from .factor_owed import owing_user
from .login_locks import locks_view
from .newsroom_admin import NewsroomAdmin
from .nul_characters import take_nul_out_of_form
from .password_resets import forgotten_view, reset_view, resets_view
from .passwords import OwnPasswordForm, count_wrong_password, recovery_view
from .sign_on import sign_on_buttons, sign_on_urls
from .watermark import watermark_of
from .welcoming import enter_desk, login_attempt

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

PREVIOUS_LOGIN = "_previous_login"  # where a request keeps the time of the log-in before this one


class LogInForm(AdminAuthenticationForm):
    """Counts the attempt, and refuses it while the name or the address is locked, before it checks the password."""

    locked: login_locks.LoginLocked | None = None
    locks_now = False

    def clean(self) -> dict[str, Any]:
        try:
            self.locks_now = login_locks.begin_attempt(_form_attempt(cast(HttpRequest, self.request)))
        except login_locks.LoginLocked as refusal:
            self.locked = refusal
            raise forms.ValidationError(str(refusal), code="locked") from refusal
        cleaned = super().clean()
        user = self.get_user()
        if user:
            setattr(self.request, PREVIOUS_LOGIN, user.last_login)  # which logging in overwrites
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse an account to which the desk is not open from this address, too."""
        super().confirm_login_allowed(user)
        try:
            address_limits.refuse_address(user)
        except address_limits.FromElsewhere as refusal:
            raise forms.ValidationError(str(refusal), code="address") from refusal


class NamedChoices(AutocompleteJsonView):
    """The rows found by typing, named by their screen."""

    model_admin: NewsroomAdmin

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": self.model_admin.label_of_choice(obj)}


class Desk(admin.AdminSite):
    login_form = LogInForm
    site_title = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the newsroom's name, the rail, the help of this page, the version for the footer, and the watermark."""
        from .help import help_address  # noqa: PLC0415 (screens register with this site as they load)
        from .rail import rail_entries  # noqa: PLC0415

        context = super().each_context(request)
        if context["has_permission"]:
            context["rail"] = rail_entries(acting_user(request), context["available_apps"], request.path)
            context["help_address"] = help_address(request)
        return {
            **context,
            "site_header": SiteSettings.current().name,
            "version": settings.VERSION,
            "watermark": watermark_of(request),
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the work lists and warnings of this user."""
        from .dashboard import dashboard_context  # noqa: PLC0415 (screens register with this site as they load)

        context = dashboard_context(acting_user(request), previous_login=previous_login(request))
        context["title"] = pgettext("at the desk", "Today")
        context["password_due"] = password_due(request)
        return super().index(request, {**(extra_context or {}), **context})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in as Django does, and record the user, or the user name that was refused; never a password.

        With a second factor, its page follows, and records the log-in. The status is 429 while the name or the address
        is locked (articles/login_locks.py).
        """
        if request.method == "GET" and owing_user(request):
            return redirect("admin:second_factor")
        facts = {
            "demo_accounts": passwords.demo_accounts(),
            "demo_password": passwords.DEMO_PASSWORD,
            "sign_on_buttons": sign_on_buttons(),
        }
        with audit.acting_from(request_address(request)):
            response = super().login(request, {**facts, **(extra_context or {})})
            if request.method != "POST":
                return response
            # Not request.user: a user who is logged in already may be refused under another name.
            if response.status_code == HTTPStatus.FOUND:
                address = request.POST.get("next") or request.GET.get("next") or ""
                return enter_desk(request, response, previous=getattr(request, PREVIOUS_LOGIN), next_address=address)
            if isinstance(response, TemplateResponse) and response.context_data:
                self._refuse(request, response, response.context_data["form"])
        return response

    def _refuse(self, request: HttpRequest, response: TemplateResponse, form: LogInForm) -> None:
        attempt = _form_attempt(request)
        logins.record_refused_login(attempt, locked=form.locked)
        if form.locks_now:
            logins.record_lock(attempt)
        if form.locked:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Log out as Django does, and record it."""
        if request.method == "POST" and request.user.is_authenticated:
            with audit.acting_from(request_address(request)):
                logins.record_logout(request.user)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Change the password as Django does, in one transaction with its audit entry; all other sessions end."""
        facts = {"due": password_due(request), "by_mail": mailing.mail_is_set_up(), "now": timezone.now()}
        change = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **facts, **(extra_context or {})},
        )
        with transaction.atomic():
            response = cast(TemplateResponse, change(request))
        if request.method == "POST":
            if response.status_code == HTTPStatus.FOUND:
                forget_password_due(request)
            elif count_wrong_password(request, (response.context_data or {})["form"]):
                return cast(TemplateResponse, redirect("admin:login"))
        return response

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Redirect Django's page of one app to the first page of the desk, which has the lists."""
        return cast(TemplateResponse, redirect("admin:index"))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, NamedChoices.as_view(admin_site=self)(request))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from . import (  # noqa: PLC0415 (screens register with this site as they load)
            home_and_topics,
            review_sheets_and_evidence,
        )
        from . import second_factor as steps  # noqa: PLC0415
        from .audit_export import audit_export_view  # noqa: PLC0415
        from .change_sets import change_set_urls  # noqa: PLC0415
        from .colleagues import colleague_urls  # noqa: PLC0415
        from .factor_resets import lost_factors_view  # noqa: PLC0415
        from .help import help_urls  # noqa: PLC0415
        from .media import desk_media_view  # noqa: PLC0415
        from .my_articles import my_articles_view  # noqa: PLC0415
        from .page_tags import page_tags_view  # noqa: PLC0415
        from .proposed_change import proposed_change_view  # noqa: PLC0415
        from .quality_counts import quality_count_urls  # noqa: PLC0415
        from .review import queue_view  # noqa: PLC0415

        return [
            *review_sheets_and_evidence.review_sheet_urls(self),
            *home_and_topics.arrangement_urls(self),
            *change_set_urls(self),
            *colleague_urls(self),
            *help_urls(self),
            *quality_count_urls(self),
            *sign_on_urls(),
            path("articles/auditentry/export/", self.admin_view(audit_export_view), name="audit_export"),
            path("language/", set_language, name="set_language"),
            path("media/<path:name>", self.admin_view(desk_media_view, cacheable=True), name="media"),
            path("proposed/<int:key>/", self.admin_view(proposed_change_view), name="proposed_change"),
            path("page-tags/", self.admin_view(page_tags_view), name="page_tags"),
            path("mine/", self.admin_view(my_articles_view), name="my_articles"),
            path("queue/", self.admin_view(queue_view), name="queue"),
            path("sessions/", self.admin_view(sessions_view), name="sessions"),
            path("recovery/", self.admin_view(recovery_view), name="password_recovery"),
            path("resets/", self.admin_view(resets_view), name="password_resets"),
            path("locks/", self.admin_view(locks_view), name="login_locks"),
            path("reset/<str:token>/", self.open_view(reset_view), name="password_reset"),
            path("forgotten/", self.open_view(forgotten_view), name="password_forgotten"),
            path("second-factor/", self.open_view(steps.prove_view), name="second_factor"),
            path("second-factor/own/", self.open_view(steps.own_factors_view), name="own_factors"),
            path("second-factor/challenge/", self.open_view(steps.challenge_view), name="factor_challenge"),
            path("second-factor/lost/", self.admin_view(lost_factors_view), name="lost_factors"),
            *super().get_urls(),
        ]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Add to every view of the desk its policy, and to its acts what they know of the session."""
        return self._view_of_session(super().admin_view(view, cacheable))

    def open_view(self, view: View) -> View:
        """Like `admin_view`, for people who are not logged in yet: the view itself decides who may open it."""
        return self._view_of_session(cast(View, never_cache(sensitive_post_parameters()(view))))

    def _view_of_session(self, view: View) -> View:
        """Add the content security policy; for the audit, the client's address; for acts, the proof of the factor.

        An act that needs a newer proof is answered with the page that asks for it.
        """
        from . import second_factor as steps  # noqa: PLC0415

        @csp(POLICY)
        @wraps(view)
        def view_with_session(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            take_nul_out_of_form(request)
            with audit.acting_from(request_address(request)), steps.proving(request):
                try:
                    return view(request, *args, **kwargs)
                except second_factor.ProofNeeded as needed:
                    return steps.proof_page(request, needed)

        return cast(View, view_with_session)


def _form_attempt(request: HttpRequest) -> login_locks.LoginAttempt:
    """Return who tries to log in with the form that was sent."""
    return login_attempt(request, request.POST.get("username", ""))
