"""Three-way merging of two contents of one article, with the choices of the user who saves where both changed the
same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..comparing import TextSpan, body_lines, compare_words, content_parts, part_label, section_names
from .edits import MergedRun, merge_edits

# Every part of a content that somebody writes or chooses; the others follow from these.
FIELDS = (
    "kicker",
    "title",
    "subtitle",
    "short_title",
    "summary",
    "credits",
    "section",
    "source",
    "origin",
    "ai_use",
    "original_title",
    "original_author",
    "original_url",
    "original_published_on",
    "keywords",
    "cover",
    "embargo_until",
)
THEIRS, MINE, BOTH = "theirs", "mine", "both"
_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^">]|"[^"]*")*>')
_EMPTY_TAGS = {"br", "hr", "img"}


@dataclass(frozen=True)
class ContestedPassage:
    """Paragraphs, or a field, that both changed. `key` names the choice, as long as neither version changes again."""

    key: str
    field: str
    theirs: tuple[str, ...]  # lines of text
    mine: tuple[str, ...]
    choice: str = ""

    @property
    def label(self) -> str:
        return part_label(self.field)

    @property
    def may_keep_both(self) -> bool:
        return self.field == "body" and bool(self.theirs and self.mine)

    @property
    def their_spans(self) -> list[TextSpan]:
        """Their words; those are `removed` that mine does not have."""
        return [span for span in self._spans() if span.kind != "added"]

    @property
    def my_spans(self) -> list[TextSpan]:
        """My words; those are `added` that theirs does not have."""
        return [span for span in self._spans() if span.kind != "removed"]

    def _spans(self) -> list[TextSpan]:
        return compare_words("\n".join(self.theirs), "\n".join(self.mine))


@dataclass
class MergedContent:
    """The result of a merge. `taken` are the fields that the other one changed, `paragraphs` counts their edits of
    the body; `open` are conflicts that the user who saves has not resolved yet.
    """

    body: str = ""
    taken: list[str] = field(default_factory=list)
    paragraphs: int = 0
    contested: list[ContestedPassage] = field(default_factory=list)

    @property
    def open(self) -> list[ContestedPassage]:
        return [passage for passage in self.contested if not passage.choice]


def merge_contents(
    base: Mapping[str, Any] | None, theirs: dict[str, Any], mine: dict[str, Any], choices: Mapping[str, str]
) -> MergedContent:
    """Merge the parts that somebody writes. `choices`: by the keys of passages. Without a base, all that differs is
    contested. `theirs` and `mine` are sanitised.
    """
    merged = MergedContent()
    names = section_names([theirs, mine])
    shown = [dict(content_parts(content, names)) for content in (theirs, mine)]
    for name in FIELDS:
        was, now, own = (_comparable(name, content) for content in (base, theirs, mine))
        if own == now:
            continue
        if own == was and base is not None:
            merged.taken.append(name)
        elif now != was or base is None:
            passage = _passage(name, shown[0][name], shown[1][name], [now, own], choices)
            merged.contested.append(passage)
            merged.taken += [name] if passage.choice == THEIRS else []
    blocks: list[str] = []
    bodies = (split_blocks(base["body"] if base else ""), split_blocks(theirs["body"]), split_blocks(mine["body"]))
    for run in merge_edits(*bodies):
        blocks += _chosen_blocks(run, merged, choices)
    merged.body = "".join(blocks)
    return merged


def split_blocks(html: str) -> list[str]:
    """Split a sanitised body into its paragraphs, headings, lists, tables and figures; joined they are the body."""
    blocks, start, depth = [], 0, 0
    for tag in _TAG.finditer(html):
        if tag[2] not in _EMPTY_TAGS:
            depth += -1 if tag[1] else 1
        if depth == 0:
            blocks.append(html[start : tag.end()])
            start = tag.end()
    return [*blocks, html[start:]] if start < len(html) else blocks


def _chosen_blocks(run: MergedRun[str], merged: MergedContent, choices: Mapping[str, str]) -> Iterator[str]:
    """The blocks of this run in the merged body. Unresolved conflicts contain both versions."""
    choice = {"contested": BOTH, "theirs": THEIRS}.get(run.kind, MINE)
    if run.kind == "contested":
        passage = _passage("body", _lines(run.theirs), _lines(run.mine), [run.theirs, run.mine], choices)
        merged.contested.append(passage)
        choice = passage.choice or BOTH
    if choice in (THEIRS, BOTH) and run.theirs != run.mine:
        merged.paragraphs += max(1, len(run.theirs))
    if choice in (THEIRS, BOTH):
        yield from run.theirs
    if choice in (MINE, BOTH):
        yield from run.mine


def _lines(blocks: tuple[str, ...]) -> list[str]:
    return [line for block in blocks for line in body_lines(block)]


def _passage(
    name: str, theirs: list[str], mine: list[str], versions: list[Any], choices: Mapping[str, str]
) -> ContestedPassage:
    key = sha256(json.dumps([name, *versions], ensure_ascii=False, default=str).encode()).hexdigest()[:16]
    passage = ContestedPassage(key, name, tuple(theirs), tuple(mine))
    allowed = (THEIRS, MINE, BOTH) if passage.may_keep_both else (THEIRS, MINE)
    choice = choices.get(key, "")
    return replace(passage, choice=choice) if choice in allowed else passage


def _comparable(name: str, content: Mapping[str, Any] | None) -> Any:
    """The value of a field, equal for equal texts: rows by their keys, files by their hashes, times as instants."""
    value = content.get(name) if content else None
    if not value:
        return None
    if name == "credits":
        return [(credit["role"], credit.get("key", credit["name"])) for credit in value]
    if name == "source":
        return value.get("key", value["name"])
    if name == "cover":
        return value["sha256"]
    return datetime.fromisoformat(value) if name == "embargo_until" else value
