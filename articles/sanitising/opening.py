"""What an element means for the text inside: hidden, aligned, in a symbol font, with its lines kept."""

from .hidden import hidden_reason
from .open_elements import BLOCKS, HEADING_NAMES, HiddenPart, OpenElement
from .styles import Style, alignment, font_family
from .symbols import is_symbol_font
from .tokens import HtmlToken
from .unseen import inherited_ink

_KEEPING = {"pre": True, "pre-wrap": True, "pre-line": True, "break-spaces": True, "normal": False, "nowrap": False}
_KEEPING |= {"preserve": True, "preserve-breaks": True, "collapse": False}
_INVISIBLE = {"hidden": True, "collapse": True, "visible": False}


def opened_element(token: HtmlToken, style: Style, around: OpenElement) -> OpenElement:
    """Return the element that a start tag opens inside `around`."""
    name, attributes = token.value, token.attributes
    family = font_family(style, attributes)
    side = alignment(name, style, attributes) if name in BLOCKS else None
    invisible = _INVISIBLE.get(style.get("visibility", ""), around.is_invisible)
    spaces = style.get("white-space") or style.get("white-space-collapse", "")
    reason = hidden_reason(name, style, attributes)
    return OpenElement(
        name,
        hidden=around.hidden or (None if reason is None else HiddenPart(reason)),
        is_invisible=invisible and attributes.get("id") != "js_content",  # WeChat shows it when it has loaded
        ink=inherited_ink(style, attributes, around.ink),
        keeps_lines=name in ("pre", "listing", "xmp", "textarea") or _KEEPING.get(spaces, around.keeps_lines),
        symbol_font=around.symbol_font if family is None else family if is_symbol_font(family) else "",
        alignment=around.alignment if side is None else side,
        is_marker=around.is_marker,
        in_list_paragraph=around.in_list_paragraph,
    )


def heading_name(token: HtmlToken, style: Style) -> str | None:
    """Return the heading that a paragraph is, by its role or its outline level, or by Word's style for titles."""
    if token.value not in ("p", "div"):
        return None
    classes = token.attributes.get("class", "").lower().split()
    level = "1" if "msotitle" in classes else style.get("mso-outline-level", "")
    if token.attributes.get("role") == "heading":
        level = token.attributes.get("aria-level", "")
    return f"h{level}" if f"h{level}" in HEADING_NAMES else None
