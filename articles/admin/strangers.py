"""A stranger's upload is refused before it is read: Django would store it on the disk to look for its form's token."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from .desk_address import is_to_desk

# Anybody may send a form there; serving/request_bodies.py takes no large ones.
OPEN_PATHS = ("/admin/login/", "/admin/logout/", "/admin/reset/", "/admin/forgotten/")
LARGEST_OF_STRANGERS = 2**16  # bytes of a form; the log-in is far below


class StrangersUploadMiddleware:
    """Redirect users who are not logged in to the log-in instead of reading a file or a large form from them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: list[Any], _facts: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Decide before the middleware that compares the form's token, which is after this one in the settings."""
        path = request.path_info
        if request.method != "POST" or not is_to_desk(request) or path.startswith(OPEN_PATHS):
            return None
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if request.content_type != "multipart/form-data" and length <= LARGEST_OF_STRANGERS:
            return None
        if admin.site.has_permission(request):
            return None
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
