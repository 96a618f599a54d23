"""Compression of what Django answers itself: search, interface, errors and the desk. Baked files have their copies."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED_TYPES = {
    "text/html",
    "text/plain",
    "application/json",
    "application/problem+json",
    "application/feed+json",
    "application/xml",
    "application/atom+xml",
    "application/rss+xml",
    "image/svg+xml",
}


class CompressionMiddleware(GZipMiddleware):
    """Django's gzip, which hides the length of secrets (BREACH), for text only.

    Pictures and films are compressed already, and a byte range of a film is not a range of its compressed bytes.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").partition(";")[0] not in COMPRESSED_TYPES:
            return response
        return super().process_response(request, response)
