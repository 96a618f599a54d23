"""What a text is compared with before somebody decides about it."""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ..models import Article, Revision, SignOff

MOST_DECISIONS = 100
RETURNS = (SignOff.Decision.BACK, SignOff.Decision.REJECT, SignOff.Decision.REREAD, SignOff.Decision.VOID)


def text_seen_before(article: Article, user: User) -> tuple[Revision | None, str]:
    """Return the revision that the newest one is compared with for this user, and its name; (None, "") if none.

    It is the first of these that differs from the newest: the text that the user decided about last; that of the
    reading before last, so that the last reader's corrections show; the one sent back; the one that readers
    see; the one submitted. If none differs, the first that exists.
    """
    candidates = list(_texts_seen(article, user))
    differing = [pair for pair in candidates if pair[0].digest != article.newest.digest]
    return next(iter(differing or candidates), (None, ""))


def _texts_seen(article: Article, user: User) -> Iterator[tuple[Revision, str]]:
    live = article.live
    rows = article.sign_offs.select_related("revision").defer("revision__content").order_by("-pk")[:MOST_DECISIONS]
    decisions = [row for row in rows if not live or row.revision.number > live.revision.number]
    own = next((row for row in decisions if row.person_id == user.pk), None)
    if own:
        yield own.revision, _("what you decided about, revision %(number)d") % {"number": own.revision.number}
    chain = article.signed.chain() if article.signed else []
    submitted = next((row for row in decisions if row.decision == SignOff.Decision.SUBMIT), None)
    if len(chain) > 1:
        yield chain[-2].revision, _("what %(name)s signed") % {"name": chain[-2].person_name}
    elif chain and submitted:
        yield submitted.revision, _("what %(name)s submitted") % {"name": submitted.person_name}
    returned = next((row for row in decisions if row.decision in RETURNS), None)
    if returned:
        yield returned.revision, _("what %(name)s sent back") % {"name": returned.person_name}
    if live:
        yield live.revision, _("edition %(number)d, which readers see") % {"number": live.number}
    if not chain and submitted and submitted.revision.digest != article.newest.digest:  # corrected while first read
        yield submitted.revision, _("what %(name)s submitted") % {"name": submitted.person_name}
