"""Presence at the desk: the address to which an open form reports that it is open, and the sentences it shows."""

import re
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .. import audit, presence, review
from ..models import Article, Presence, Revision
from ..refusals import join_sentences
from .acting_user import acting_user
from .form_fields import NUMBER
from .uploads import upload_refusal

REVISION_NUMBER = re.compile("[0-9]{1,9}")


def ping_view(request: HttpRequest) -> JsonResponse:
    """Note that the form of article `number` is open, or with `reads` the page on which it is read; `opened` is the
    revision in it, `stage` the reading that the page was opened for, `take` that its user takes over.

    Answers with `here`, who else is there; `may_take`; `saved`, that somebody has saved, or decided, so that it
    waits for something else now; and `changes`, the address of their changes; each may be ''.
    """
    user, number, opened = acting_user(request), request.POST.get("number", ""), request.POST.get("opened", "")
    reads, takes = "reads" in request.POST, "take" in request.POST
    if request.method != "POST" or not NUMBER.fullmatch(number):
        return upload_refusal(_("Nothing arrived."), 400)
    try:
        here = presence.note_presence(int(number), by=user, taking_over=takes and not reads, reads=reads)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), 403)
    except Article.DoesNotExist:
        return upload_refusal(_("This draft has been deleted."), 422)
    article, seen = here[0].article, int(opened) if REVISION_NUMBER.fullmatch(opened) else 0
    newest = article.latest
    is_newer = newest is not None and newest.number > seen > 0
    is_decided = request.POST.get("stage", str(article.stage)) != str(article.stage)
    news = [_sentence_saved(newest, reads=reads)] if newest and is_newer else []
    news += [_sentence_decided(article)] if is_decided else []
    return JsonResponse(
        {
            "here": _sentence_about(here, user),
            "may_take": not reads and here[0].writes and here[0].user_id != user.pk,
            "saved": join_sentences(news),
            "changes": _changes_address(newest, seen) if newest and is_newer else "",
        }
    )


def sentence_for_list(people: list[Presence]) -> str:
    """Return who writes, and who only has it open, for a line in a list; '' for nobody."""
    writers, others = ([one.user for one in people if one.writes == writes] for writes in (True, False))
    said = [_("%(names)s is writing") % {"names": _names(writers)}] if writers else []
    said += [_("%(names)s has it open") % {"names": _names(others)}] if others else []
    return _(", ").join(said)


def _sentence_about(here: list[Presence], user: User) -> str:
    """Return who else writes or reads it now; '' if nobody."""
    others = [one for one in here if one.user_id != user.pk]
    writers, readers = ([one.user for one in others if one.writes == writes] for writes in (True, False))
    said = [_sentence_about_writers(here[0], writers, user)] if writers else []
    if readers:
        said.append(_("%(names)s is reading it.") % {"names": _names(readers)})
    return join_sentences(said)


def _sentence_about_writers(writer: Presence, others: list[User], user: User) -> str:
    if writer.user_id == user.pk:
        return _("%(names)s is writing in it, too.") % {"names": _names(others)}
    facts = {"name": audit.account_name(writer.user), "at": _time(writer.took_over_at or writer.opened_at)}
    if writer.took_over_at:
        return _("%(name)s took over at %(at)s and is writing.") % facts
    return _("%(name)s is writing, since %(at)s.") % facts


def _names(users: list[User]) -> str:
    return _(", ").join(audit.account_name(user) for user in users)


def _sentence_saved(newest: Revision, *, reads: bool) -> str:
    facts = {"name": audit.account_name(newest.created_by), "at": _time(newest.created_at)}
    if reads:
        return _("%(name)s saved at %(at)s, after you opened this page. Reload it before you decide.") % facts
    return (
        _(
            "%(name)s saved at %(at)s, after you opened this article. "
            "Write on: when you save, the paragraphs of both are put "
            "together, and you choose where both changed the same one."
        )
        % facts
    )


def _sentence_decided(article: Article) -> str:
    """Return who decided what about it last: it does not wait for the reading any more that the page was opened for."""
    decision = review.last_decisions([article.pk]).get(article.pk)
    if decision is None:
        return ""
    facts = {"name": decision.person_name, "at": _time(decision.at), "decision": decision.get_decision_display()}
    return _("%(name)s, %(at)s: %(decision)s. Reload this page before you decide.") % facts


def _changes_address(newest: Revision, seen: int) -> str:
    between = urlencode({"before": seen, "after": newest.number})
    return f"{reverse('admin:articles_article_changes', args=[newest.article_id])}?{between}"


def _time(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")
