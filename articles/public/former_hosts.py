"""Answers for the hosts that the site had before (FORMER_HOSTS), whose addresses are printed on paper."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.http.request import split_domain_port, validate_host

from .caching import SAFE_METHODS
from .old_paths import requested_address

MOVED = "本站网址已改为 {site}/ ，请到新网址重新提交。\nThis site has moved to {site}/ — please submit it there.\n"


class FormerHostMiddleware:
    """Redirect a request for a former host to the same address under SITE_URL. The first middleware; no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = split_domain_port(request.META.get("HTTP_HOST", ""))[0]
        if not validate_host(host, settings.FORMER_HOSTS):
            return self.get_response(request)
        if request.method in SAFE_METHODS:
            # After the host there is always exactly one slash, so nothing in the request can name another host.
            address = requested_address(request).lstrip("/")
            response: HttpResponse = HttpResponsePermanentRedirect(f"{settings.SITE_URL}/{address}")
        else:
            # The request may contain personal data, so it is not passed on to the host that the name leads to today.
            response = HttpResponseNotAllowed(
                SAFE_METHODS, MOVED.format(site=settings.SITE_URL), content_type="text/plain; charset=utf-8"
            )
        response["Cache-Control"] = "no-cache"  # a host may become today's again
        return response
