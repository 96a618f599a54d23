"""The colours that styles name: which are white, which are clear, and which are the same."""

import re
from colorsys import hls_to_rgb
from functools import lru_cache

Rgb = tuple[int, int, int]  # red, green, blue of 255

_WRITTEN = re.compile(r"(?:rgb|hsl)a?\([^()]{1,60}\)|#[0-9a-f]{3,8}\b")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]{1,60})\)")
_PART = re.compile(r"(-?(?:[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}))(%?)")
_HEX = re.compile("#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_NAMES = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "yellow": (255, 255, 0)}
_LIGHTEST = 250  # of 255
_CLEAREST = 0.02  # of 1, opaque


def written_colours(written: str) -> list[str]:
    """Return the colours in a value that are written as numbers."""
    return _WRITTEN.findall(written)


def is_white(colour: str) -> bool:
    """Return True for white, and for what cannot be told from it."""
    rgb = _parse_colour(colour)[0]
    return rgb is not None and min(rgb) >= _LIGHTEST


def is_clear(colour: str) -> bool:
    """Return True for a colour through which everything is seen."""
    return _parse_colour(colour)[1] <= _CLEAREST


def opaque_colour(colour: str) -> Rgb | None:
    """Return a colour through which nothing is seen; None for any other, and for rare names."""
    rgb, opacity = _parse_colour(colour)
    return rgb if opacity == 1 else None


@lru_cache(maxsize=500)
def _parse_colour(colour: str) -> tuple[Rgb | None, float]:
    """Return a colour, None if it is unknown, and how opaque it is, from 0 to 1."""
    if _HEX.fullmatch(colour):
        digits = colour[1:] if len(colour) > 5 else "".join(digit * 2 for digit in colour[1:])
        red, green, blue, alpha = (int(f"{digits}ff"[at : at + 2], 16) for at in range(0, 8, 2))
        return (red, green, blue), alpha / 255
    found = _FUNCTION.fullmatch(colour)
    parts = _PART.findall(found[2]) if found else []
    if not found or len(parts) not in (3, 4):
        return _NAMES.get(colour), 1
    numbers = [float(number) / (100 if percent else 1) for number, percent in parts]
    opacity = numbers[3] if len(parts) == 4 else 1
    if found[1] == "hsl":
        rgb = [255 * part for part in hls_to_rgb(numbers[0] / 360, numbers[2], numbers[1])]
    else:
        rgb = [number * (255 if percent else 1) for number, (_, percent) in zip(numbers, parts, strict=False)]
    return (round(rgb[0]), round(rgb[1]), round(rgb[2])), opacity
