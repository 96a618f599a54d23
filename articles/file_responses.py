"""Answers a request with an uploaded file, so that no browser treats it as a page: the type comes from our own table,
not from the file, and a document is always a download.
"""

import os
import re
from http import HTTPStatus

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from . import byte_ranges
from .uploads import CONTENT_TYPES, PLAYED

STORAGE_NAME = re.compile(r"(pictures|attachments)/[0-9a-f]{32}[sw]?(-\d{1,4}|-square)?\.([a-z0-9]{2,4})", re.ASCII)
FILE_HEADERS = {
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def file_response(request: HttpRequest, name: str, *, saved_as: str, cache_control: str) -> HttpResponseBase:
    """Return the stored file with this storage name, or the requested part of it.

    `saved_as` is the name under which the reader saves a document, with or without its extension. Raises Http404 if
    there is no such file.
    """
    found = STORAGE_NAME.fullmatch(name)
    if not found or found[3] not in CONTENT_TYPES or not default_storage.exists(name):
        raise Http404
    file = default_storage.open(name)
    etag = byte_ranges.etag_of(os.fstat(file.fileno()))
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = _whole_or_part(request, file, etag)
    else:
        file.close()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return response  # without the headers that let caches keep it
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        response["Content-Type"] = CONTENT_TYPES[found[3]]
        if found[1] == "attachments" and found[3] not in PLAYED:
            with_extension = saved_as if saved_as.lower().endswith(f".{found[3]}") else f"{saved_as}.{found[3]}"
            response["Content-Disposition"] = content_disposition_header(True, with_extension) or "attachment"
    for header, value in FILE_HEADERS.items():
        response[header] = value
    response["Cache-Control"] = cache_control
    response["ETag"] = etag
    return response


def _whole_or_part(request: HttpRequest, file: File, etag: str) -> HttpResponseBase:
    """Return the file, or the part that the Range header asks for; 416 if there is no such part."""
    try:
        part = byte_ranges.requested_part(request.META, etag, file.size)
    except byte_ranges.Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    first, end = part or (0, file.size)
    body = byte_ranges.file_chunks(file, first, end)
    kind = HttpResponse if isinstance(body, list) else StreamingHttpResponse
    response = kind(body, status=206 if part else 200)
    if part:
        response["Content-Range"] = f"bytes {first}-{end - 1}/{file.size}"
    response["Content-Length"] = end - first
    return response
