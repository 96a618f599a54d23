"""Joins the lines of a text that was broken at a fixed width into paragraphs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ..bylines import parse_byline

_LONGEST_LINE = 120  # characters; wrapped lines are shorter
_ENDS_SENTENCE = "。！？!?；;：:…”』」）)】]"


class PageLine(NamedTuple):
    """A line of a printed page: its text without blanks at the ends, and its alignment."""

    text: str
    indented: bool
    after_blank: bool


def join_wrapped_lines(lines: Sequence[PageLine]) -> list[str]:
    """Return the paragraphs of the lines: each line is one, unless the page shows that its lines were broken.

    Where paragraphs are indented, a line without indent continues the one above; where blank lines part them, a line
    that follows a full one does. A byline is never joined to anything.
    """
    if any(len(line.text) > _LONGEST_LINE for line in lines):
        return [line.text for line in lines]
    by_indent = bool(lines) and lines[0].indented and not all(line.indented for line in lines)
    by_blank = not by_indent and _blank_lines_part_paragraphs(lines)
    if not (by_indent or by_blank):
        return [line.text for line in lines]
    widths = sorted(map(_width, lines))
    # Lines end at the page's width where at least two of them end there.
    full = widths[-1] - 4 if len(widths) > 1 and widths[-2] >= widths[-1] - 4 else widths[-1] + 1
    paragraphs: list[str] = []
    above: PageLine | None = None
    for line in lines:
        begins = line.indented if by_indent else line.after_blank
        if above is None or begins or not _is_broken(above, line, full):
            paragraphs.append(line.text)
        else:
            paragraphs[-1] += _gap(paragraphs[-1], line.text) + line.text
        above = line
    return paragraphs


def _blank_lines_part_paragraphs(lines: Sequence[PageLine]) -> bool:
    """Return True if there are blank lines, lines without one above, and these follow lines of nearly one width."""
    inner = [above for above, line in pairwise(lines) if not line.after_blank]
    if not inner or not any(line.after_blank for line in lines[1:]):
        return False
    width = max(_width(line) for line in lines)
    return width >= 30 and all(_width(line) >= 0.7 * width for line in inner)


def _is_broken(above: PageLine, line: PageLine, full: int) -> bool:
    """Return True if the line above ends in the middle of a sentence, or where the page's width made it end."""
    if parse_byline(line.text) is not None or parse_byline(above.text) is not None:
        return False
    return _width(above) >= full or not above.text.endswith(tuple(_ENDS_SENTENCE + "."))


def _width(line: PageLine) -> int:
    """The line's width in columns: a Chinese character takes two, and its indent as much as two of them."""
    return sum(1 if character < "\u2e80" else 2 for character in line.text) + 4 * line.indented


def _gap(before: str, after: str) -> str:
    return " " if before[-1] < "\u2e80" and after[0] < "\u2e80" else ""
