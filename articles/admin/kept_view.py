"""Keeping and forgetting views of the list of articles, on the list itself."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .. import kept_views
from .acting_user import acting_user
from .form_fields import NUMBER


def change_kept_views(request: HttpRequest, address: str) -> bool:
    """Do the act of a button of the kept views; return False if the request has none of them.

    `address` is the query string of the list as it is narrowed now.
    """
    act, _space, key = request.POST.get("act", "").partition(" ")
    if act == "forget" and NUMBER.fullmatch(key):
        if name := kept_views.forget_view(int(key), by=acting_user(request)):
            messages.success(request, _("“%(name)s” is removed.") % {"name": name})
    elif act == "keep":
        try:
            view = kept_views.keep_view(request.POST.get("name", ""), address, by=acting_user(request))
        except kept_views.CannotKeep as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Kept as “%(name)s”.") % {"name": view})
    else:
        return False
    return True
