"""Why an article may not be published yet. One rule, one place (law 10): the button and the message both read it here.

To add a rule, write a function that takes an article and yields problems, and name it in CHECKS.
"""

from collections.abc import Iterator

from ..models import Article
from . import provenance, text
from .problem import CannotPublish, Problem

CHECKS = (*text.CHECKS, *provenance.CHECKS)

__all__ = ["CHECKS", "CannotPublish", "Problem", "find_problems"]


def find_problems(article: Article) -> list[Problem]:
    """Everything that stands between the working copy and publication; an empty list when nothing does."""
    return list(_problems(article))


def _problems(article: Article) -> Iterator[Problem]:
    for check in CHECKS:
        yield from check(article)
