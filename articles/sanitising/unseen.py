"""Text that is present but invisible: white on white, transparent, of no size, of no height, outside the page."""

import re
from dataclasses import dataclass

from .styles import Style

_NUMBER = re.compile(r"(-?[0-9]{0,6}(?:\.[0-9]{0,6})?)\s*(px|pt|em|rem|%|in|cm|mm|vh|vw)?")
_COLOUR = re.compile(r"(rgba?\([^()]{1,60}\)|#[0-9a-f]{3,8}\b)")
_RGB = re.compile(r"[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}")
_HEX = re.compile("[0-9a-f]{3,8}")
_NO_COLOUR = frozenset({"", "none", "initial", "inherit", "unset", "auto", "currentcolor"})
_NO_GROUND = _NO_COLOUR | {"transparent", "repeat", "scroll", "fixed", "center", "left", "right", "top", "bottom"}
_GROUNDS = ("background", "background-color", "background-image", "mso-highlight", "mso-shading")
_INKS = frozenset({"color", "font-size", "font", "mso-number-format", *_GROUNDS})
_INK_ATTRIBUTES = frozenset({"color", "bgcolor", "background"})
_PLACES = frozenset({"opacity", "position", "text-indent", "overflow", "overflow-y"})
_LIGHTEST, _SMALLEST = 250, 1.0  # of 255; pixels or points
_FAR = -900.0  # where no page has text


@dataclass(frozen=True, slots=True)
class Ink:
    """How text is drawn: white or transparent, on a ground of a colour or a picture, with a size that can be read."""

    is_pale: bool = False
    has_ground: bool = False
    is_tiny: bool = False


PLAIN_INK = Ink()


def inherited_ink(style: Style, attributes: dict[str, str], around: Ink) -> Ink:
    """Return the ink inside an element whose parent has the ink `around`."""
    if _INKS.isdisjoint(style) and _INK_ATTRIBUTES.isdisjoint(attributes):
        return around
    pale = _is_pale(style.get("color") or attributes.get("color", "").strip().lower())
    ground = around.has_ground
    for written in [style.get(name, "") for name in _GROUNDS] + [attributes.get("bgcolor", "").strip().lower()]:
        own = _is_ground(written)
        ground = ground if own is None else own
    if "url(" in style.get("background-image", "") or attributes.get("background"):
        ground = True
    if "text" in (style.get("-webkit-background-clip"), style.get("background-clip")):
        pale = False  # the letters show the background
    return Ink(around.is_pale if pale is None else pale, ground, _is_tiny(style, around))


def is_out_of_sight(style: Style) -> bool:
    """Return True for an element that has no place on the page: for programs that read aloud, or to hide words."""
    if _PLACES.isdisjoint(style):
        return False
    if style.get("opacity") is not None and _length(style["opacity"]) == 0:
        return True
    if style.get("position") in ("absolute", "fixed"):
        clip = style.get("clip", "").replace(" ", "").replace("px", "").replace(",", "")
        if clip in ("rect(0000)", "rect(1111)") or "100%" in style.get("clip-path", ""):
            return True
        if min(_length(style.get("left", "")) or 0, _length(style.get("top", "")) or 0) < _FAR:
            return True
    if (_length(style.get("text-indent", "")) or 0) < _FAR:
        return True
    cut = {style.get("overflow"), style.get("overflow-y")} & {"hidden", "clip"}
    stretched = any((_length(style.get(name, "")) or 0) > 0 for name in ("padding", "padding-top", "padding-bottom"))
    heights = [_length(style.get(name, "")) for name in ("height", "max-height")]
    return bool(cut) and not stretched and any(height is not None and height <= 1 for height in heights)


def _is_pale(colour: str) -> bool | None:
    """Return True for white and transparent, None if it names no colour."""
    if colour in _NO_COLOUR:
        return None
    return colour == "transparent" or _is_clear(colour) or _is_white(colour)


def _is_ground(written: str) -> bool | None:
    """Return True for a background that white text can be read on, False for a white one, None for none."""
    if not written:
        return None
    if "url(" in written or "gradient(" in written:
        return True
    if found := _COLOUR.search(written):
        return None if _is_clear(found[1]) else not _is_white(found[1])
    names = [word for word in written.split() if word.isalpha() and word not in _NO_GROUND]
    return "white" not in names if names else None


def _is_white(colour: str) -> bool:
    if colour == "white":
        return True
    if colour.startswith("#"):
        digits = colour[1:]
        pairs = [digit * 2 for digit in digits[:3]] if len(digits) in (3, 4) else re.findall("..", digits[:6])
        return bool(_HEX.fullmatch(digits)) and len(pairs) == 3 and all(int(pair, 16) >= _LIGHTEST for pair in pairs)
    parts = _RGB.findall(colour) if colour.startswith("rgb") else []
    return len(parts) >= 3 and all(float(part) >= _LIGHTEST for part in parts[:3])


def _is_clear(colour: str) -> bool:
    parts = _RGB.findall(colour) if colour.startswith("rgb") else []
    return len(parts) == 4 and parts[3].strip("0.") == ""


def _is_tiny(style: Style, around: Ink) -> bool:
    if "\x1f\x1f\x1f" in style.get("mso-number-format", ""):  # Excel shows nothing of such a cell
        return True
    size = style.get("font-size") or (style.get("font", "").split(" ")[0].split("/")[0])
    found = _NUMBER.fullmatch(size) if size else None
    if not found or not found[1].strip("-."):
        return False if size and not found else around.is_tiny
    if found[2] in ("em", "%"):
        return around.is_tiny or float(found[1]) == 0
    return float(found[1]) <= (0 if found[2] not in ("px", "pt") else _SMALLEST)


def _length(written: str) -> float | None:
    """Return the number of a length, in whatever unit it has."""
    found = _NUMBER.fullmatch(written)
    return float(found[1]) if found and found[1].strip("-.") else None
