"""Signatures for WeChat's script (JS-SDK), with which a page sets how WeChat shows it when it is shared. Optional.

Only addresses of our own are signed; a failure only means that the page is shared without it (docs/operations.md).
"""

import hashlib
import json
import logging
import secrets
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...outside_json import parse_outside_json

log = logging.getLogger(__name__)

API = "https://api.weixin.qq.com"
TIMEOUT = 3.0  # seconds; the reader's page does not wait for it, but a thread of the server does
TICKET = "wechat.jsapi_ticket"
# Seconds: a ticket is dropped a little before it expires; after a failure there is no request for a while.
EARLY, PAUSE = 300, 60
LONGEST = 1000  # characters of an address


@never_cache
@require_safe
def wechat_signature_view(request: HttpRequest) -> HttpResponse:
    """The signature of a page's address (`url`).

    404 for an address that is not ours and if the option is off, 204 if WeChat gives no ticket.
    """
    url = request.GET.get("url", "").partition("#")[0]
    if not settings.WECHAT_APP_ID or not _is_site_url(url):
        raise Http404
    ticket = _jsapi_ticket()
    if not ticket:
        return HttpResponse(status=204)
    facts = {"noncestr": secrets.token_hex(8), "timestamp": int(timezone.now().timestamp())}
    signed = f"jsapi_ticket={ticket}&noncestr={facts['noncestr']}&timestamp={facts['timestamp']}&url={url}"
    return JsonResponse(
        {
            "appId": settings.WECHAT_APP_ID,
            "nonceStr": facts["noncestr"],
            "timestamp": facts["timestamp"],
            "signature": hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest(),  # as WeChat requires
        }
    )


def _is_site_url(url: str) -> bool:
    site, asked = urlsplit(settings.SITE_URL), urlsplit(url[:LONGEST])
    return len(url) <= LONGEST and (asked.scheme, asked.netloc) == (site.scheme, site.netloc)


def _jsapi_ticket() -> str:
    """Return the cached ticket, or a new one; "" if there is none.

    A failed request is not repeated for PAUSE seconds.
    """
    kept = cache.get(TICKET)
    if kept is not None:
        return kept
    cache.set(TICKET, "", PAUSE)  # requests in the meantime get no ticket
    try:
        # A stable token: unlike an ordinary one, requesting it does not invalidate that of another process.
        token = _wechat_answer(
            "/cgi-bin/stable_token",
            grant_type="client_credential",
            appid=settings.WECHAT_APP_ID,
            secret=settings.WECHAT_APP_SECRET,
        )["access_token"]
        found = _wechat_answer(f"/cgi-bin/ticket/getticket?{urlencode({'access_token': token, 'type': 'jsapi'})}")
        ticket, seconds = str(found["ticket"]), int(found["expires_in"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        log.warning("WeChat gave no ticket: %s", error)
        return ""
    cache.set(TICKET, ticket, max(seconds - EARLY, PAUSE))
    return ticket


def _wechat_answer(path: str, **parameters: str) -> dict[str, Any]:
    """Return WeChat's answer. Raises OSError, HTTPException or ValueError if there is none or it is not JSON."""
    body = json.dumps(parameters).encode() if parameters else None
    request = Request(API + path, body)  # noqa: S310 (API is a constant with https)
    with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        return parse_outside_json(answer.read(100_000))
