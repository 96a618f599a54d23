"""Access to the desk: only from addresses that are open to the account; refusals are recorded."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from .. import address_limits, audit
from ..client_address import request_address
from .desk_address import is_to_desk

# Logging out is open from everywhere.
ALWAYS_OPEN = ("/admin/logout/",)


class DeskAccessMiddleware:
    """Refuse a session from an address that is not open to its account, and record refusals for lack of a duty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: list[Any], _facts: dict[str, Any]
    ) -> HttpResponse | None:
        if not is_to_desk(request) or request.path_info in ALWAYS_OPEN:
            return None
        if not isinstance(request.user, User):
            return None
        with audit.acting_from(request_address(request)):
            try:
                address_limits.refuse_address(request.user)
            except address_limits.FromElsewhere as refusal:
                record_refused_page(request, request.user, str(refusal))
                words = {"heading": _("Not from here"), "exception": str(refusal)}
                return render(request, "403.html", words, status=403)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if not isinstance(exception, PermissionDenied) or not is_to_desk(request):
            return
        if isinstance(request.user, User):
            with audit.acting_from(request_address(request)):
                record_refused_page(request, request.user, str(exception))


def record_refused_page(request: HttpRequest, user: User, reason: str) -> None:
    """Record that this page was refused; for views that answer a refusal themselves, too."""
    audit.record_refusal(user, page=request.path_info, method=request.method or "", reason=reason)
