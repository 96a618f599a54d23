"""Pictures that a page sets as a background: where nothing is in front of them, they are what the page shows."""

import html as entities
import re

from .picture_tags import is_placeholder
from .tokens import HtmlToken

# "background" or "background-image" with an address, which styles have in any letter case.
_BACKGROUND = re.compile(r"""background(?:-image)?\s{0,3}:[^;]{0,200}?url\(\s{0,3}["']?([^"')\s]{1,2000})""", re.I)
_TAG = re.compile(r"<[^<>]*>")
_LATE = "data-lazy-bgimg"  # WeChat's
_LONGEST_STYLE = 4_000  # characters
_LONGEST_DRAWING, _MOST_PICTURES = 200_000, 50


def background_picture(attributes: dict[str, str]) -> str:
    """Return the address of an element's background picture, or ''; drawn ornaments (SVG) do not count."""
    if not attributes:
        return ""
    style = attributes.get("style", "")[:_LONGEST_STYLE]
    found = _BACKGROUND.search(style) if "url(" in style.lower() else None
    address = attributes.get(_LATE, "").strip() or (found[1] if found else "")
    is_drawn = address[:14].lower() == "data:image/svg"
    return "" if is_drawn or not address or is_placeholder(address, {"style": style}) else address


def drawing_pictures(token: HtmlToken) -> tuple[list[str], bool]:
    """Return the addresses of the pictures that an <svg> has as backgrounds, and True if it has text too."""
    content = entities.unescape(token.content[:_LONGEST_DRAWING])
    inside = [found[1] for found in _BACKGROUND.finditer(content) if not found[1].lower().startswith("data:")]
    own = background_picture(token.attributes)
    addresses = list(dict.fromkeys([own, *inside] if own else inside))[:_MOST_PICTURES]
    return addresses, bool(_TAG.sub("", content).strip())
