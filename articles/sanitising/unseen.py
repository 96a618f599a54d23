"""Text that is present but invisible: white on white, transparent, of no size, of no height, outside the page."""

import re
from dataclasses import dataclass

from .colours import Rgb, is_clear, is_white, opaque_colour, written_colours
from .styles import Style

_NUMBER = re.compile(r"(-?[0-9]{0,6}(?:\.[0-9]{0,6})?)\s*(px|pt|em|rem|%|in|cm|mm|vh|vw)?")
_NO_COLOUR = frozenset({"", "none", "initial", "inherit", "unset", "auto", "currentcolor"})
_NO_GROUND = _NO_COLOUR | {"transparent", "repeat", "scroll", "fixed", "center", "left", "right", "top", "bottom"}
_GROUNDS = ("background", "background-color", "background-image", "mso-highlight", "mso-shading")
_FILL = "-webkit-text-fill-color"  # counts instead of the colour
_INKS = frozenset({"color", _FILL, "font-size", "font", "mso-number-format", *_GROUNDS})
_INK_ATTRIBUTES = frozenset({"color", "bgcolor", "background"})
_PLACES = frozenset(
    {"opacity", "position", "text-indent", "overflow", "overflow-x", "overflow-y", "clip-path", "transform", "filter"}
    | {"content-visibility", "margin-left"}
)
_STRETCHED = ("padding", "padding-top", "padding-bottom")
_GROWING = ("flex", "flex-grow", "min-width")
_SMALLEST = 1.0  # pixels or points
_FAR, _FAR_MARGIN = -900.0, -3000.0  # where no page has text; margins centre what is as wide as a screen
_LONGEST_VALUE = 200  # characters
_FAINTEST = 0.02  # of 1, opaque
# Cut, shrunk or faded to nothing: inset(50%), circle(0), scale(0, 1), opacity(0%).
_NOTHING = re.compile(
    r"inset\((?:\s*(?:[5-9][0-9](?:\.[0-9]+)?|100)%\s*\)|[^)]*\b100%)|(?:circle|ellipse)\(\s*0(?:%|px)?\s*[ )]"
    r"|scale(?:x|y|3d)?\(\s*0(?:\.0+)?\s*[,)]|opacity\(\s*0(?:\.0+)?%?\s*\)"
)


@dataclass(frozen=True, slots=True)
class Ink:
    """How text is drawn: white or transparent, on a ground of a colour or a picture, with a size that can be read.

    `colour` and `ground` are the opaque colours that are named, or None.
    """

    is_pale: bool = False
    has_ground: bool = False
    is_tiny: bool = False
    colour: Rgb | None = None
    ground: Rgb | None = None

    @property
    def is_blacked_out(self) -> bool:
        """True for text in the colour of its ground, as where a name was painted over."""
        return self.has_ground and self.colour is not None and self.colour == self.ground


PLAIN_INK = Ink()


def inherited_ink(style: Style, attributes: dict[str, str], around: Ink) -> Ink:
    """Return the ink inside an element whose parent has the ink `around`."""
    if _INKS.isdisjoint(style) and _INK_ATTRIBUTES.isdisjoint(attributes):
        return around
    written = style.get(_FILL, "")
    written = style.get("color") or attributes.get("color", "").strip().lower() if written in _NO_COLOUR else written
    pale, colour = _is_pale(written), around.colour if written in _NO_COLOUR else opaque_colour(written)
    has_ground, ground = around.has_ground, around.ground
    for named in [attributes.get("bgcolor", "").strip().lower()] + [style.get(name, "") for name in _GROUNDS]:
        own = _is_ground(named)
        if own is not None:
            # What is drawn is perhaps only below the letters.
            has_ground, ground = own, None if _is_drawn(named) else opaque_colour(next(iter(_named_colours(named)), ""))
    if "url(" in style.get("background-image", "") or attributes.get("background"):
        has_ground, ground = True, None
    if "text" in (style.get("-webkit-background-clip"), style.get("background-clip")):
        pale, colour = False, None  # the letters show the background
    return Ink(around.is_pale if pale is None else pale, has_ground, _is_tiny(style, around), colour, ground)


def is_out_of_sight(style: Style, *, has_width: bool) -> bool:
    """Return True for an element that has no place on the page: for programs that read aloud, or to hide words.

    `has_width` is False for elements within lines and for cells, which are as wide as their text.
    """
    if _PLACES.isdisjoint(style):
        return False
    opacity = _length(style.get("opacity", ""))
    if (opacity is not None and opacity <= _FAINTEST) or style.get("content-visibility") == "hidden":
        return True
    if any(_NOTHING.search(style.get(name, "")[:_LONGEST_VALUE]) for name in ("clip-path", "transform", "filter")):
        return True
    if style.get("position") in ("absolute", "fixed"):
        clip = style.get("clip", "").replace(" ", "").replace("px", "").replace(",", "")
        if clip in ("rect(0000)", "rect(1111)"):
            return True
    sides = ("left", "top", "right", "bottom") if style.get("position") in ("absolute", "fixed", "relative") else ()
    if any((_length(style.get(name, "")) or 0) < _FAR for name in (*sides, "text-indent")):
        return True
    if (_length(style.get("margin-left", "")) or 0) < _FAR_MARGIN:
        return True
    return _is_cut_off(style, has_width=has_width)


def _is_cut_off(style: Style, *, has_width: bool) -> bool:
    """Return True for an element that shows only a pixel of its height or width."""
    if any((_length(style.get(name, "")) or 0) > 0 for name in _STRETCHED):
        return False
    heights = ("height", "max-height") if "min-height" not in style else ()
    widths = ("width", "max-width") if has_width and style.keys().isdisjoint(_GROWING) else ()
    for names, cut in ((heights, "overflow-y"), (widths, "overflow-x")):
        is_cut = not {style.get("overflow"), style.get(cut)}.isdisjoint({"hidden", "clip"})
        if is_cut and any(_is_a_pixel(style.get(name, "")) for name in names):
            return True
    return False


def _is_a_pixel(written: str) -> bool:
    """Return True for a length of a pixel or point at most; 1em is a line, and 1% may be much."""
    length = _length(written)
    return length is not None and length <= (1 if written.endswith(("px", "pt")) else 0)


def _is_pale(colour: str) -> bool | None:
    """Return True for white and transparent, None if it names no colour."""
    if colour in _NO_COLOUR:
        return None
    return colour == "transparent" or is_clear(colour) or is_white(colour)


def _is_ground(written: str) -> bool | None:
    """Return True for a background that white text can be read on, False for a white one, None for none."""
    if not written:
        return None
    if _is_drawn(written):
        return True
    named = _named_colours(written)
    return None if not named or is_clear(named[0]) else not is_white(named[0])


def _is_drawn(background: str) -> bool:
    return "url(" in background or "gradient(" in background


def _named_colours(written: str) -> list[str]:
    """Return the colours that a background names: the first one counts."""
    if "(" in written or "#" in written:
        return written_colours(written)
    return [word for word in written.split() if word.isalpha() and word not in _NO_GROUND]


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
