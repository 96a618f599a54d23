"""Checks before publication (law 10: buttons and messages both use these).

To add a check: define its `Problem` at the top of a module, write a function that takes a candidate (an article and the
time of publication) and yields the problem, and add the function to the tuple at the end. What the machine reads in the
words themselves (personal data, dates) are rules: `hits.py` runs them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from ..models import Article
from ..refusals import Problem, Refusal
from . import hits, provenance, readings, text
from .hits import Candidate

Check = Callable[[Candidate], Iterator[Problem]]
# The checks that reviewers can resolve; CHECKS adds that all of them have signed.
CONTENT_CHECKS: Sequence[Check] = (*text.TEXT_CHECKS, hits.nothing_to_set_aside, *provenance.PROVENANCE_CHECKS)
CHECKS: Sequence[Check] = (*CONTENT_CHECKS, *readings.READING_CHECKS)

__all__ = [
    "CHECKS",
    "CONTENT_CHECKS",
    "Candidate",
    "NotReady",
    "find_problems",
    "hits",
    "problems_of_candidate",
    "text",
]


class NotReady(Refusal):
    """Raised when checks find problems in the text."""


def find_problems(article: Article, checks: Sequence[Check] = CHECKS, *, at: datetime | None = None) -> list[Problem]:
    """Return all problems that prevent publishing the working copy at the instant `at` (default: now)."""
    return problems_of_candidate(Candidate(article, at or timezone.now()), checks)


def problems_of_candidate(candidate: Candidate, checks: Sequence[Check] = CHECKS) -> list[Problem]:
    """Return all problems that prevent publishing it, for callers that go on with what was looked up of it."""
    return [problem for check in checks for problem in check(candidate)]
