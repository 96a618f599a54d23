"""Writes the attributes that a body keeps."""

import html as entities
import re

from .nodes import CELLS
from .text import plain_text

MAX_SPAN = 100  # rows or columns
MAX_PICTURE_SIDE = 20_000  # pixels


def written_picture(address: str, attributes: dict[str, str]) -> str:
    """Return the <img> of a picture of the library."""
    alt = entities.escape(plain_text(attributes.get("alt", "")))
    sizes = {name: _positive_attribute(attributes, name) for name in ("width", "height")}
    written = "".join(_written_attribute(name, size) for name, size in sizes.items() if size <= MAX_PICTURE_SIDE)
    return f'<img src="{address}" alt="{alt}"{written}>'


def box_attributes(name: str, attributes: dict[str, str]) -> str:
    """Return the attributes of a box that are kept, as written in its start tag."""
    if name == "ol":
        return _written_attribute("start", _positive_attribute(attributes, "start"))
    if name not in CELLS:
        return ""
    scope = attributes.get("scope", "").strip().lower()
    written = f' scope="{scope}"' if name == "th" and scope in ("row", "col", "rowgroup", "colgroup") else ""
    for span in ("colspan", "rowspan"):
        written += _written_attribute(span, min(_positive_attribute(attributes, span), MAX_SPAN))
    return written


def _positive_attribute(attributes: dict[str, str], name: str) -> int:
    """Return the value of an attribute as a number of up to six digits; 0 if it is anything else."""
    value = attributes.get(name, "").strip()
    return int(value) if re.fullmatch("[0-9]{1,6}", value) else 0


def _written_attribute(name: str, number: int) -> str:
    return f' {name}="{number}"' if number else ""
