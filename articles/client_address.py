"""The IP address that a request came from; `X-Forwarded-For` counts behind our own proxy alone."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def request_address(request: HttpRequest) -> str | None:
    """Where the request came from: behind our own proxy, the address it saw last; anything before is hearsay."""
    seen = [request.META.get("REMOTE_ADDR", "")]
    if settings.BEHIND_PROXY:
        seen.insert(0, request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    return next((address for address in seen if _is_address(address)), None)


def _is_address(text: str) -> bool:
    """Whether the database can keep it: a proxy may write anything, and an act must not fail for it."""
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False
