"""Refusals: what every act raises when it says no, and the problems that a refusal names.

An act that is refused has changed nothing. Problems are data: each module lists its own as constants at its top, with an id, a
sentence and a hint, and fills in the facts of the case where it raises them. Doors catch `Refusal` and show its problems.
"""

from dataclasses import dataclass, replace

from django.utils.functional import Promise

Sentence = str | Promise


@dataclass(frozen=True)
class Problem:
    """One reason to refuse: a stable id (`publishing.urgent_without_reason`), what is wrong, and how to put it right.

    The sentences are translated when they are shown. `hint` may be ''; `field` is the form field to look at, or ''. Ids of
    checks are documented in docs/operations.md.
    """

    id: str
    message: Sentence
    hint: Sentence = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def filled(self, **facts: object) -> "Problem":
        """The same problem, translated, with `facts` where its sentences name them (`%(title)s`)."""
        return replace(self, message=str(self.message) % facts, hint=str(self.hint) % facts)


class Refusal(ValueError):
    """Raised by an act with one or more problems; nothing has changed. As text: all its sentences."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(str(problem) for problem in problems))

    @property
    def id(self) -> str:
        """The id of the first problem."""
        return self.problems[0].id

    @property
    def message(self) -> str:
        """The sentence of the first problem."""
        return str(self.problems[0].message)

    @property
    def hint(self) -> str:
        """How to put the first problem right; may be ''."""
        return str(self.problems[0].hint)
