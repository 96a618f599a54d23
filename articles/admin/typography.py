"""The address of the body editor for the typography of a text (一键排版)."""

from dataclasses import asdict
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from ..refusals import Refusal
from ..sanitising import desk_addresses
from ..typography import mend_typography
from .pasting import require_text_duty
from .uploads import upload_refusal


def typography_view(request: HttpRequest) -> JsonResponse:
    """Answer with the posted `html` as its typography should be, and each change, as JSON. Nothing is stored."""
    require_text_duty(request)
    if request.method != "POST":
        return upload_refusal(_("No text arrived."), HTTPStatus.BAD_REQUEST)
    try:
        mended = mend_typography(request.POST.get("html", ""))
    except Refusal as refusal:
        return upload_refusal(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    changes = [asdict(change) for change in mended.changes]
    return JsonResponse({"html": desk_addresses(mended.html), "changes": changes, "told": list(mended.told)})
