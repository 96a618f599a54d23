"""Why an article may not be published yet. One rule, one place (law 10): the button and the message both read it here.

To add a rule, add its problem to those at the top of a module, write a function that takes an article and the instant of
its publication and yields the problem, and name the function in CHECKS of its module.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from ..models import Article
from ..refusals import Problem, Refusal
from . import provenance, readings, text

Check = Callable[[Article, datetime], Iterator[Problem]]
# What a reader of the text can put right; `readings` asks whether they all have.
OF_THE_TEXT: Sequence[Check] = (*text.CHECKS, *provenance.CHECKS)
CHECKS: Sequence[Check] = (*OF_THE_TEXT, *readings.CHECKS)

__all__ = ["CHECKS", "OF_THE_TEXT", "NotReady", "find_problems", "text"]


class NotReady(Refusal):
    """Raised by an act that needs a text without problems."""


def find_problems(article: Article, checks: Sequence[Check] = CHECKS, *, at: datetime | None = None) -> list[Problem]:
    """Everything that stands between the working copy and publication `at` that instant (now, when None)."""
    return list(_iterate_problems(article, checks, at or timezone.now()))


def _iterate_problems(article: Article, checks: Sequence[Check], at: datetime) -> Iterator[Problem]:
    for check in checks:
        yield from check(article, at)
