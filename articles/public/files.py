"""Uploaded files, served so that no browser can take one for a page: the type comes from our table, never from the file.

Names are hashes of the bytes: an address never changes its content, and nobody guesses one. In production nginx serves
the same directory with the same headers.
"""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from newsroom import byte_ranges

from ..models import Attachment
from ..uploads import CONTENT_TYPES

NAME = re.compile(r"(pictures|attachments)/[0-9a-f]{32}(-\d{2,4})?\.([a-z]{2,4})")


@require_safe
def stored(request: HttpRequest, name: str) -> HttpResponseBase:
    """One stored file; attachments are always offered for saving, under the name the editor gave them."""
    found = NAME.fullmatch(name)
    if not found or found[3] not in CONTENT_TYPES or not default_storage.exists(name):
        raise Http404
    shown = None
    if found[1] == "attachments":
        shown = Attachment.objects.filter(file=name).values_list("name", flat=True).first()
        if shown is None:
            raise Http404
        if not shown.lower().endswith(f".{found[3]}"):
            shown = f"{shown}.{found[3]}"  # what it is saved as never pretends to be another kind
    file = default_storage.open(name)
    response: HttpResponseBase
    try:
        part = byte_ranges.asked_for(request.headers.get("Range", ""), file.size)
    except byte_ranges.Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    if part:  # a download that goes on where it was interrupted
        response = StreamingHttpResponse(byte_ranges.blocks(file, *part), status=206)
        response["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{file.size}"
        response["Content-Length"] = part[1] - part[0]
    else:
        response = FileResponse(file)
        response["Content-Length"] = file.size
    response["Content-Type"] = CONTENT_TYPES[found[3]]
    if shown is not None:
        response["Content-Disposition"] = content_disposition_header(True, shown) or "attachment"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
