"""What follows every log-in, of any kind: starts the session, records it in the audit, registers the browser.

Nothing of it happens for a password alone where a second factor is owed: it waits for the factor (`second_factor.py`).
"""

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audit, login_locks, logins, second_factor, sign_on
from ..client_address import request_address
from .acting_user import acting_user
from .desk_sessions import PREVIOUS, begin_session, previous_login
from .factor_owed import NEXT, owing_user

KNOWN_BROWSER = "known_browser"  # the cookie of a browser that has logged in before


def login_attempt(request: HttpRequest, name: str) -> login_locks.LoginAttempt:
    """Return who tries to log in with this request, and from where."""
    return login_locks.LoginAttempt(
        name=name,
        address=request_address(request),
        browser=login_locks.known_browser(request.COOKIES.get(KNOWN_BROWSER, ""), name),
        user_agent=request.headers.get("user-agent", ""),
    )


def keep_previous_login(request: HttpRequest, previous: datetime | None) -> None:
    """Keep in the session when the account logged in before, which Django has overwritten by now."""
    request.session[PREVIOUS] = previous.timestamp() if previous else None


def welcome_user(request: HttpRequest) -> None:
    """Begin the session of the user, who has proven all required factors, and record the log-in."""
    user = acting_user(request)
    attempt = login_attempt(request, user.get_username())
    begin_session(request)
    way = sign_on.way_of_backend(request.session[BACKEND_SESSION_KEY])
    if way not in sign_on.offered_ways():  # those with a button count no passwords
        login_locks.end_attempt(attempt)
    logins.record_login(
        user,
        attempt,
        way=way,
        session_key=request.session.session_key or "",
        was_here_before=previous_login(request) is not None,
    )


def mark_browser_known(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser the cookie that shows that this user has logged in with it."""
    cookie = login_locks.remember_browser(
        request.COOKIES.get(KNOWN_BROWSER, ""), acting_user(request).get_username(), secrets.token_urlsafe(9)
    )
    response.set_cookie(
        KNOWN_BROWSER,
        cookie,
        max_age=login_locks.KNOWN_FOR,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def enter_desk(
    request: HttpRequest, response: HttpResponse, *, previous: datetime | None, next_address: str
) -> HttpResponse:
    """Complete any kind of log-in with this response; or redirect to the second step, if it is
    owed.

    `previous`: when the account logged in before, which Django has overwritten by now. `next_address`: where the second
    step leads.
    """
    keep_previous_login(request, previous)
    if owing_user(request):
        request.session[NEXT] = next_address
        return redirect("admin:second_factor")
    welcome_user(request)
    mark_browser_known(request, response)
    tell_of_reset(request, acting_user(request))
    return response


def tell_of_reset(request: HttpRequest, user: User) -> None:
    """Notify the user for some days after the log-in that two colleagues removed their second factor."""
    sentence = reset_sentence(user)
    if sentence:
        messages.warning(request, sentence)


def reset_sentence(user: User) -> str:
    """Who removed the user's second factor within the last days, and when; '' if nobody did."""
    reset = second_factor.last_reset_of(user)
    if reset is None or reset.confirmed_by is None or reset.confirmed_at is None:
        return ""
    return _("Your second factor was removed on %(at)s by %(one)s and %(other)s. If you did not ask, call them.") % {
        "at": f"{timezone.localtime(reset.confirmed_at):%Y-%m-%d %H:%M}",
        "one": audit.account_name(reset.opened_by),
        "other": audit.account_name(reset.confirmed_by),
    }
