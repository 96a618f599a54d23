"""The addresses of the body editor for pasted content: text to be read, and pictures of other sites to be fetched."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from .. import sanitising
from ..duty_assignments import permissions
from ..pictures.fetched import fetch_picture
from ..refusals import Refusal
from .acting_user import acting_user
from .uploads import stored_response, upload_refusal

_MOST_PICTURES = 100_000  # the highest number of a held place in a text


def paste_view(request: HttpRequest) -> JsonResponse:
    """Read the pasted `html`, or `text`, and answer with JSON: what to insert, what was dropped, the placeholders.

    `first` is the number of the first held place. Nothing is stored.
    """
    require_text_duty(request)
    if request.method != "POST":
        return upload_refusal(_("Nothing arrived to be pasted."), 400)
    html, text, first = (request.POST.get(name, "") for name in ("html", "text", "first"))
    number = min(int(first), _MOST_PICTURES) if first.isascii() and first.isdigit() and len(first) < 7 else 1
    try:
        pasted = sanitising.read_pasted_html(html, first_picture=number) if html else sanitising.read_pasted_text(text)
    except Refusal as refusal:
        return upload_refusal(str(refusal), 422)
    return JsonResponse(
        {
            "html": sanitising.desk_addresses(pasted.html),
            "told": list(pasted.left_out),
            "pictures": [{"place": one.place, "address": one.address} for one in pasted.pictures],
        }
    )


def require_text_duty(request: HttpRequest) -> None:
    """Raise PermissionDenied unless the user writes articles, or reads and corrects them."""
    may_write = (permissions.Duty.WRITE, *permissions.READINGS)
    if not permissions.has_duty_anywhere(acting_user(request), *may_write):
        raise PermissionDenied


def fetch_picture_view(request: HttpRequest) -> JsonResponse:
    """Fetch the picture at `address` into the library, as an upload; `licence` and `credit` say by what right."""
    if request.method != "POST":
        return upload_refusal(_("Nothing arrived to be pasted."), 400)
    address, licence, credit = (request.POST.get(name, "") for name in ("address", "licence", "credit"))
    try:
        stored = fetch_picture(address, licence=licence, credit=credit, by=acting_user(request))
    except Refusal as refusal:
        return upload_refusal(str(refusal), 422)
    except ValidationError as refusal:
        return upload_refusal(" ".join(refusal.messages), 422)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), 403)
    return stored_response(stored, address)
