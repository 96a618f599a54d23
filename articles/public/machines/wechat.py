"""Signatures for WeChat's script (JS-SDK), with which a page tells WeChat how it wants to be shared. An option: pages look right
without it. Only addresses of our own are signed, and whatever fails, nothing happens (docs/operations.md).
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

log = logging.getLogger(__name__)

API = "https://api.weixin.qq.com"
PATIENCE = 3.0  # seconds; a reader's page waits for nothing of this, but a thread of the server does
TICKET = "wechat.jsapi_ticket"
# Seconds: a ticket is thrown away a little before WeChat does; after a failure WeChat is left alone for a while.
EARLY, REST = 300, 60
LONGEST = 1000  # characters of an address


@never_cache
@require_safe
def wechat_signature_view(request: HttpRequest) -> HttpResponse:
    """The signature of a page's address (`url`); 404 for others' addresses and where the option is off, 204 where WeChat gives
    no ticket.
    """
    url = request.GET.get("url", "").partition("#")[0]
    if not settings.WECHAT_APP_ID or not _is_site_url(url):
        raise Http404
    ticket = _jsapi_ticket()
    if not ticket:
        return HttpResponse(status=204)
    facts = {"noncestr": secrets.token_hex(8), "timestamp": int(timezone.now().timestamp())}
    spelled = f"jsapi_ticket={ticket}&noncestr={facts['noncestr']}&timestamp={facts['timestamp']}&url={url}"
    return JsonResponse(
        {
            "appId": settings.WECHAT_APP_ID,
            "nonceStr": facts["noncestr"],
            "timestamp": facts["timestamp"],
            "signature": hashlib.sha1(spelled.encode(), usedforsecurity=False).hexdigest(),  # as WeChat asks for
        }
    )


def _is_site_url(url: str) -> bool:
    site, asked = urlsplit(settings.SITE_URL), urlsplit(url[:LONGEST])
    return len(url) <= LONGEST and (asked.scheme, asked.netloc) == (site.scheme, site.netloc)


def _jsapi_ticket() -> str:
    """The ticket of the hour; '' where there is none. It is asked for once in its time, and not again soon where that failed."""
    kept = cache.get(TICKET)
    if kept is not None:
        return kept
    cache.set(TICKET, "", REST)  # whoever comes meanwhile goes without
    try:
        # The token that is the same however often it is asked for: no process takes another one's away.
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
    cache.set(TICKET, ticket, max(seconds - EARLY, REST))
    return ticket


def _wechat_answer(path: str, **asked: Any) -> dict[str, Any]:
    """What WeChat answers; KeyError or ValueError follow where it is not what it should be."""
    request = Request(API + path, json.dumps(asked).encode() if asked else None)  # noqa: S310 (API is ours, and https)
    with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        return json.loads(answer.read(100_000))
