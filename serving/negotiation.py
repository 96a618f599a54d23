"""Content negotiation: conditional requests and accepted encodings (RFC 9110, 13.1 and 12.5)."""

from wsgiref.types import WSGIEnvironment

from django.utils.http import parse_http_date_safe

HeaderList = list[tuple[str, str]]


def is_fresh(environ: WSGIEnvironment, etag: str, modified: int) -> bool:
    """Return True if the client's copy is current (304). If-None-Match takes precedence over If-Modified-Since."""
    if not etag:
        return False
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return known == etag or known.strip() == "*" or etag in [k.strip().removeprefix("W/") for k in known.split(",")]
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since:
        return False
    at = parse_http_date_safe(since)
    return at is not None and modified <= at


def best_encoding(accepted: str) -> str:
    """Return br, gzip or '' (identity): the first one that an Accept-Encoding header accepts."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _semicolon, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=")
        try:
            weights[name.strip()] = float(weight) if weight else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    for encoding in ("br", "gzip"):
        if weights.get(encoding, weights.get("*", 0.0)) > 0:
            return encoding
    return ""
