"""Pictures of other sites, fetched into the library with their provenance."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from .. import uploads
from ..duty_assignments import permissions
from ..fetching import fetch_public
from ..models import Picture
from ..refusals import Problem, Refusal
from . import prepare_picture, store_picture

FETCHING_IS_OFF = Problem(
    "pictures.fetching_off",
    _("This newsroom fetches no pictures of other sites."),
    _("Save the picture on this computer and upload it."),
)
NO_RIGHT = Problem(
    "pictures.no_right",
    _("The licence and the origin of the picture are required."),
    _("Write both, for example “with permission” and the name of the source."),
)


def fetch_picture(address: str, *, licence: str, credit: str, by: User) -> Picture:
    """Fetch the picture at a public address into the library; its row says where it was fetched from, by what right
    (`licence`) and whose it is (`credit`). A picture that is in the library already keeps its row.

    Raises PermissionDenied, or Refusal, or ValidationError for words that are too long; nothing is written then.
    """
    permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    if not settings.FETCH_PICTURES:
        raise Refusal(FETCHING_IS_OFF)
    if not licence.strip() or not credit.strip():
        raise Refusal(NO_RIGHT)
    fetched = fetch_public(address)
    name = uploads.clean_name(unquote(urlsplit(address).path))
    prepared = uploads.look_into(prepare_picture, fetched.content, name)
    return store_picture(prepared, by=by, licence=licence.strip(), credit=credit.strip(), fetched_from=fetched.address)
