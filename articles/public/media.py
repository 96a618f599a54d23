"""Uploaded files, served so that no browser can take one for a page: the type comes from our table, never from the file.

Names are hashes of the bytes: an address never changes its content, and nobody guesses one. In production nginx serves
the same directory with the same headers.
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
from django.views.decorators.http import require_safe

from .. import byte_ranges
from ..models import Attachment
from ..uploads import CONTENT_TYPES, PLAYED

NAME = re.compile(r"(pictures|attachments)/[0-9a-f]{32}(-\d{2,4})?\.([a-z0-9]{2,4})")
HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@require_safe
def stored_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One stored file; documents are always offered for saving, under the name the editor gave them."""
    found = NAME.fullmatch(name)
    if not found or found[3] not in CONTENT_TYPES or not default_storage.exists(name):
        raise Http404
    shown = None
    if found[1] == "attachments" and found[3] not in PLAYED:
        shown = Attachment.objects.filter(file=name).values_list("name", flat=True).first()
        if shown is None:
            raise Http404
        if not shown.lower().endswith(f".{found[3]}"):
            shown = f"{shown}.{found[3]}"  # what it is saved as never pretends to be another kind
    file = default_storage.open(name)
    etag = byte_ranges.etag_of(os.fstat(file.fileno()))
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = _file_response_range(request, file, etag)
    else:
        file.close()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return response  # says nothing about the file: no cache may keep it
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        response["Content-Type"] = CONTENT_TYPES[found[3]]
        if shown is not None:
            response["Content-Disposition"] = content_disposition_header(True, shown) or "attachment"
    for header, value in HEADERS.items():
        response[header] = value
    response["ETag"] = etag
    return response


def _file_response_range(request: HttpRequest, file: File, etag: str) -> HttpResponseBase:
    """A file, whole or from where its download was interrupted."""
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
