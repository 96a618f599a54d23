"""Sessions: their limits, asked at every request to the desk, and the page on which people end their own."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audit, desk_sessions, logins, passwords
from ..client_address import request_address
from .acting_user import acting_user
from .desk_address import is_to_desk

# When the password has to be changed, in seconds since 1970 or None, and for which session that was looked up.
DUE = "password_due"
PREVIOUS = "previous_login"  # the key of the instant of the log-in before this one
# Addresses that may be opened with a password that has to be changed.
ALWAYS_OPEN = ("login", "logout", "password_change", "password_change_done", "set_language")


class DeskSessionMiddleware:
    """End a session that has lasted too long, and lead to the page for a new password when the old one is over.

    The automatic presence request of an open form every ten seconds does not count as use of the session.

    Applies to every method and address of the desk: a form sent with an expired password changes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_to_desk(request) or SESSION_KEY not in request.session:
            return self.get_response(request)
        with audit.acting_from(request_address(request)):
            browser = logins.cleaned_browser(request.headers.get("user-agent", ""))
            is_used = request.path_info != reverse("admin:articles_article_ping")
            if not desk_sessions.keep_session(request.session, browser=browser, is_used=is_used):
                logout(request)
            elif self.must_change_password(request):
                return redirect("admin:password_change")
        return self.get_response(request)

    def must_change_password(self, request: HttpRequest) -> bool:
        """Return True if only a new password may be set; looks that up once in a session."""
        if request.path_info in [reverse(f"admin:{name}") for name in ALWAYS_OPEN]:
            return False
        if not isinstance(request.user, User):  # the second factor is owed: first things first
            return False
        if DUE not in request.session:
            due = passwords.password_due_at(request.user)
            request.session[DUE] = due.timestamp() if due else None
        due_at = request.session.get(DUE)
        return due_at is not None and due_at <= timezone.now().timestamp()


def begin_session(request: HttpRequest) -> None:
    """Begin the session of a user who has just logged in, also if Django has kept an older one's data."""
    for key in (desk_sessions.STARTED, desk_sessions.SEEN, DUE):
        request.session.pop(key, None)
    desk_sessions.keep_session(request.session, browser=logins.cleaned_browser(request.headers.get("user-agent", "")))


def forget_password_due(request: HttpRequest) -> None:
    """Look up again when the password is due: it was changed."""
    request.session.pop(DUE, None)


def previous_login(request: HttpRequest) -> datetime | None:
    """Return when the account logged in before this session, if it did."""
    return desk_sessions.instant_in(request.session, PREVIOUS) if request.session.get(PREVIOUS) else None


def password_due(request: HttpRequest) -> datetime | None:
    """Return when the password has to be changed, if that is soon."""
    due_at = desk_sessions.instant_in(request.session, DUE) if request.session.get(DUE) else None
    return due_at if due_at and due_at - timezone.now() < passwords.REMINDED else None


def sessions_view(request: HttpRequest) -> HttpResponse:
    """List the user's open sessions; POST ends one of them, or all but this one."""
    user, own = acting_user(request), request.session.session_key or ""
    if request.method == "POST":
        handle = request.POST.get("session", "")
        if handle == "others":
            desk_sessions.end_other_sessions(user, but=own)
        else:
            desk_sessions.end_session(handle, by=user)
        if handle == desk_sessions.session_handle(own):
            logout(request)
            return redirect("admin:login")
        messages.success(request, _("Ended. Its user has to log in again."))
        return redirect("admin:sessions")
    rows = [
        {"session": session, "handle": desk_sessions.session_handle(session.session_key), "own": session.pk == own}
        for session in desk_sessions.sessions_of(user)[: desk_sessions.MOST_LISTED]
    ]
    title = _("My sessions")
    return TemplateResponse(
        request, "admin/desk_sessions.html", {**admin.site.each_context(request), "title": title, "rows": rows}
    )
