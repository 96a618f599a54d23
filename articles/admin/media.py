"""Uploaded files as the desk shows them: the session decides, since most are of texts that readers do not see."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from .. import baking
from ..file_responses import file_response
from ..uploads import may_read_upload
from .acting_user import acting_user


@require_safe
def desk_media_view(request: HttpRequest, name: str) -> HttpResponseBase:
    """One stored file, for those who may read it. 404 for others, as if there were no such file."""
    upload = baking.find_upload(name)
    if upload is None or not (may_read_upload(acting_user(request), upload) or baking.is_public(upload)):
        raise Http404
    return file_response(request, name, saved_as=upload.name, cache_control="private, max-age=300")
