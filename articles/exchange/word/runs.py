"""Reads the contents of a paragraph of a Word file: text with its marks, breaks, pictures, text boxes.

Deleted text of tracked changes, hidden text, comments and the codes of fields are not read.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ...sanitising import equation_text
from .package import WordPackage, attribute, child, is_on
from .pictures import PictureShelf, margins_of
from .styles import StyleSheet, first_property, has_property
from .symbols import plain_symbols

TRANSPARENT = frozenset({"w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:dir", "w:bdo", "w:sdtContent"})
REMOVED = frozenset({"w:del", "w:moveFrom"})
_SHAPE_PARTS = frozenset(
    {"w:txbxContent", "a:blip", "v:imagedata", "v:textpath", "c:chart", "dgm:relIds", "o:OLEObject"}
)
_MARKS = {"w:b": "strong", "w:i": "em", "w:strike": "s", "w:dstrike": "s"}
_RAISED = {"superscript": "sup", "subscript": "sub"}
_TYPED = {"w:tab": " ", "w:ptab": " ", "w:noBreakHyphen": "-"}
_SMALLEST = 2  # half points
_HIGHLIGHTS = {"black": "000000", "white": "FFFFFF", "red": "FF0000", "yellow": "FFFF00", "blue": "0000FF"}
_LINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]+)"', re.I)
_WEB_ADDRESS = re.compile(r"(?:https?|mailto|tel):", re.I)


class Piece(NamedTuple):
    """A piece of a paragraph. `kind` is text, break, picture, held or box.

    `text` is the text of text, and the description of a picture; `number` is that of a picture on the shelf, and
    `element` the content of a text box. `marks` are start tags, outermost first.
    """

    kind: str
    text: str = ""
    marks: tuple[str, ...] = ()
    number: int = 0
    element: Element | None = None
    size: int = 0


def _is_shade(shading: Element | None) -> bool:
    return shading is not None and shading.get("w:fill", "auto").upper() not in ("AUTO", "FFFFFF")


@dataclass
class _Field:
    code: str = ""
    in_result: bool = False

    @property
    def link(self) -> str:
        found = _LINK.match(self.code)
        return found[1] if found and self.in_result else ""


@dataclass
class RunReader:
    """Reads runs of one part; `part` changes to that of the footnotes. `notes` are the notes referred to, in order."""

    package: WordPackage
    styles: StyleSheet
    shelf: PictureShelf
    part: str
    lost: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, str]] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)
    style: str = ""
    is_shaded: bool = False  # the paragraph, so that white text in it is visible
    boxes: int = 0  # enclosing cells and text boxes, whose backgrounds are not examined

    def read_pieces(self, paragraph: Element) -> list[Piece]:
        """Return the pieces of a paragraph in reading order."""
        self.style = self.styles.style_of(child(paragraph, "w:pPr"))
        self.is_shaded = _is_shade(child(paragraph, "w:pPr", "w:shd"))
        pieces = list(self._pieces(paragraph, ""))
        # Codes end with their paragraph: one that a program left open would swallow the rest of the document.
        self.fields = [open_field for open_field in self.fields if open_field.in_result]
        return pieces

    def _pieces(self, element: Element, link: str) -> Iterator[Piece]:
        for inner in element:
            match inner.tag:
                case "w:r":
                    yield from self._run(inner, link)
                case "w:hyperlink":
                    yield from self._pieces(inner, self._target(inner.get("r:id", "")) or link)
                case "w:fldSimple":
                    simple = _Field(inner.get("w:instr", ""), in_result=True)
                    yield from self._pieces(inner, simple.link or link)
                case "w:sdt":
                    content = content_of_control(inner)
                    yield from () if content is None else self._pieces(content, link)
                case "mc:AlternateContent":
                    yield from self._pieces(chosen_alternative(inner), link)
                case "m:oMath" | "m:oMathPara":
                    yield from self._formula(inner)
                case tag if tag in TRANSPARENT:
                    yield from self._pieces(inner, link)
                case tag if tag in REMOVED:
                    self.lost["deleted"] += any(part.tag in ("w:delText", "w:t") for part in inner.iter())

    def _target(self, key: str) -> str:
        found = self.package.relationships_of(self.part).get(key) if key else None
        return found.target if found and found.external else ""

    def _is_unseen(self, holders: list[Element | None]) -> bool:
        """Return True for text of one point at most, of the colour of its ground, and for white text on nothing."""
        if 0 < _whole(attribute(first_property(holders, "w:sz"))) <= _SMALLEST:
            return True
        shade, marked = first_property(holders, "w:shd"), attribute(first_property(holders, "w:highlight"))
        colour = attribute(child(holders[0], "w:color")).upper()
        ground = _HIGHLIGHTS.get(marked) or ("" if shade is None else shade.get("w:fill", "").upper())
        ground = ground.replace("AUTO", "")  # programs write the pair “auto” on ordinary text
        on_ground = self.boxes or self.is_shaded or _is_shade(shade) or marked
        return colour == ground != "" or (colour == "FFFFFF" and not on_ground)

    def _run(self, run: Element, link: str) -> Iterator[Piece]:
        holders = self.styles.run_properties(child(run, "w:rPr"), self.style)
        hidden = has_property(holders, "w:vanish") or self._is_unseen(holders)
        if hidden:
            self.lost["hidden"] += any(inner.tag in ("w:t", "w:drawing", "w:pict") for inner in run)
        marks = _marks(holders)
        size = _whole(attribute(first_property(holders, "w:sz")))
        font = attribute(child(run, "w:rPr"), "w:rFonts", key="w:ascii")
        for inner in run:
            if inner.tag == "w:fldChar":
                yield from self._turn_field(inner, is_hidden=hidden)
            elif inner.tag == "w:instrText" and self.fields:
                self.fields[-1].code += inner.text or ""
            elif not hidden and all(open_field.in_result for open_field in self.fields):
                target = next((f.link for f in reversed(self.fields) if f.link), link)
                outer = (_link_mark(target),) if _WEB_ADDRESS.match(target) else ()
                self.lost["local link"] += bool(target) and not outer and inner.tag == "w:t"
                yield from self._run_part(inner, (*outer, *marks), size, font)

    def _turn_field(self, mark: Element, *, is_hidden: bool) -> Iterator[Piece]:
        match mark.get("w:fldCharType"):
            case "begin":
                self.fields.append(_Field())
            case "separate" if self.fields:
                self.fields[-1].in_result = True
            case "end" if self.fields:
                ended = self.fields.pop()
                equation = None if ended.in_result or is_hidden else equation_text(ended.code)
                if equation:
                    yield Piece("text", equation)
                elif equation is not None:
                    self.lost["formula"] += 1
                    yield Piece("held")

    def _run_part(self, part: Element, marks: tuple[str, ...], size: int, font: str) -> Iterator[Piece]:
        match part.tag:
            case "w:t":
                text, lost = plain_symbols(part.text or "", font, is_run=True)
                self.lost["symbol"] += lost
                yield Piece("text", text, marks, size=size)
            case "w:sym":
                text, lost = plain_symbols(_character(part.get("w:char", "")), part.get("w:font", ""))
                self.lost["symbol"] += lost
                yield Piece("text", text, marks, size=size)
            case "w:br" if part.get("w:type", "textWrapping") == "textWrapping":
                yield Piece("break", marks=marks)
            case "w:cr":
                yield Piece("break", marks=marks)
            case "w:footnoteReference" | "w:endnoteReference":
                yield self._note(part)
            case "w:commentReference":
                self.lost["comment"] += 1
            case "w:ruby":
                yield from self._ruby(part, marks, size)
            case "mc:AlternateContent":
                for inner in chosen_alternative(part):
                    yield from self._run_part(inner, marks, size, font)
            case "w:drawing" | "w:pict" | "w:object":
                yield from self._shape(part, marks)
            case tag if tag in _TYPED:
                yield Piece("text", _TYPED[tag], marks, size=size)

    def _note(self, reference: Element) -> Piece:
        kind = reference.tag.removeprefix("w:").removesuffix("Reference")
        self.notes.append((kind, reference.get("w:id", "")))
        return Piece("text", f"[{len(self.notes)}]", ("sup",))

    def _ruby(self, ruby: Element, marks: tuple[str, ...], size: int) -> Iterator[Piece]:
        """Yield the text below, and its reading in brackets."""
        base, above = (
            "".join(text.text or "" for part in ruby if part.tag == name for text in part.iter("w:t"))
            for name in ("w:rubyBase", "w:rt")
        )
        yield Piece("text", f"{base}（{above}）" if above.strip() else base, marks, size=size)

    def _formula(self, formula: Element) -> Iterator[Piece]:
        """Yield a formula of letters, raised and lowered ones as text; of any other one, its place."""
        raised = {"m:sup": "sup", "m:sub": "sub"}
        plain = {"m:oMath", "m:oMathPara", "m:r", "m:t", "m:e", "m:sSup", "m:sSub", *raised}
        skipped = {"m:rPr", "m:ctrlPr", "m:sSupPr", "m:sSubPr", "m:oMathParaPr", "w:rPr"}

        def letters(element: Element, marks: tuple[str, ...]) -> Iterator[Piece | None]:
            for inner in element:
                if inner.tag == "m:t":
                    yield Piece("text", inner.text or "", marks)
                elif inner.tag in plain:
                    yield from letters(inner, (raised[inner.tag],) if inner.tag in raised else marks)
                elif inner.tag not in skipped:
                    yield None

        found = list(letters(formula, ()))
        if None in found:
            self.lost["formula"] += 1
            yield Piece("held")
        else:
            yield from (piece for piece in found if piece)

    def _shape(self, shape: Element, marks: tuple[str, ...]) -> Iterator[Piece]:
        described = next(iter(shape.iter("wp:docPr")), None)
        if described is not None and described.get("hidden", "0") in ("1", "true"):
            return
        words = "" if described is None else described.get("descr", "")
        for holder, part in _shape_parts(shape):
            if part.tag == "w:txbxContent":
                yield Piece("box", element=part)
            elif part.tag == "v:textpath":
                yield Piece("text", part.get("string", ""), marks)
            elif part.tag == "o:OLEObject":
                self.lost["embedded"] += part.get("ProgID", "").split(".")[0] != "Equation"
            elif part.tag in ("c:chart", "dgm:relIds"):
                self.lost["drawing"] += 1
                yield Piece("held")
            else:
                key = part.get("r:embed") or part.get("r:id") or part.get("r:link") or ""
                yield Piece("picture", words, number=self.shelf.number(self.part, key, margins_of(holder, part)))


def content_of_control(control: Element) -> Element | None:
    """Return the content of a content control (w:sdt); None if it is empty but for its prompt."""
    if is_on(child(control, "w:sdtPr"), "w:showingPlcHdr"):
        return None
    return child(control, "w:sdtContent")


def chosen_alternative(alternatives: Element) -> Element:
    """Return the alternative that shows something we read: the newer form, or else the fallback. Never both."""
    shown = {"a:blip", "v:imagedata", "w:txbxContent", "w:t", "v:textpath"}
    for alternative in alternatives:
        if any(inner.tag in shown for inner in alternative.iter()):
            return alternative
    return alternatives[0] if len(alternatives) else alternatives


def _shape_parts(element: Element) -> Iterator[tuple[Element, Element]]:
    """Yield what a drawing shows, each with the element that contains it."""
    for inner in element:
        if inner.tag in _SHAPE_PARTS:
            yield element, inner
        elif inner.tag == "mc:AlternateContent":
            yield from _shape_parts(chosen_alternative(inner))
        else:
            yield from _shape_parts(inner)


def _marks(holders: list[Element | None]) -> tuple[str, ...]:
    marks = [mark for name, mark in _MARKS.items() if has_property(holders, name)]
    if attribute(first_property(holders, "w:u")) not in ("", "none"):
        marks.append("u")
    raised = _RAISED.get(attribute(first_property(holders, "w:vertAlign")))
    return tuple(dict.fromkeys([*marks, raised] if raised else marks))


def _link_mark(address: str) -> str:
    escaped = address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'a href="{escaped}"'


def _character(code: str) -> str:
    return chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{2,4}", code) and not "d800" <= code.lower() <= "dfff" else ""


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
