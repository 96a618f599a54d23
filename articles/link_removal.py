"""Takes all links to one outside site out of the public texts, and keeps their words: one change set, read once."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import change_sets, link_checks
from .models import Article, ChangeSet, LinkHost, LinkUse
from .refusals import Problem, Refusal

NO_LINKS_LEFT = Problem(
    "link_removal.no_links", _("No public text has a link to “%(host)s” that is not in an open change set already.")
)


class CannotTakeLinksOut(Refusal):
    """Raised when there is no link to take out."""


@transaction.atomic
def propose_link_removal(host: LinkHost, *, by: User, reason: str, note: str) -> ChangeSet:
    """Propose to take the links to a site out of the public texts that have them, and return the set.

    A set has `change_sets.MOST_ITEMS` texts at most, the oldest first: where there are more, propose again for the
    others. Raises CannotTakeLinksOut, or change_sets.CannotPropose, which says who may write these texts.
    """
    uses = LinkUse.objects.filter(target__host=host).order_by().values("article")
    in_sets = change_sets.items_of_open_sets().order_by().values("article")
    rows = Article.objects.with_live_edition().filter(pk__in=uses).exclude(pk__in=in_sets)
    rows = rows.select_related("latest").order_by("pk")
    changes = [
        change_sets.TextChange(article.pk, article.newest.number, {"body": body})
        for article in rows[: change_sets.MOST_ITEMS]
        if (body := without_links(article.body, host.host)) != article.body
    ]
    if not changes:
        raise CannotTakeLinksOut(NO_LINKS_LEFT.filled(host=host))
    kind = ChangeSet.Kind.LINKS
    return change_sets.propose_change_set(kind, changes, by=by, about=host.host, reason=reason, note=note)


def without_links(body: str, host: str) -> str:
    """Return a sanitised body without the links to this host; what they were around stays."""
    for link in reversed(list(link_checks.find_links(body))):  # from the end, so that places before it stay right
        if link.host == host and not link.is_shown:
            element = body[link.start : link.end]
            body = body[: link.start] + element.partition(">")[2].removesuffix("</a>") + body[link.end :]
    return body
