"""The tokens of a marked part as lines of spans, to be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from ..comparing import SpanKind
from .marking import MarkedPart, MarkedRun
from .tokens import PICTURE

NO_THUMBNAILS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class MarkedSpan:
    """Words that are the same, or that one step added or removed.

    `marks` are the names of their HTML elements (strong, sub …); `picture` is the address of a picture, whose `text`
    is its description, and `thumbnail` that of a small copy, if known; `ends_change`: the next words do not belong to
    the same step.
    """

    kind: SpanKind
    text: str
    step: int
    marks: tuple[str, ...] = ()
    picture: str = ""
    thumbnail: str = ""
    ends_change: bool = False


@dataclass(frozen=True)
class MarkedLine:
    """A line and its kind: "p", "h2", "li", "row", "br" … or the name of a field.

    `end`: whether the break at its end was added or removed; `was`: the kind of the line in the old text, if another.
    """

    kind: str
    spans: tuple[MarkedSpan, ...]
    end: SpanKind = "same"
    was: str = ""

    @property
    def is_changed(self) -> bool:
        return self.end != "same" or bool(self.was) or any(span.kind != "same" for span in self.spans)

    @property
    def shows_break(self) -> bool:
        """Return True if a paragraph was divided or joined here, and not added or removed as a whole."""
        return self.end != "same" and any(span.kind != self.end for span in self.spans)


def lay_out(part: MarkedPart, thumbnails: Mapping[str, str] = NO_THUMBNAILS) -> Iterator[MarkedLine]:
    """Yield the lines of a part. A line that became another kind of line is one line.

    `thumbnails` has the addresses of small copies by those of their pictures.
    """
    words: list[MarkedRun] = []
    ended: MarkedLine | None = None  # only in the old text; the next piece shows whether its type changed
    for piece in _pieces(part):
        *before, last = piece.tokens
        if ended and piece.kind == "added" and last.ends_line and not before:
            yield MarkedLine(last.form, ended.spans, was=ended.kind)
            ended = None
            continue
        if ended:
            yield ended
            ended = None
        if not last.ends_line:
            words.append(piece)
            continue
        line = MarkedLine(
            last.form, tuple(_spans([*words, piece._replace(tokens=tuple(before))], thumbnails)), end=piece.kind
        )
        words = []
        if piece.kind == "removed":
            ended = line
        else:
            yield line
    if ended:
        yield ended


def _pieces(part: MarkedPart) -> Iterator[MarkedRun]:
    """The runs of a part, divided after each end of a line."""
    for run in part.runs:
        start = 0
        for place, token in enumerate(run.tokens, start=1):
            if token.ends_line:
                yield run._replace(tokens=run.tokens[start:place])
                start = place
        if start < len(run.tokens):
            yield run._replace(tokens=run.tokens[start:])


def _spans(runs: list[MarkedRun], thumbnails: Mapping[str, str]) -> Iterator[MarkedSpan]:
    forms = [(run, form, list(same)) for run in runs for form, same in groupby(run.tokens, key=lambda t: t.form)]
    steps = [run.step for run, _form, _tokens in forms]
    for (run, form, tokens), following in zip(forms, [*steps[1:], 0], strict=True):
        is_picture = form.startswith(f"{PICTURE} ")
        picture = form.partition(" ")[2] if is_picture else ""
        yield MarkedSpan(
            run.kind,
            "".join(token.text for token in tokens),
            run.step,
            marks=() if is_picture else tuple(form.split()),
            picture=picture,
            thumbnail=thumbnails.get(picture, ""),
            ends_change=run.kind != "same" and run.step != following,
        )
