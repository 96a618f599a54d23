"""Comparing two revisions by words of their text, never as raw HTML."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Any, Literal, TypeVar

from django.utils.translation import gettext as _

from .models import Article, Credit, Section
from .models.ai_use import declared_ai_use
from .models.calendar_days import spell_minute
from .models.revision import text_of_content

# The unit of comparison: a word of Latin letters or digits, or a single other character.
WORD_PATTERN = re.compile(r"[A-Za-z0-9]+(?:[.,:%-][A-Za-z0-9]+)*|.", re.DOTALL)
# Fewer equal words than this between two changes are treated as changed: they match by chance.
SHORTEST_MATCH = 2
# Longer lines (characters) are shown as replaced: comparing them by word would be slow and unreadable.
LONGEST_LINE = 6000
# The most pairs of equal pieces that are compared. Prose has thousands of pairs a page; with more, repetitive text (a
# table of zeros, a line of dots) would take minutes.
MOST_PAIRS = 300_000
LINE_TAGS = {"p", "h2", "h3", "h4", "li", "td", "th", "caption", "figcaption", "blockquote", "figure", "hr", "br"}
SpanKind = Literal["same", "removed", "added"]
Line = TypeVar("Line", bound=Hashable)


@dataclass(frozen=True)
class TextSpan:
    """A piece of a line: `same`, `removed` or `added`."""

    kind: SpanKind
    text: str


@dataclass(frozen=True)
class ComparedLine:
    """One line of a comparison, as spans."""

    spans: tuple[TextSpan, ...]

    @property
    def changed(self) -> bool:
        return any(span.kind != "same" for span in self.spans)

    @property
    def before_spans(self) -> tuple[TextSpan, ...]:
        """The line as it was, for a separate column."""
        return tuple(span for span in self.spans if span.kind != "added")

    @property
    def after_spans(self) -> tuple[TextSpan, ...]:
        """The line as it is now."""
        return tuple(span for span in self.spans if span.kind != "removed")


@dataclass(frozen=True)
class ContentChange:
    """What changed in one part of an article (title, source, body …); `label` is its display name."""

    label: str
    lines: tuple[ComparedLine, ...]

    @property
    def changed_lines(self) -> tuple[ComparedLine, ...]:
        return tuple(line for line in self.lines if line.changed)


def compare_contents(before: dict[str, Any], after: dict[str, Any]) -> list[ContentChange]:
    """Return the parts in which two revision contents differ, in reading order; empty if there is no difference.

    `lines` include the unchanged ones, so that a page can show changes in context.
    """
    names = section_names([before, after])
    changes = []
    for (field, old), (_field, new) in zip(content_parts(before, names), content_parts(after, names), strict=True):
        if old != new:
            changes.append(ContentChange(part_label(field), tuple(compare_lines(old, new))))
    if not changes and text_of_content(before) != text_of_content(after):
        changes.append(
            ContentChange(
                _("Form"), (ComparedLine((TextSpan("added", _("Only bold, headings, tables or files changed.")),)),)
            )
        )
    return changes


def compare_texts(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[ContentChange]:
    """Return title and text of two contents against one another, line by line, including unchanged lines."""
    pairs = (
        ("title", [one["title"]], [other["title"]]),
        ("body", body_lines(one["body"]), body_lines(other["body"])),
    )
    return [ContentChange(part_label(field), tuple(compare_lines(before, after))) for field, before, after in pairs]


def compare_lines(before: list[str], after: list[str]) -> Iterator[ComparedLine]:
    """Compare two texts by line; a replaced line is compared with its successor by word."""
    for is_changed, old, new in matched_blocks(before, after):
        if not is_changed:
            yield from (ComparedLine((TextSpan("same", line),)) for line in old)
        else:
            for was, now in zip_longest(old, new):
                yield ComparedLine(tuple(compare_words(was or "", now or "")))


def matched_blocks(before: list[Line], after: list[Line]) -> Iterator[tuple[bool, list[Line], list[Line]]]:
    """The two texts as runs of lines: (changed?, old, new). Texts of many equal lines are one changed run."""
    opcodes: Sequence[tuple[str, int, int, int, int]]
    if count_pairs(before, after) > MOST_PAIRS:
        opcodes = [("replace", 0, len(before), 0, len(after))]
    else:
        opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in opcodes:
        yield tag != "equal", before[i1:i2], after[j1:j2]


def compare_words(before: str, after: str) -> list[TextSpan]:
    """Compare two versions of a line by word.

    Joining all spans except `added` gives `before`; all except `removed` gives `after`.
    """
    if max(len(before), len(after)) > LONGEST_LINE or not before or not after:
        return _joined_spans([("removed", before), ("added", after)])
    if before == after:
        return _joined_spans([("same", before)])
    old, new = WORD_PATTERN.findall(before), WORD_PATTERN.findall(after)
    if count_pairs(old, new) > MOST_PAIRS:
        return _joined_spans([("removed", before), ("added", after)])
    pieces: list[tuple[str, str, str]] = []  # (kind, old text, new text)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kind = "same" if tag == "equal" else "changed"
        was, now = "".join(old[i1:i2]), "".join(new[j1:j2])
        by_chance = kind == "same" and i2 - i1 < SHORTEST_MATCH and i1 > 0 and i2 < len(old)
        if pieces and (kind == "changed" or by_chance) and pieces[-1][0] == "changed":
            _kind, first_was, first_now = pieces.pop()
            pieces.append(("changed", first_was + was, first_now + now))
        else:
            pieces.append((kind, was, now))
    spans: list[tuple[SpanKind, str]] = []
    for kind, was, now in pieces:
        spans += [("same", was)] if kind == "same" else [("removed", was), ("added", now)]
    return _joined_spans(spans)


def body_lines(html: str, *, has_addresses: bool = True) -> list[str]:
    """The text of a sanitised body, one line per paragraph, heading, cell or caption; pictures and links as text.

    Readers do not see the addresses of links: without `has_addresses` they are left out.
    """
    reader = _LineCollector(has_addresses=has_addresses)
    reader.feed(html)
    reader.close()
    return [line for line in (line.strip() for line in reader.lines) if line]


def count_pairs(before: Sequence[Hashable], after: Sequence[Hashable]) -> int:
    """Count the pairs of equal pieces, with which the time grows that comparing takes."""
    now = Counter(after)
    return sum(count * now[piece] for piece, count in Counter(before).items())


def part_label(field: str) -> str:
    """The display name of a part of a revision's content."""
    if field in ("credits", "pictures", "attachments"):
        return {"credits": _("credits"), "pictures": _("pictures"), "attachments": _("attachments")}[field]
    return str(getattr(Article._meta.get_field(field), "verbose_name", field))


