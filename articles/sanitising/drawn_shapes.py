"""What the attributes of elements in a drawing (<svg>) say: whether they are shown, and whether they draw something."""

import re

from .styles import Style
from .tokens import HtmlToken

# Attributes that are styles of the least weight.
_STYLES = (
    *("clip-path", "color", "display", "filter", "font-size", "height", "opacity", "overflow", "transform"),
    *("visibility", "width"),
)
_SIZED = frozenset({"svg", "foreignobject"})  # of no size, they show nothing
_ZERO = re.compile(r"[+-]?(?:0+(?:\.0*)?|\.0+)\s*(?:[a-z]{1,4}|%)?")
_SHAPES = frozenset({"path", "polygon", "polyline", "circle", "ellipse", "line", "use", "image"})
_NO_FILL = ("none", "transparent")
_SIDES = ("width", "height")


def drawn_style(token: HtmlToken, style: Style) -> Style:
    """Return the style of an element of a drawing, with what its attributes say."""
    written = {name: token.attributes[name].strip().lower() for name in _STYLES if name in token.attributes}
    style = {**written, **style}
    is_nothing = any(_ZERO.fullmatch(style.get(side, "")[:20]) for side in _SIDES)
    if token.value in _SIZED and is_nothing and style.get("overflow") != "visible":
        style["display"] = "none"
    return style


def is_passed_over(attributes: dict[str, str]) -> bool:
    """Return True for an element that is for programs with an extension, or for readers of another language."""
    languages = attributes.get("systemlanguage")
    return "requiredextensions" in attributes or (
        languages is not None and not any(one.strip().lower().startswith("zh") for one in languages.split(","))
    )


def is_shape(token: HtmlToken, drawing: dict[str, str]) -> bool:
    """Return True for an element that draws; a rectangle as large as the drawing is its ground, or a place to touch."""
    if token.value != "rect":
        return token.value in _SHAPES
    own = token.attributes
    if own.get("fill", "").strip().lower() in _NO_FILL and own.get("stroke", "none").strip().lower() == "none":
        return False
    box = drawing.get("viewbox", "")[:100].replace(",", " ").split()
    whole = zip(_SIDES, box[2:] if len(box) == 4 else ("", ""), strict=True)
    return not all(own.get(side, "") in ("", "100%", drawing.get(side), length) for side, length in whole)
