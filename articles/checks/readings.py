"""Whether everyone who must read a text before it is public has signed exactly this text (三审三校)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ..models import Article
from ..refusals import Problem

NOT_SUBMITTED = Problem("readings.not_submitted", _("Nobody has read this text yet."), _("Submit it for its readings."))
INCOMPLETE = Problem(
    "readings.incomplete",
    _("The readings are not complete: %(done)d of %(all)d are signed."),
    _("The next reader decides; the review page says who that may be."),
)


def read_by_all(article: Article, at: datetime) -> Iterator[Problem]:
    """Every reading is signed, the final one for the newest revision."""
    if article.is_read_by_all:
        return
    if not article.stage:
        yield NOT_SUBMITTED
    else:
        yield INCOMPLETE.filled(done=article.signed.stage if article.signed else 0, all=article.stages)


CHECKS = (read_by_all,)