def consecutive_runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """For each run of consecutive revision numbers, in rising order, the pair (number before the first, last)."""
    first = last = 0
    for number in numbers:
        if last and number != last + 1:
            yield first - 1, last
            last = 0
        first, last = first if last else number, number
    if last:
        yield first - 1, last


def section_names(contents: Iterable[dict[str, Any]]) -> dict[int, str]:
    """The names of the sections of revisions' contents, for `content_parts`. One query."""
    return dict(Section.objects.filter(pk__in={content["section"] for content in contents}).values_list("pk", "name"))


def content_parts(content: dict[str, Any], names: dict[int, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each field of a revision's content, in reading order, with its text in lines."""
    for field in ("kicker", "title", "subtitle", "short_title", "summary"):
        yield field, [content[field]] if content[field] else []
    yield "body", body_lines(content["body"])
    yield "credits", [f"{Credit.Role(c['role']).label}：{c['name']}" for c in content["credits"]]
    yield "source", [content["source"]["name"]] if content["source"] else []
    yield "origin", [str(Article.Origin(content["origin"]).label)]
    yield "ai_use", [str(declared_ai_use(content).label)] if content.get("ai_use") else []
    for field in ("original_title", "original_author", "original_url", "original_published_on"):
        yield field, [content[field]] if content[field] else []
    yield "section", [names.get(content["section"], "")]
    yield "keywords", ["、".join(content["keywords"])] if content["keywords"] else []
    yield "cover", [content["cover"]["sha256"][:12]] if content["cover"] else []
    embargo = content.get("embargo_until")
    yield "embargo_until", [spell_minute(datetime.fromisoformat(embargo))] if embargo else []
    yield "pictures", [f"{p['sha256'][:12]} {p['alt']} {p['credit']}".strip() for p in content["pictures"]]
    yield "attachments", [f"{a['name']} {a['sha256'][:12]}" for a in content["attachments"]]


class _LineCollector(HTMLParser):
    def __init__(self, *, has_addresses: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.has_addresses = has_addresses
        self.lines = [""]
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in LINE_TAGS:
            self.lines.append("")
        if tag == "img":
            self.lines[-1] += _("[picture: %(alt)s]") % {"alt": facts.get("alt") or ""}
        if tag == "a" and self.has_addresses:
            self.href = facts.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in LINE_TAGS:
            self.lines.append("")
        if tag == "a" and self.href:
            self.lines[-1] += f"〔{self.href}〕"
            self.href = ""

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data


def _joined_spans(pieces: list[tuple[SpanKind, str]]) -> list[TextSpan]:
    return [TextSpan(kind, text) for kind, text in pieces if text]
