"""Reads drawings (<svg>): their HTML, in foreignObject elements, and pictures that they have as backgrounds.

WeChat's moving articles and the labels of diagrams have their text there. The elements of a drawing are opened like
those of HTML, so that what they hide stays hidden. The drawing itself is left out, and named if it shows more.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .backgrounds import background_picture
from .content import ContentReader
from .drawn_shapes import drawn_style, is_passed_over, is_shape
from .open_elements import FOREIGN_HTML, HiddenPart, OpenElement
from .opening import opened_element
from .tokens import DROPPED, HtmlToken, read_tokens

_MOST_DRAWINGS = 2  # one in another; more would be read again and again
_FOREIGN = FOREIGN_HTML.lower()
_CONTAINERS = frozenset({"svg", "g", "a", "switch", _FOREIGN})  # all others show none of the HTML in them
_VERBATIM = "<![CDATA["  # what is in it looks like markup


class DrawingReader(ContentReader):
    """Reads drawings; `MeaningReader` reads the HTML in them."""

    drawings = 0  # that are open round what is being read

    def read_token(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the tokens of a text, a tag or a dropped element."""
        raise NotImplementedError

    def _close_elements(self, place: int) -> Iterator[HtmlToken]:
        raise NotImplementedError

    def _read_drawing(self, drawing: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the pictures and the HTML in a drawing, and the drawing itself, which is left out, if it has more."""
        if self.drawings == _MOST_DRAWINGS or _VERBATIM in drawing.content:
            yield drawing._replace(content="")
            return
        self.drawings += 1
        place, shown, seen = self.open.depth, self.shown, SeenInDrawing(drawing.attributes)
        if "<style" in drawing.content.lower():  # its rules count for the whole drawing, also for what is before it
            for token in read_tokens(drawing.content):
                if token.value == "style":
                    self.sheet.add_rules(token.content)
        yield from self._begin_drawn(drawing, seen)
        is_hidden = self.open.innermost.hidden is not None
        for token, is_html in read_drawing(drawing.content):
            if is_html:
                seen.has_words |= token.kind == "text" and bool(token.value.strip())
                for inner in self.read_token(token):
                    if (inner.kind, inner.value) == ("start", "svg"):  # named once, with the one around
                        seen.has_more = True
                    else:
                        yield inner
            elif token.kind == "start":
                yield from self._begin_drawn(token, seen)
            elif token.kind == "end":
                yield from self._close_elements(seen.places.pop())
            else:
                seen.has_more |= bool(token.value.strip())
        yield from self._close_elements(place)
        self.drawings -= 1
        if not is_hidden and (seen.has_more or self.shown == shown or (seen.has_words and seen.has_shapes)):
            yield drawing._replace(content="")

    def _begin_drawn(self, token: HtmlToken, seen: "SeenInDrawing") -> Iterator[HtmlToken]:
        """Open an element of a drawing; yield its background picture, and the beginning of its HTML."""
        name = FOREIGN_HTML if token.value == _FOREIGN else "svg"
        style, context = self.sheet.style_of(token.value, token.attributes, self.open.innermost.context)
        element = opened_element(token._replace(value=name), drawn_style(token, style), self.open.innermost)
        element.context = context
        seen.has_shapes |= element.hidden is None and is_shape(token, seen.attributes)
        if token.value not in _CONTAINERS:
            element.hidden = element.hidden or HiddenPart("hidden")
        element.is_silent = name == "svg" or element.hidden is not None
        address = "" if element.hidden else background_picture(token.attributes)
        if address and address not in seen.pictures:
            seen.pictures.add(address)
            yield from self._begin_content()
            yield HtmlToken("start", "img", {"src": address})
        if name == FOREIGN_HTML:
            self.tables.read_start(HtmlToken("start", name, {}))
        if not element.is_silent:
            yield from self._begin_html(element)
        seen.places.append(self.open.depth)
        self.open.push(element)

    def _begin_html(self, element: OpenElement) -> Iterator[HtmlToken]:
        """Yield what comes before the HTML of a drawing: nothing in it may begin or end what is around it."""
        if self.paragraph or self.marker:
            yield from self._begin_content()
        if not element.in_list_paragraph:
            yield from self.word_lists.close_lists()
        self.flow.end()
        element.ends = [HtmlToken("end", element.name, {})]
        yield HtmlToken("start", element.name, {})


@dataclass
class SeenInDrawing:
    """What has been seen in a drawing with these attributes, and the places of its open elements."""

    attributes: dict[str, str]
    pictures: set[str] = field(default_factory=set)
    places: list[int] = field(default_factory=list)
    has_words: bool = False  # of HTML
    has_shapes: bool = False
    has_more: bool = False  # than pictures, HTML and shapes


def read_drawing(content: str) -> Iterator[tuple[HtmlToken, bool]]:
    """Yield the tokens of a drawing, with True for those of HTML. Every start of what is drawn has its end."""
    drawn = _DrawnElements()
    depth = 0  # of foreignObject elements: in the HTML of one, others are HTML and do not close themselves
    for token in read_tokens(content):
        if depth:
            depth += {"start": 1, "end": -1}.get(token.kind, 0) if token.value == _FOREIGN else 0
        if depth:
            yield token, True
        elif token.value == "svg":
            yield drawn.start(token), True
            drawn.end("svg")
        elif token.kind == "text":
            yield token, False
        elif token.value in DROPPED:
            if "<" in token.content and token.value != "style":
                yield HtmlToken("text", token.content, {}), False
        elif token.kind == "end":
            yield from drawn.end(token.value)
        else:
            yield drawn.start(token), False
            if token.closes_itself:
                yield from drawn.end(token.value)
            else:
                depth = int(token.value == _FOREIGN)
    yield from drawn.end()


class _DrawnElements:
    """The open elements of a drawing."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.counts: Counter[str] = Counter()
        self.chosen: list[bool] = []  # for each: whether a <switch> has got what it shows

    def start(self, token: HtmlToken) -> HtmlToken:
        """Open an element; return its start, marked as hidden if it is not the one that a <switch> shows."""
        is_shown = not is_passed_over(token.attributes)
        if self.names and self.names[-1] == "switch":
            is_shown &= not self.chosen[-1]
            self.chosen[-1] |= is_shown
        self.names.append(token.value)
        self.counts[token.value] += 1
        self.chosen.append(False)
        return token if is_shown else token._replace(attributes={**token.attributes, "hidden": ""})

    def end(self, name: str = "") -> list[tuple[HtmlToken, bool]]:
        """Return the ends of the innermost element of this name and what is in it; of all elements without a name."""
        ends: list[tuple[HtmlToken, bool]] = []
        while (self.counts[name] if name else self.names) and (not ends or ends[-1][0].value != name):
            ended = self.names.pop()
            self.counts[ended] -= 1
            self.chosen.pop()
            ends.append((HtmlToken("end", ended, {}), False))
        return ends
