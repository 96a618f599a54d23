"""Uploaded files, served so that no browser can take one for a page: the type comes from our table, never from the file.

Names are hashes of the bytes: an address never changes its content, and nobody guesses one. In production nginx serves
the same directory with the same headers.
"""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..models import Attachment
from ..uploads import CONTENT_TYPES

NAME = re.compile(r"(pictures|attachments)/[0-9a-f]{32}(-\d{2,4})?\.([a-z]{2,4})")


@require_safe
def stored(request: HttpRequest, name: str) -> HttpResponse:
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
    response = FileResponse(
        default_storage.open(name),
        content_type=CONTENT_TYPES[found[3]],
        as_attachment=shown is not None,
        filename=shown or "",
    )
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
