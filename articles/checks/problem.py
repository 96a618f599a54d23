from dataclasses import dataclass


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


class CannotPublish(ValueError):
    """Raised by publishing when there are problems; nothing has changed."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))
