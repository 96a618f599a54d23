"""`Refusal`, raised by every action that is refused, and `Problem`, the reasons it carries.

A refused action has changed nothing. Each module defines its problems as constants at the top, with an id, a message
and a hint, and fills in the facts where it raises them. Views and commands catch `Refusal` and show its problems.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise

Sentence = str | Promise


def join_sentences(sentences: Iterable[object]) -> str:
    """Return the sentences that are not empty in one line, with a blank between them, but for Chinese ones."""
    joined = ""
    for sentence in filter(None, map(str, sentences)):
        joined += ("" if not joined or joined.endswith(("。", "！", "？", "：")) else " ") + sentence
    return joined


@dataclass(frozen=True)
class Problem:
    """One reason for a refusal: a stable id (`publishing.urgent_without_reason`), what is wrong, and how to fix it.

    Messages are translated when shown. `hint` may be ''; `field` is the form field concerned, or ''. The ids of checks
    are documented in docs/operations.md.
    """

    id: str
    message: Sentence
    hint: Sentence = ""
    field: str = ""

    def __str__(self) -> str:
        return join_sentences([self.message, self.hint])

    def filled(self, **facts: object) -> "Problem":
        """Return the problem, translated, with `facts` filled in for its placeholders (`%(title)s`)."""
        return replace(self, message=str(self.message) % facts, hint=str(self.hint) % facts)


class Refusal(ValueError):
    """Raised with one or more problems; nothing has changed. `str()` gives all messages and hints."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = list(problems)
        super().__init__(join_sentences(problems))

    @property
    def id(self) -> str:
        """The id of the first problem."""
        return self.problems[0].id

    @property
    def message(self) -> str:
        """The message of the first problem."""
        return str(self.problems[0].message)

    @property
    def hint(self) -> str:
        """The hint of the first problem; may be ''."""
        return str(self.problems[0].hint)
