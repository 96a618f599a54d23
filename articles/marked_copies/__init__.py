"""花脸稿: a whole text with every insertion and deletion in its place, and who made it in which reading.

    tokens     the text of a revision as words, pictures and ends of lines
    marking    what was inserted and deleted between two texts, and in which step
    layout     the marked tokens as lines for display

A step is what one person saved in one reading before somebody else did.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from .. import audit, comparing, review
from ..models import Article, Revision
from ..models.picture import picture_renditions
from .layout import MarkedLine, MarkedSpan, lay_out
from .marking import mark_changes
from .tokens import picture_address

__all__ = ["EditingStep", "MarkedCopy", "MarkedLine", "MarkedSpan", "changed_lines", "marked_copy"]

# More steps, or steps of longer texts (characters in all), are one step of several people.
MOST_STEPS = 20
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class EditingStep:
    """What one person saved in one reading: their name, the name of the reading ("" for writers), and until when."""

    number: int
    name: str
    reading: str
    revision: int
    at: datetime


@dataclass(frozen=True)
class CopyPart:
    """A field of a marked copy, to be shown."""

    field: str
    label: str
    lines: tuple[MarkedLine, ...]


@dataclass(frozen=True)
class MarkedCopy:
    """The marked copy from one revision to a later one, with its steps and its parts in reading order.

    `is_coarse`: some passages are marked by paragraph only; `form_alone`: nothing but the form differs.
    """

    before: Revision
    after: Revision
    steps: tuple[EditingStep, ...]
    parts: tuple[CopyPart, ...]
    is_coarse: bool
    form_alone: bool

    @property
    def is_changed(self) -> bool:
        return self.form_alone or any(line.is_changed for part in self.parts for line in part.lines)


def marked_copy(article: Article, before: Revision, after: Revision) -> MarkedCopy:
    """Return the marked copy of an article from a revision to a later one. At most three queries."""
    rows = article.revisions.filter(number__gt=before.number, number__lte=after.number).order_by("number")
    saved = rows.defer("content").select_related("created_by__person")
    steps = list(_steps(article, saved, most=_steps_that_fit(before, after)))
    ends = {step.revision for step in steps[:-1]}
    texts = dict(article.revisions.filter(number__in=ends).values_list("number", "content")) if ends else {}
    contents = [before.content, *(texts[step.revision] for step in steps[:-1]), after.content]
    text = mark_changes(contents, comparing.section_names([before.content, after.content]))
    thumbnails = _thumbnails(contents)
    parts = (
        CopyPart(part.field, comparing.part_label(part.field), tuple(lay_out(part, thumbnails))) for part in text.parts
    )
    return MarkedCopy(before, after, tuple(steps), tuple(parts), text.is_coarse, text.form_alone)


def changed_lines(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, MarkedLine]]:
    """Yield the lines that differ between two contents of one section, as one step, each with the name of its field."""
    thumbnails = _thumbnails([before, after])
    for part in mark_changes([before, after], {}).parts:
        for line in lay_out(part, thumbnails):
            if line.is_changed:
                yield comparing.part_label(part.field), line


def _thumbnails(contents: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The addresses of the smallest copies of these contents' pictures, by those of the pictures."""
    pictures = [
        picture for content in contents for picture in (*content["pictures"], content["cover"]) if picture is not None
    ]
    addresses = {picture_address(picture): picture["width"] for picture in pictures}
    return {address: picture_renditions(address, width)[0][1] for address, width in addresses.items()}


def _steps_that_fit(before: Revision, after: Revision) -> int:
    longest = max(len(before.content["body"]), len(after.content["body"]), 1)
    return max(1, min(MOST_STEPS, MOST_CHARACTERS // longest))


def _steps(article: Article, revisions: Iterable[Revision], *, most: int) -> Iterator[EditingStep]:
    """The steps that saved these revisions, at most so many: the earliest ones are one, of several people."""
    runs = [list(run) for _who, run in groupby(revisions, key=lambda row: (row.created_by_id, row.stage))]
    early = [row for run in runs[: len(runs) - most + 1] for row in run] if len(runs) > most else []
    for number, run in enumerate([early, *runs[len(runs) - most + 1 :]] if early else runs, start=1):
        last = run[-1]
        several = run is early
        yield EditingStep(
            number,
            _("several people") if several else audit.account_name(last.created_by),
            "" if several else _reading_name(article, last.stage),
            last.number,
            last.created_at,
        )


def _reading_name(article: Article, stage: int) -> str:
    stages = article.stages or article.section.stages
    return review.stage_name(min(stage, stages), stages) if stage else ""
