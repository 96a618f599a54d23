from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ..models import Article


@dataclass(frozen=True)
class Problem:
    """One reason not to publish: a stable id (documented in docs/operations.md), what is wrong, how to put it right.

    `field` is the form field to look at, or ''.
    """

    id: str
    message: str
    hint: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


class Problems(ValueError):
    """Raised by an act that problems stand in the way of; nothing has changed."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))


Check = Callable[[Article, datetime], Iterator[Problem]]
