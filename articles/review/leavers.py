"""What happens to the readings that were handed to somebody by name who leaves the newsroom."""

from django.contrib.auth.models import User

from ..duty_assignments.permissions import Duty
from ..models import Article, SignOff
from .rules import reason_against
from .stages import record_decision


def hand_on_turns(leaver: User, to: User | None, *, by: User, reason: str) -> list[int]:
    """Hand the readings that wait for the leaver by name on to a colleague; returns the numbers of the articles.

    Where the colleague may not do the reading, it waits for everybody who may. The caller has checked permissions,
    locked the articles, and records the act.
    """
    waiting = Article.objects.kept().filter(handed_to=leaver).select_related("section__parent", "latest", "signed")
    numbers = []
    for article in waiting.order_by("number"):
        article.handed_to = None
        heir = to if to and reason_against(article, to) is None else None
        record_decision(
            article, SignOff.Decision.HAND_ON, by=by, duty=Duty.ACCOUNTS, opinion=reason[:400], handed_to=heir
        )
        article.handed_to = heir
        article.save(update_fields=["handed_to"])
        numbers.append(article.number)
    return numbers
