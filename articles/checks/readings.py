"""Whether everyone who must read a text before it is public has signed exactly this text (三审三校)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from ..models import Article
from .problem import Problem


def read_by_all(article: Article, at: datetime) -> Iterator[Problem]:
    if article.is_read_by_all:
        return
    if not article.stage:
        yield Problem("readings.not_submitted", _("Nobody has read this text yet."), _("Submit it for its readings."))
    else:
        yield Problem(
            "readings.incomplete",
            _("The readings are not complete: %(done)d of %(all)d are signed.")
            % {"done": article.signed.stage if article.signed else 0, "all": article.stages},
            _("The next reader decides; the review page says who that may be."),
        )


CHECKS = (read_by_all,)
