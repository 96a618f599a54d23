"""NUL characters in requests: PostgreSQL neither stores nor compares them, and they cannot be typed."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.views.defaults import page_not_found

API = "/api/"  # which refuses it with a sentence


class NulCharacterMiddleware:
    """Answer 404 to a path with a NUL character, and take it out of parameters of pages.

    What forms send: `take_nul_out_of_form`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            return page_not_found(request, Http404())
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path_info.startswith(API):
            request.GET = QueryDict(_without_nul(request.GET))
        return self.get_response(request)


def take_nul_out_of_form(request: HttpRequest) -> None:
    """Take NUL characters out of what a form sent. For views that any form reaches, after its token was checked."""
    if request.method == "POST" and any("\0" in text for _name, texts in request.POST.lists() for text in texts):
        request.POST = QueryDict(_without_nul(request.POST))


def _without_nul(values: QueryDict) -> str:
    clean = QueryDict(mutable=True)
    for name, texts in values.lists():
        clean.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in texts])
    return clean.urlencode()
