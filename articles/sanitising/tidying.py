"""Normalises a body and writes it as HTML. Idempotent: its output, parsed again, gives the same output."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, takewhile

from .held import held_places
from .nodes import BREAK, CELLS, HEADINGS, REMOVED_PICTURE, ROW_GROUPS, BlockBox, Run, TextLine, is_text
from .table_rows import shorten_rowspans
from .text import SPACES

_ALIGNED_IN = ("body", "blockquote")
_INDENT = 4  # columns
_FAR_RIGHT = 30  # columns, of the 56 that a line of a document has
_LONGEST_SHIFTED, _MOST_RUNS = 120, 40  # characters with the blanks
_PLAIN_SPACES = re.compile("[ \u00a0]+")


def tidy_box(box: BlockBox, removed: Counter[str]) -> list[BlockBox | TextLine]:
    """Remove what is empty in `box` and return what replaces it: the box itself, nothing, or its content."""
    if box.name in ROW_GROUPS:
        shorten_rowspans(box)
    children: list[BlockBox | TextLine] = []
    for child in box.children:
        if isinstance(child, BlockBox):
            children += [child] if child.name == "hr" else tidy_box(child, removed)
        else:
            lines = _tidy_line(child, removed)
            # The editor fills empty cells with &nbsp; at every save, so removing that is not reported.
            was_empty = not lines and REMOVED_PICTURE not in (piece for _, piece in child.runs)
            removed["empty"] += was_empty and box.name not in CELLS
            children += lines
    box.children = children
    for line in children:
        if isinstance(line, TextLine) and (box.name not in _ALIGNED_IN or not _is_aligned(line)):
            line.alignment = ""
    if box.name == "table":
        return _tidy_table(box)
    if box.name == "figure":
        return _tidy_figure(box)
    return [box] if children or box.name in CELLS else []


def _is_aligned(line: TextLine) -> bool:
    """Return True for a paragraph of text: pictures and their placeholders are positioned by the page."""
    return line.name == "p" and any(is_text(piece) for _, piece in line.runs) and not _is_held_place(line)


def _tidy_table(table: BlockBox) -> list[BlockBox | TextLine]:
    captions = [child for child in table.children if isinstance(child, TextLine)]
    rows = [child for child in table.children if isinstance(child, BlockBox)]
    table.children = [*captions, *rows]
    return [table] if rows else [TextLine("p", caption.runs) for caption in captions]


def _tidy_figure(figure: BlockBox) -> list[BlockBox | TextLine]:
    """Keep a figure that contains pictures or one table only; replace any other by its content."""
    shown = [child for child in figure.children if child.name != "figcaption"]
    pictures = [
        child for child in shown if isinstance(child, TextLine) and child.name == "p" and _shows_pictures(child)
    ]
    if shown and pictures == shown:
        pictures[0].runs = [run for line in pictures for run in line.runs]
        figure.children = [child for child in figure.children if child not in pictures[1:]]
        return [figure]
    if [child.name for child in shown] == ["table"]:
        return [figure]
    if len(figure.children) > len(shown) == 1 and isinstance(held := shown[0], TextLine) and _is_held_place(held):
        held.runs += [
            run
            for caption in figure.children
            if isinstance(caption, TextLine) and caption is not held
            for run in caption.runs
        ]
        return [held]
    captions = [child for child in figure.children if isinstance(child, TextLine) and child.name == "figcaption"]
    for caption in captions:
        caption.name = "p"
    return figure.children


def _is_held_place(line: TextLine) -> bool:
    text = "".join(piece for _, piece in line.runs if is_text(piece))
    return held_places(text)[:1] == [text]


def _shows_pictures(line: TextLine) -> bool:
    return not any(is_text(piece) and piece.strip() for _, piece in line.runs)


def _tidy_line(line: TextLine, removed: Counter[str]) -> list[TextLine]:
    """Return the line without typed indents; split a paragraph at two or more breaks, elsewhere make them one."""
    parts: list[list[Run]] = [[]]
    for is_break, group in groupby(_space_runs(line.runs, removed), key=lambda run: run[1] == BREAK):
        runs = list(group)
        if not is_break:
            parts[-1] += runs
        elif len(runs) > 1 and line.name == "p":
            parts.append([])
        else:
            parts[-1].append(runs[0])
    alignment = line.alignment or ("right" if _is_spaced_far_right(line) else "")
    return [TextLine(line.name, _settle_marks(runs), alignment) for runs in parts if not _is_blank(runs)]


def _is_blank(runs: list[Run]) -> bool:
    return all(piece == BREAK or _is_to_fill_in(marks, piece) for marks, piece in runs)


def _is_spaced_far_right(line: TextLine) -> bool:
    """Return True for a short line that typed blanks move into the right half of a page: a signature, or its date."""
    pieces = ((marks, piece) for marks, piece in line.runs[:_MOST_RUNS] if is_text(piece))
    text = "".join("_" * len(run[1]) if _is_underlined_blank(*run) else run[1] for run in pieces)[:_LONGEST_SHIFTED]
    columns = _columns(text[: len(text) - len(text.lstrip(SPACES))])
    return columns >= _FAR_RIGHT and len(text) < _LONGEST_SHIFTED and BREAK not in (piece for _, piece in line.runs)


def _columns(blanks: str) -> int:
    return sum(1 if blank in " \u00a0" else 2 for blank in blanks)


def _space_runs(runs: list[Run], removed: Counter[str]) -> list[Run]:
    """Return the runs with single spaces, and without spaces or breaks at the ends or spaces next to a break.

    A break before a typed indent becomes two if the line begins with one, too: old sites write paragraphs so.
    """
    kept: list[Run] = []
    indent, at_start, is_indented = "", True, False
    joined = list(_join_runs(runs))
    for (marks, piece), (next_marks, next_piece) in zip(joined, [*joined[1:], ((), BREAK)], strict=False):
        if piece == BREAK:
            _strip_end(kept)
            if kept:
                kept.append((marks, BREAK))
            at_start = True
            continue
        if is_text(piece):
            piece = _drawn_blank(marks, piece)
            # Before underlined text it is an indent, which is underlined with it.
            is_field = _is_to_fill_in(marks, piece) and not ("u" in next_marks and is_text(next_piece))
            text = piece.lstrip(SPACES) if at_start and not is_field else piece
            indent += piece[: len(piece) - len(text)]
            text = _PLAIN_SPACES.sub(" ", text)
            piece = text.lstrip(" ") if kept and kept[-1][1].endswith(" ") else text
            if not piece:
                continue
        if indent.strip(" "):
            removed["indent"] += 1
            is_indented |= not kept and _columns(indent) >= _INDENT
            if kept and kept[-1][1] == BREAK and is_indented and _columns(indent) >= _INDENT:
                kept.append(kept[-1])
        indent, at_start = "", False
        kept.append((marks, piece))
    _strip_end(kept)
    while kept and kept[-1][1] == BREAK:
        kept.pop()
    return kept


def _drawn_blank(marks: tuple[str, ...], piece: str) -> str:
    """Return the text; underlined blanks, to be filled in by hand, as wide ones, which stay."""
    if not _is_underlined_blank(marks, piece):
        return piece
    wide = _columns(piece.replace(" ", "")) // 2
    return "\u3000" * wide if wide > 1 else piece


def _is_underlined_blank(marks: tuple[str, ...], piece: str) -> bool:
    return "u" in marks and not piece.strip(SPACES)


def _is_to_fill_in(marks: tuple[str, ...], piece: str) -> bool:
    """Return True for underlined blanks as `_drawn_blank` draws them."""
    return "u" in marks and len(piece) > 1 and set(piece) == {"\u3000"}


def _join_runs(runs: list[Run]) -> Iterator[Run]:
    """Yield the runs; adjacent texts with the same marks become one."""
    for (marks, text), group in groupby(runs, key=lambda run: (run[0], is_text(run[1]))):
        if text:
            yield marks, "".join(piece for _, piece in group)
        else:
            yield from group


def _strip_end(runs: list[Run]) -> None:
    while runs and is_text(runs[-1][1]):
        marks, piece = runs.pop()
        stripped = piece.rstrip(SPACES)
        if stripped or _is_to_fill_in(marks, piece):
            runs.append((marks, stripped or piece))
            return


def _settle_marks(runs: list[Run]) -> list[Run]:
    """Give breaks and single spaces only the marks that both neighbours have, to avoid <strong> </strong>."""
    settled = list(runs)
    for place, (marks, piece) in enumerate(runs):
        if piece in (BREAK, " "):
            shared = _shared_marks(_shared_marks(marks, runs[place - 1][0]), runs[place + 1][0])
            settled[place] = (shared, piece)
    return settled


def _shared_marks(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False))
    return tuple(mark for mark, _ in pairs)


def level_headings(box: BlockBox) -> None:
    """Make headings begin at h2, below the page's title, and skip no level: screen readers navigate by them.

    Below h4 there is none.
    """
    above: list[str] = []
    for line in _heading_lines(box):
        if line.name in HEADINGS:
            while above and above[-1] >= line.name:
                above.pop()
            above.append(line.name)
            line.name = f"h{min(len(above) + 1, 4)}"


def _heading_lines(box: BlockBox) -> Iterator[TextLine]:
    for child in box.children:
        if isinstance(child, BlockBox):
            yield from _heading_lines(child)
        else:
            yield child


def write_html(box: BlockBox) -> Iterator[str]:
    """Yield the HTML inside a tidied box. The only paragraph of an item or a cell is written without <p>."""
    bare = box.name == "figure" or (
        box.name in CELLS | {"li"} and [child.name for child in box.children].count("p") == 1
    )
    for child in box.children:
        if isinstance(child, TextLine) and child.name == "p" and bare:
            yield from _inline_html(child)
        elif child.name == "hr":
            yield "<hr>"
        else:
            attributes = child.attributes if isinstance(child, BlockBox) else _written_alignment(child)
            yield f"<{child.name}{attributes}>"
            yield from write_html(child) if isinstance(child, BlockBox) else _inline_html(child)
            yield f"</{child.name}>"


def _written_alignment(line: TextLine) -> str:
    return f' class="align-{line.alignment}"' if line.alignment else ""


def _inline_html(line: TextLine) -> Iterator[str]:
    written: tuple[str, ...] = ()
    for marks, piece in [*line.runs, ((), "")]:
        shared = len(_shared_marks(written, marks))
        for mark in reversed(written[shared:]):
            yield f"</{mark.split(' ')[0]}>"
        for mark in marks[shared:]:
            yield f"<{mark}>"
        yield piece
        written = marks
