"""The account on whose behalf a request to the desk acts."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def acting_user(request: HttpRequest) -> User:
    """Return the logged-in account. Raises PermissionDenied for an anonymous request.

    Every address of the desk asks for a log-in first (`Desk.admin_view`), so the exception is a second line of defence.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
