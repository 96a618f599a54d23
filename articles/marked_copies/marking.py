"""Marks what was inserted and deleted between two texts, and in which step of those between them.

Pure functions of contents. Which words are marked depends only on the first and the last text: without what
was inserted, the copy is the first text, without what was deleted, the last; the steps between only say who did it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from ..comparing import SHORTEST_MATCH, SpanKind, content_parts, count_pairs, matched_blocks
from ..models.revision import text_of_content
from .tokens import TextToken, TokenLine, body_token_lines, field_token_lines, picture_token_lines

# The most pairs of equal words that are compared: of one passage, and in all; 300,000 take about 0.15 s. What exceeds
# them is shown paragraph by paragraph.
MOST_PAIRS_OF_PASSAGE = 300_000
MOST_PAIRS = 2_000_000
ALWAYS_SHOWN = ("kicker", "title", "subtitle", "summary", "body")


class MarkedRun(NamedTuple):
    """Tokens that are the same in both texts, or were added or removed in a step (1 is the first; 0 if the same)."""

    kind: SpanKind
    tokens: tuple[TextToken, ...]
    step: int


@dataclass(frozen=True)
class MarkedPart:
    """A field of the content, in runs of tokens in reading order."""

    field: str
    runs: tuple[MarkedRun, ...]

    @property
    def is_changed(self) -> bool:
        return any(run.kind != "same" for run in self.runs)

    def tokens_without(self, kind: SpanKind) -> list[TextToken]:
        """The old text without what was `added`, the new one without what was `removed`."""
        return [token for run in self.runs if run.kind != kind for token in run.tokens]


@dataclass(frozen=True)
class MarkedText:
    """All that readers would see, marked. `is_coarse`: some passages are marked as a whole, by paragraph.

    `form_alone`: no word differs, only formatting that is not a mark of words, such as an alignment.
    """

    parts: tuple[MarkedPart, ...]
    is_coarse: bool
    form_alone: bool


@dataclass
class _PairBudget:
    """How many pairs of equal words may still be compared."""

    left: int = MOST_PAIRS
    exceeded: bool = field(default=False, init=False)

    def allows(self, old: Sequence[TextToken], new: Sequence[TextToken]) -> bool:
        """Return True if comparing the two is within the limits."""
        return count_pairs(old, new) <= min(self.left, MOST_PAIRS_OF_PASSAGE)

    def spend(self, old: Sequence[TextToken], new: Sequence[TextToken]) -> bool:
        """Take what comparing the two costs, if it is within the limits; otherwise return False, and remember that."""
        if not self.allows(old, new):
            self.exceeded = True
            return False
        self.left -= count_pairs(old, new)
        return True


Opcode = tuple[bool, int, int, int, int]  # whether it is the same; from and to in the old tokens, and in the new ones


def mark_changes(contents: Sequence[dict[str, Any]], section_names: dict[int, str]) -> MarkedText:
    """Mark what changed from the first to the last of at least two contents; those between are the steps.

    Fields that are the same are left out, but those of ALWAYS_SHOWN that have text.
    """
    budget, steps_budget = _PairBudget(), _PairBudget()
    bodies = {html: body_token_lines(html) for html in dict.fromkeys(content["body"] for content in contents)}
    texts = [_fields_of(content, bodies, section_names) for content in contents]
    parts = []
    for name in texts[-1]:
        part = MarkedPart(name, tuple(_marked_runs([text[name] for text in texts], budget, steps_budget)))
        if part.is_changed or (name in ALWAYS_SHOWN and part.runs):
            parts.append(part)
    before, after = contents[0], contents[-1]
    differs = text_of_content(before) != text_of_content(after)
    return MarkedText(
        tuple(parts), is_coarse=budget.exceeded, form_alone=differs and not any(part.is_changed for part in parts)
    )


def _fields_of(
    content: dict[str, Any], bodies: dict[str, list[TokenLine]], section_names: dict[int, str]
) -> dict[str, list[TokenLine]]:
    """The lines of each field."""
    fields = {
        name: field_token_lines(lines, name) for name, lines in content_parts({**content, "body": ""}, section_names)
    }
    return fields | {
        "body": bodies[content["body"]],
        "cover": picture_token_lines([content["cover"]] if content["cover"] else [], "cover"),
        "pictures": picture_token_lines(content["pictures"], "pictures"),
    }


def _marked_runs(
    versions: list[list[TokenLine]], budget: _PairBudget, steps_budget: _PairBudget
) -> Iterator[MarkedRun]:
    old, new = ([token for line in lines for token in line] for lines in (versions[0], versions[-1]))
    added, removed = [1] * len(new), [1] * len(old)
    opcodes = [opcode for opcode in _align(versions[0], versions[-1], budget) if not _is_empty(opcode)]
    if len(versions) > 2 and not all(same for same, *_places in opcodes):
        added, removed = _steps_of(versions, steps_budget)
    for same, i1, i2, j1, j2 in opcodes:
        if same:
            yield MarkedRun("same", tuple(new[j1:j2]), 0)
        else:
            yield from _runs_by_step("removed", old[i1:i2], removed[i1:i2])
            yield from _runs_by_step("added", new[j1:j2], added[j1:j2])


def _runs_by_step(kind: SpanKind, tokens: list[TextToken], steps: list[int]) -> Iterator[MarkedRun]:
    for step, run in groupby(zip(tokens, steps, strict=True), key=lambda pair: pair[1]):
        yield MarkedRun(kind, tuple(token for token, _step in run), step)


def _steps_of(versions: list[list[TokenLine]], budget: _PairBudget) -> tuple[list[int], list[int]]:
    """The step that added each token of the last version, and the one that removed each of the first.

    Where the steps match other tokens than the whole does, it is the last step.
    """
    added = [0] * sum(map(len, versions[0]))
    origins: list[int | None] = list(range(len(added)))
    removed = [0] * len(added)
    for step, (old, new) in enumerate(pairwise(versions), start=1):
        length = sum(map(len, new))
        next_added = [step] * length
        next_origins: list[int | None] = [None] * length
        for same, i1, i2, j1, j2 in _align(old, new, budget):
            if same:
                next_added[j1:j2], next_origins[j1:j2] = added[i1:i2], origins[i1:i2]
                continue
            for place in origins[i1:i2]:
                if place is not None:
                    removed[place] = step
        added, origins = next_added, next_origins
    last = len(versions) - 1
    return [step or last for step in added], [step or last for step in removed]


def _is_empty(opcode: Opcode) -> bool:
    _same, i1, i2, j1, j2 = opcode
    return i1 == i2 and j1 == j2


def _align(old: list[TokenLine], new: list[TokenLine], budget: _PairBudget) -> Iterator[Opcode]:
    """How the tokens of two texts match: by line first, then the words of lines that differ."""
    i = j = 0
    for is_changed, was, now in [(False, old, new)] if old == new else matched_blocks(old, new):
        if not is_changed:
            length = sum(map(len, was))
            yield True, i, i + length, j, j + length
            i, j = i + length, j + length
            continue
        for part_was, part_now in _passages(was, now, budget):
            yield from _align_words(part_was, part_now, i, j, budget)
            i, j = i + len(part_was), j + len(part_now)


def _passages(
    was: list[TokenLine], now: list[TokenLine], budget: _PairBudget
) -> list[tuple[list[TextToken], list[TextToken]]]:
    """Lines that differ as passages to be compared: as one, or line by line if it is long and has as many lines."""
    old, new = ([token for line in lines for token in line] for lines in (was, now))
    if len(was) != len(now) or budget.allows(old, new):
        return [(old, new)]
    return [(list(before), list(after)) for before, after in zip(was, now, strict=True)]


def _align_words(old: list[TextToken], new: list[TextToken], i: int, j: int, budget: _PairBudget) -> Iterator[Opcode]:
    """How the words of two passages match, whose first tokens have the places `i` and `j`."""
    head = tail = 0
    if not budget.allows(old, new):  # without the equal parts at both ends they may fit
        head = _count_equal(old, new)
        tail = _count_equal(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    yield True, i, i + head, j, j + head
    yield from _align_middle(old[head:old_end], new[head:new_end], i + head, j + head, budget)
    yield True, i + old_end, i + len(old), j + new_end, j + len(new)


def _count_equal(old: Sequence[TextToken], new: Sequence[TextToken]) -> int:
    """How many tokens at the beginning are the same."""
    return next(
        (place for place, (was, now) in enumerate(zip(old, new, strict=False)) if was != now), min(len(old), len(new))
    )


def _align_middle(old: list[TextToken], new: list[TextToken], i: int, j: int, budget: _PairBudget) -> Iterator[Opcode]:
    """As `_align_words`, or wholly different beyond the limits. A single word between two changes counts as changed."""
    if not old or not new or not budget.spend(old, new):
        yield False, i, i + len(old), j, j + len(new)
        return
    opcodes: list[Opcode] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        by_chance = i2 - i1 < SHORTEST_MATCH and i1 > 0 and i2 < len(old) and not old[i1].ends_line
        same = tag == "equal" and not by_chance
        if opcodes and not same and not opcodes[-1][0]:
            _same, first_i, _i, first_j, _j = opcodes.pop()
            opcodes.append((False, first_i, i + i2, first_j, j + j2))
        else:
            opcodes.append((same, i + i1, i + i2, j + j1, j + j2))
    yield from opcodes
