"""The desk speaks each editor's language; readers' pages always speak the site's, so that any cache may hold them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class DeskLanguageMiddleware(LocaleMiddleware):
    """Django's choice of language (cookie, then the browser's wish), for the desk's addresses alone."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith("/admin/"):
            super().process_request(request)
        else:
            # Said each time: the thread may have answered an editor in another language a moment ago.
            translation.activate(settings.LANGUAGE_CODE)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            return super().process_response(request, response)
        return response
