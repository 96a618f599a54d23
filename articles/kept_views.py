"""Kept views (常用筛选): what a person narrows the list of articles to. They are private, so the audit does not record
them.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .models import KeptView
from .refusals import Problem, Refusal
from .sanitising import plain_text

MOST_VIEWS = 20
LONGEST_NAME, LONGEST_QUERY = 40, 1000

NO_NAME = Problem("kept_views.no_name", _("Give the view a name of at most 40 characters."))
NOTHING = Problem("kept_views.nothing", _("Nothing is narrowed."), _("Search or choose something, then keep the view."))
TOO_MANY = Problem("kept_views.too_many", _("You keep 20 views already."), _("Remove one that you no longer use."))


class CannotKeep(Refusal):
    """Raised when a view cannot be kept."""


@transaction.atomic
def keep_view(name: str, query: str, *, by: User) -> KeptView:
    """Keep the query string of a list for `by`, in place of their view of this name if there is one.

    Raises CannotKeep.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    name = plain_text(name)
    if not name or len(name) > LONGEST_NAME:
        raise CannotKeep(NO_NAME)
    if not query or len(query) > LONGEST_QUERY:
        raise CannotKeep(NOTHING)
    others = KeptView.objects.filter(user=by).exclude(name=name)
    if others.count() >= MOST_VIEWS:
        raise CannotKeep(TOO_MANY)
    return KeptView.objects.update_or_create(user=by, name=name, defaults={"query": query})[0]


def forget_view(key: int, *, by: User) -> str:
    """Forget a view of `by`, and return its name; "" if they have no such view."""
    views = KeptView.objects.filter(user=by, pk=key)
    name = views.values_list("name", flat=True).first()
    views.delete()
    return name or ""
