"""Check that every reviewer has signed, and that the final one signed exactly this text (三审三校)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ..refusals import Problem
from .hits import Candidate

NEVER_SUBMITTED = Problem(
    "readings.not_submitted", _("Nobody has read this text yet."), _("Submit it for its readings.")
)
READINGS_INCOMPLETE = Problem(
    "readings.incomplete",
    _("The readings are not complete: %(done)d of %(all)d are signed."),
    _("The next reader decides; the review page says who that may be."),
)


def read_by_all(candidate: Candidate) -> Iterator[Problem]:
    """Every reading is signed, and the final one signed the newest revision."""
    article = candidate.article
    if article.is_read_by_all:
        return
    if not article.stage:
        yield NEVER_SUBMITTED
    else:
        yield READINGS_INCOMPLETE.filled(done=article.signed.stage if article.signed else 0, all=article.stages)


READING_CHECKS = (read_by_all,)
