"""Three-way merging of sequences: two edits of one base are put together where they do not touch."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from ..comparing import matched_blocks

Block = TypeVar("Block", bound=Hashable)
# Who changed a run: nobody, one of the two, both alike, or both differently.
RunKind = Literal["same", "theirs", "mine", "alike", "contested"]


@dataclass(frozen=True)
class MergedRun(Generic[Block]):
    """A run of the base, as it is now with either side."""

    kind: RunKind
    theirs: tuple[Block, ...]
    mine: tuple[Block, ...]


@dataclass(frozen=True)
class _Edit(Generic[Block]):
    """base[start:end] was replaced by `blocks`; one that inserts has start == end."""

    start: int
    end: int
    blocks: tuple[Block, ...]
    is_mine: bool


def merge_edits(base: Sequence[Block], theirs: Sequence[Block], mine: Sequence[Block]) -> Iterator[MergedRun[Block]]:
    """Yield the runs of the base in order. Edits are contested that change one block, or insert at one place.

    The `theirs` of all runs are the whole of `theirs`, and the `mine` the whole of `mine`.
    """
    place = 0
    for edits in _groups([*_edits(base, theirs, is_mine=False), *_edits(base, mine, is_mine=True)]):
        start, end = edits[0].start, max(edit.end for edit in edits)
        if place < start:
            yield MergedRun("same", tuple(base[place:start]), tuple(base[place:start]))
        sides = [_edited(base, start, end, [edit for edit in edits if edit.is_mine == side]) for side in (False, True)]
        yield MergedRun(_kind(edits, sides), *sides)
        place = end
    if place < len(base):
        yield MergedRun("same", tuple(base[place:]), tuple(base[place:]))


def _kind(edits: list[_Edit[Block]], sides: list[tuple[Block, ...]]) -> RunKind:
    if len({edit.is_mine for edit in edits}) == 1:
        return "mine" if edits[0].is_mine else "theirs"
    return "alike" if sides[0] == sides[1] else "contested"


def _edits(base: Sequence[Block], edited: Sequence[Block], *, is_mine: bool) -> Iterator[_Edit[Block]]:
    """The edits from one to the other. Equal numbers of blocks are paired one by one, an edit each."""
    place = 0
    for is_changed, old, new in matched_blocks(list(base), list(edited)):
        if is_changed and len(old) == len(new):
            for offset, (was, now) in enumerate(zip(old, new, strict=True), place):
                if was != now:
                    yield _Edit(offset, offset + 1, (now,), is_mine)
        elif is_changed:
            yield _Edit(place, place + len(old), tuple(new), is_mine)
        place += len(old)


def _groups(edits: list[_Edit[Block]]) -> Iterator[list[_Edit[Block]]]:
    """The edits in order, those together that touch."""
    group: list[_Edit[Block]] = []
    end = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        insert_at_one_place = bool(group) and edit.start == edit.end == group[0].start == end
        if group and not insert_at_one_place and edit.start >= end:
            yield group
            group = []
        group.append(edit)
        end = max(end, edit.end)
    if group:
        yield group


def _edited(base: Sequence[Block], start: int, end: int, edits: list[_Edit[Block]]) -> tuple[Block, ...]:
    """base[start:end] with the edits of one side."""
    blocks: list[Block] = []
    for edit in edits:
        blocks += [*base[start : edit.start], *edit.blocks]
        start = edit.end
    return (*blocks, *base[start:end])
