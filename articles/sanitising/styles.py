"""What styles say about the meaning of text: the few properties of CSS that become elements or take text away.

Programs write meaning as style: a superscript is `vertical-align: super`, a hidden row `display: none`. The rest of CSS
is appearance and is never read.
"""

import re
from functools import lru_cache

Style = dict[str, str]

# Our own classes, for paragraphs; without one they are left-aligned, like the page.
ALIGNMENTS = ("center", "right")
_PROPERTIES = frozenset(
    {"display", "visibility", "font-weight", "font-style", "font-family", "font", "text-decoration", "text-align"}
    | {"text-decoration-line", "vertical-align", "white-space", "list-style", "list-style-type", "mso-list"}
    | {
        "mso-hide",
        "mso-element",
        "mso-highlight",
        "mso-shading",
        "mso-special-character",
        "mso-symbol-font-family",
        "mso-char-type",
    }
    | {"color", "background", "background-color", "background-image", "background-clip", "-webkit-background-clip"}
    | {"font-size", "opacity", "position", "left", "top", "clip", "clip-path", "text-indent", "overflow", "overflow-y"}
    | {
        "width",
        "height",
        "max-height",
        "padding",
        "padding-top",
        "padding-bottom",
        "mso-number-format",
        "mso-outline-level",
    }
    | {"mso-text-raise", "white-space-collapse", "justify-content", "margin-left"}
)
_FLEX = {"center": "center", "flex-end": "right", "end": "right"}
_FROM_THE_LEFT = ("left", "start", "justify")
_INDENTS = ("text-indent", "margin-left")
_POINTS = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)pt")
_FAR_RIGHT = 200  # points; a line of Word's page has 415
_LONGEST_STYLE = 4_000  # characters


@lru_cache(maxsize=2_000)
def parse_style(written: str) -> Style:
    """Return the properties of a style attribute that matter, in lower case; callers do not change it."""
    # Word writes a semicolon in a value as "\;".
    parts = (part.partition(":") for part in written[:_LONGEST_STYLE].lower().replace("\\;", "\x1f").split(";"))
    return {
        name: value[: value.rindex("!")].rstrip() if "!" in value and value.endswith("important") else value
        for name, value in ((name.strip(), value.strip()) for name, _colon, value in parts)
        if name in _PROPERTIES
    }


def style_marks(style: Style) -> list[str]:
    """Return the elements that a style means: strong, em, s, u, sub, sup."""
    if not style:
        return []
    raised = style.get("mso-text-raise", "0")
    lines = style.get("text-decoration", "") + " " + style.get("text-decoration-line", "")
    meant = {
        "strong": style.get("font-weight", "") in {"bold", "bolder", "600", "700", "800", "900"},
        "em": style.get("font-style", "") in {"italic", "oblique"},
        "u": "underline" in lines,
        "s": "line-through" in lines,
        "sub": style.get("vertical-align") == "sub" or raised.startswith("-"),
        "sup": style.get("vertical-align") == "super" or raised[:1] in "123456789",
    }
    return [name for name, is_meant in meant.items() if is_meant]


def alignment(name: str, style: Style, attributes: dict[str, str]) -> str | None:
    """Return "center", "right", "" for any other alignment, or None if the element names none."""
    classes = attributes.get("class", "").split()
    ours = next((side for side in ALIGNMENTS if f"align-{side}" in classes), None)
    own = parse_style(attributes.get("style", "")).get("text-align") or ours or attributes.get("align")
    named = own or style.get("text-align") or ("center" if name == "center" else None)
    if (style.get("display") or "").endswith("flex") and "justify-content" in style:
        named = _FLEX.get(style["justify-content"], named)
    if _is_indented_far_right(style) and (named or "left").strip().lower() in _FROM_THE_LEFT:
        named = "right"
    if named is None or named == "inherit":
        return None
    side = named.strip().lower().removeprefix("-webkit-").removeprefix("-moz-")
    return {"end": "right", "middle": "center"}.get(side, side if side in ALIGNMENTS else "")


def _is_indented_far_right(style: Style) -> bool:
    """Return True for a paragraph that its indent moves into the right half of a page: a signature, or its date."""
    points = [float(found[1]) for name in _INDENTS if (found := _POINTS.fullmatch(style.get(name, "")))]
    return sum(points) >= _FAR_RIGHT


def font_family(style: Style, attributes: dict[str, str]) -> str | None:
    """Return the first font that an element names, in lower case, or None."""
    family = style.get("mso-symbol-font-family") or style.get("font-family") or attributes.get("face", "").lower()
    if family:
        return family.split(",")[0].strip(" \"'")
    shorthand = re.search(r"(wingdings(?: [23])?|webdings|symbol)[\"']?$", style.get("font", ""))
    return shorthand[1] if shorthand else ("" if "font" in style else None)
