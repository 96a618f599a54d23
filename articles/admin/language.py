"""The language of a request: the user's at the desk, the site's on readers' pages, so that they can be cached."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from .desk_address import is_to_desk


class DeskLanguageMiddleware(LocaleMiddleware):
    """Choose the language as Django does (cookie, then Accept-Language), but only for the desk's addresses."""

    def process_request(self, request: HttpRequest) -> None:
        if is_to_desk(request):
            super().process_request(request)
        else:
            # Activated for every request: the thread may have served a desk request in another language before.
            translation.activate(settings.LANGUAGE_CODE)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_to_desk(request):
            return super().process_response(request, response)
        return response
