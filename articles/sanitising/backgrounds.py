"""Pictures that a page sets as a background: where nothing is in front of them, they are what the page shows."""

import re

from .picture_tags import is_placeholder

# "background" or "background-image" with an address, which styles have in any letter case.
_BACKGROUND = re.compile(r"""background(?:-image)?\s{0,3}:[^;]{0,200}?url\(\s{0,3}["']?([^"')\s]{1,2000})""", re.I)
_LATE = "data-lazy-bgimg"  # WeChat's
_LONGEST_STYLE = 4_000  # characters


def background_picture(attributes: dict[str, str]) -> str:
    """Return the address of an element's background picture, or ''; drawn ornaments (SVG) do not count."""
    if not attributes:
        return ""
    style = attributes.get("style", "")[:_LONGEST_STYLE]
    found = _BACKGROUND.search(style) if "url(" in style.lower() else None
    address = attributes.get(_LATE, "").strip() or (found[1] if found else "")
    is_drawn = address[:14].lower() == "data:image/svg"
    return "" if is_drawn or not address or is_placeholder(address, {"style": style}) else address
