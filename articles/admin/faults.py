"""Answers while database, disk or the log's key fail: 503 with a page that needs none, for desk and readers alike."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext_lazy
from django.views import defaults

from .. import baking, faults
from ..faults import Fault
from .desk_address import is_to_desk
from .uploads import is_upload, upload_refusal

# Seconds that a request waits for a locked SQLite database. Readers wait shortly, because the threads that wait for
# the database are those that send pages.
READERS_PATIENCE, DESK_PATIENCE = 1.0, 5.0

SENTENCES = {
    Fault.DATABASE: gettext_lazy("The database did not answer in time. Please try again in a moment."),
    Fault.DISK: gettext_lazy(
        "The disk of the server is full. Please tell the server’s administrator; as soon as there is space again, "
        "everything continues."
    ),
    Fault.LOG_KEY: gettext_lazy(
        "The key that signs the public log cannot be reached. Please tell the server’s administrator. Publishing "
        "continues in the meantime."
    ),
}


class DatabasePatienceMiddleware:
    """Limit how long a request waits for a locked database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_desk = is_to_desk(request)
        with faults.database_patience(DESK_PATIENCE if is_desk else READERS_PATIENCE):
            return self.get_response(request)


def server_error_view(request: HttpRequest) -> HttpResponse:
    """Answer an exception (`handler500` in newsroom/urls.py): 503 if it is a fault that passes, otherwise 500."""
    fault = faults.fault_of(sys.exception())
    return _unavailable_response(request, fault) if fault else defaults.server_error(request)


def bad_request_view(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a bad request (`handler400`). Django counts a session that could not be stored among them: that is 503.

    The session is stored after the act, which may have been done.
    """
    fault = faults.fault_of(exception)
    if fault:
        return _unavailable_response(request, fault, may_be_done=request.method == "POST")
    return defaults.bad_request(request, exception)


def _unavailable_response(request: HttpRequest, fault: Fault, *, may_be_done: bool = False) -> HttpResponse:
    """Return 503: for readers the baked page, for a sent form a page that keeps the input.

    The body editor gets its own format.
    """
    if is_upload(request):
        return upload_refusal(str(SENTENCES[fault]), 503)
    page = None
    if request.method != "POST" and not is_to_desk(request):
        page = baking.served_page(baking.BACK_SOON)
    if page is None:
        context = {
            "sentence": SENTENCES[fault],
            "may_be_done": may_be_done,
            "fields": [] if may_be_done else typed_fields(request),
            "address": request.get_full_path(),
            "language": get_language(),
            "sent": request.method == "POST",
            # Readers have no cookie to compare it with, and are given none.
            "csrf_token": get_token(request) if is_to_desk(request) else "",
        }
        # Without the request, whose context processors read the database.
        page = render_to_string("unavailable.html", context).encode()
    response = HttpResponse(page, status=503)
    add_never_cache_headers(response)
    response["Retry-After"] = str(faults.RETRY_AFTER)
    return response


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return names and values of the fields of a form, without its token and files; none of a form with a password."""
    try:
        fields = dict(request.POST.lists())
    except OSError:  # the disk was full before the form had arrived
        return []
    fields.pop("csrfmiddlewaretoken", None)
    if any("password" in name for name in fields):
        return []
    return [(name, value) for name, values in fields.items() for value in values]
