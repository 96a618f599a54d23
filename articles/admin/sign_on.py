"""Buttons of the log-in page for the organisation's own log-in, and its callback addresses."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import address_limits, audit, login_locks, logins, sign_on
from ..client_address import request_address
from ..refusals import Refusal
from .welcoming import enter_desk, login_attempt

BEGIN = {"oidc": sign_on.begin_oidc, "wecom": sign_on.begin_wecom}
FINISH = {"oidc": sign_on.finish_oidc, "wecom": sign_on.finish_wecom}
BACKENDS = {way: backend for backend, way in sign_on.WAYS.items()}
BUTTONS = {"oidc": _("Log in with the account of the house"), "wecom": _("Log in with 企业微信")}
AFTERWARDS = "sign_on_next"  # the session key of the page that required the log-in


def sign_on_urls() -> list[URLPattern]:
    """Return the addresses of this module's views; they are called before the log-in."""
    return [
        path("sign-on/<slug:way>/", begin_view, name="sign_on"),
        path("sign-on/<slug:way>/back/", finish_view, name="sign_on_back"),
    ]


def sign_on_buttons() -> list[tuple[str, object]]:
    """Return the way and the text of every button on the log-in page."""
    return [(way, BUTTONS[way]) for way in sign_on.offered_ways()]


@never_cache
@require_safe
def begin_view(request: HttpRequest, way: str) -> HttpResponse:
    """Send the browser to the service that confirms who this is."""
    _require_offered(way)
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, request.get_host(), require_https=request.is_secure())
    request.session[AFTERWARDS] = target if is_ours else ""
    try:
        return BEGIN[way](request, request.build_absolute_uri(reverse("admin:sign_on_back", args=[way])))
    except Refusal as refusal:
        return _back_to_login(request, refusal)


@never_cache
@require_safe
def finish_view(request: HttpRequest, way: str) -> HttpResponse:
    """Log in whom the service confirms, if there is such an account, and record it; otherwise say why not."""
    _require_offered(way)
    attempt = login_attempt(request, "")
    with audit.acting_from(request_address(request)):
        try:
            locks_now = login_locks.begin_attempt(attempt)
        except login_locks.LoginLocked as refusal:
            logins.record_refused_login(attempt, locked=refusal, way=way)
            return _back_to_login(request, refusal)
        try:
            attempt = replace(attempt, name=FINISH[way](request))
            user = sign_on.find_account(attempt.name)
            address_limits.refuse_address(user)
        except Refusal as refusal:
            logins.record_refused_login(attempt, way=way)
            if locks_now:
                logins.record_lock(attempt)
            return _back_to_login(request, refusal)
        login_locks.end_attempt(replace(attempt, name=""))
        return _log_in(request, user, way)


def _log_in(request: HttpRequest, user: User, way: str) -> HttpResponse:
    afterwards, previous = request.session.pop(AFTERWARDS, ""), user.last_login
    backend = BACKENDS[way]
    login(request, user, backend=f"{backend.__module__}.{backend.__qualname__}")
    return enter_desk(request, redirect(afterwards or "admin:index"), previous=previous, next_address=afterwards)


def _require_offered(way: str) -> None:
    if way not in sign_on.offered_ways():
        raise Http404


def _back_to_login(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("admin:login")
