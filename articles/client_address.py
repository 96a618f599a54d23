"""The client's IP address. `X-Forwarded-For` is trusted only behind our own proxy."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def request_address(request: HttpRequest) -> str | None:
    """Return the client's IP address, or None. Behind our proxy: the last entry of `X-Forwarded-For`."""
    seen = [request.META.get("REMOTE_ADDR", "")]
    if settings.BEHIND_PROXY:
        seen.insert(0, request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    return next((address for address in seen if _is_address(address)), None)


def _is_address(text: str) -> bool:
    """Return True if the database accepts it: a proxy may send anything, and no request may fail because of it."""
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False
