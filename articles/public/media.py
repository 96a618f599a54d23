"""Uploaded files, served so that no browser treats one as a page: the type comes from our table, not from the file.

Names are hashes of the bytes, so an address never changes its content and cannot be guessed. In production nginx serves
the same directory with the same headers (deploy/nginx/media.conf).
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
    """One stored file; a document is always a download, under the name that the editor gave it. 404 if there is none."""
    found = NAME.fullmatch(name)
    if not found or found[3] not in CONTENT_TYPES or not default_storage.exists(name):
        raise Http404
    is_document = found[1] == "attachments" and found[3] not in PLAYED
    download_name = _download_name(name, found[3]) if is_document else None
    file = default_storage.open(name)
    etag = byte_ranges.etag_of(os.fstat(file.fileno()))
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = _file_response(request, file, etag)
    else:
        file.close()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return response  # without the headers that let caches keep it for a year
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        response["Content-Type"] = CONTENT_TYPES[found[3]]
        if download_name is not None:
            response["Content-Disposition"] = content_disposition_header(True, download_name) or "attachment"
    for header, value in HEADERS.items():
        response[header] = value
    response["ETag"] = etag
    return response


def _download_name(name: str, extension: str) -> str:
    """Return the editor's name for an attachment, ending in its real extension. Raises Http404 if there is no row."""
    shown = Attachment.objects.filter(file=name).values_list("name", flat=True).first()
    if shown is None:
        raise Http404
    return shown if shown.lower().endswith(f".{extension}") else f"{shown}.{extension}"


def _file_response(request: HttpRequest, file: File, etag: str) -> HttpResponseBase:
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
