"""Signing a text that its reader has read in a change set (articles/change_sets/)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..checks import NotReady
from ..models import Article, ChangeSetReading, SignOff
from ..refusals import Problem
from .rules import CannotDecide, open_problems, reason_against, same_person_reason
from .workflow import CANNOT_READ_IT, sign_pending_reading

OTHER_TEXT_IN_SET = Problem(
    "review.other_text_in_set", _("The text or its note to readers is not the one that was read in the change set.")
)


@transaction.atomic
def sign_off_read_in_set(article: Article, reading: ChangeSetReading) -> SignOff:
    """Sign the pending reading of the article as `reading.person` did in the change set, from the same address.

    They must be allowed to do this reading now, too; their second factor was proven then. Raises CannotDecide, and
    NotReady while checks find problems in the text.
    """
    article = Article.objects.get_locked(article.pk)
    by = reading.person
    why = reason_against(article, by)
    if (article.newest.digest, article.note, article.stage) != (reading.digest, reading.note, reading.stage):
        why = OTHER_TEXT_IN_SET
    if why:
        raise CannotDecide(CANNOT_READ_IT.filled(name=audit.account_name(by), why=why))
    problems = open_problems(article)
    if problems:
        raise NotReady(*problems)
    with audit.acting_from(reading.address):
        return sign_pending_reading(
            article,
            [],
            by=by,
            same_person=article.section.same_person_allowed and bool(same_person_reason(article, by)),
            details={
                "change_set": reading.item.change_set_id,
                "read_at": reading.at.isoformat(timespec="seconds"),
            },
        )
