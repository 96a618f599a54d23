"""Uploaded files that something public uses. In production nginx serves most of them from the public store with the
same headers (deploy/nginx/media.conf); documents are served from here, since their names are in the signed texts.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from .. import baking
from ..file_responses import file_response
from ..models import Attachment
from .pages.errors import gone_response, not_found_view


@require_safe
def media_view(request: HttpRequest, name: str) -> HttpResponseBase:
    """One public file; 410 if nothing public uses it any more.

    404 if nothing ever did: whether the desk has the file makes no difference.
    """
    upload = baking.find_upload(name)
    if upload is None:
        return not_found_view(request)
    if not baking.is_public(upload):
        return gone_response(request) if baking.was_public(upload) else not_found_view(request)
    baking.link_if_public(upload, name)
    saved_as = baking.public_name(upload) if isinstance(upload, Attachment) else ""
    return file_response(request, name, saved_as=saved_as, cache_control=baking.PUBLIC_FILE_CACHE_CONTROL)
