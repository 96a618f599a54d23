"""A session without its required second factor is anonymous at the desk, no matter how the password was checked."""

from collections.abc import Callable

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import second_factor
from .desk_address import is_to_desk

# Keys of the session: whether the factor is owed, when it was proven last, and where the log-in leads.
OWED, PROVEN_AT, NEXT = "factor_owed", "factor_proven_at", "factor_next"


class FactorOwedMiddleware:
    """Make a session that owes its second factor a stranger's at the desk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_to_desk(request) and request.session.get(OWED):
            request.user = AnonymousUser()
        return self.get_response(request)


def owe_factor(sender: object, request: HttpRequest, user: User, **_facts: object) -> None:
    """After every log-in, of whatever kind: the session owes the second factor, if the account has or needs one."""
    request.session.pop(PROVEN_AT, None)
    if second_factor.must_prove(user):
        request.session[OWED] = True
    else:
        request.session.pop(OWED, None)


def owing_user(request: HttpRequest) -> User | None:
    """Return the account whose password was checked, and whose second factor was not yet; or None."""
    user = auth.get_user(request) if request.session.get(OWED) else None
    return user if isinstance(user, User) and user.is_active and user.is_staff else None
