"""A form whose token is not today's, because its user has logged in again since: nothing is done, nothing is lost."""

from http import HTTPStatus

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import audit
from .acting_user import acting_user
from .faults import typed_fields
from .uploads import is_upload, upload_refusal

# Characters of a field that is printed on the page, too, so that it can be copied.
LONG = 20


def stale_form_view(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that the middleware refused (CSRF_FAILURE_VIEW in the settings): 403 and a sentence.

    For a logged-in user who sent it from one of our pages, the page keeps the input in a form with a token of
    today, which only a button sends. A form from another site's page gets neither: its words are not the user's.
    """
    own = admin.site.has_permission(request) and _is_from_our_page(request)
    if is_upload(request):
        sentence = _("You have logged in again since this page was opened. Save the text, then upload again.")
        return upload_refusal(sentence, HTTPStatus.FORBIDDEN)
    fields = typed_fields(request) if own else []
    context = {
        "own": own,
        "name": audit.name_with_account(acting_user(request)) if own else "",
        "fields": fields,
        "long_texts": [value for _name, value in fields if len(value) > LONG],
        "address": request.get_full_path() if own else "/",
        "language": get_language(),
        "csrf_token": get_token(request) if fields else "",
    }
    response = HttpResponse(render_to_string("stale_form.html", context), status=HTTPStatus.FORBIDDEN)
    add_never_cache_headers(response)
    return response


def _is_from_our_page(request: HttpRequest) -> bool:
    """Return True if the browser says that a page of this address sent the form; False if it says nothing."""
    ours = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    return origin == ours if origin else request.headers.get("Referer", "").startswith(f"{ours}/")
