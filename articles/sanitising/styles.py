"""What styles say about the meaning of text: the few properties of CSS that become elements or take text away.

Programs write meaning as style: a superscript is `vertical-align: super`, a hidden row `display: none`. The rest of CSS
is appearance and is never read.
"""

import re
from functools import lru_cache

Style = dict[str, str]

# Our own, and those of editors whose style sheets do not come along: Quill (石墨), WordPress, Bootstrap.
_ALIGNING_CLASSES = ("align", "ql-align", "has-text-align", "text")
# Our own classes, for paragraphs; without one they are left-aligned, like the page.
ALIGNMENTS = ("center", "right")
_PROPERTIES = frozenset(
    {
        "-webkit-background-clip",
        "-webkit-text-fill-color",
        "background",
        "background-clip",
        "background-color",
        "background-image",
        "bottom",
        "clip",
        "clip-path",
        "color",
        "content-visibility",
        "display",
        "filter",
        "flex",
        "flex-grow",
        "font",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "justify-content",
        "left",
        "list-style",
        "list-style-type",
        "margin-left",
        "max-height",
        "max-width",
        "min-height",
        "min-width",
        "mso-char-type",
        "mso-element",
        "mso-hide",
        "mso-highlight",
        "mso-list",
        "mso-number-format",
        "mso-outline-level",
        "mso-shading",
        "mso-special-character",
        "mso-symbol-font-family",
        "mso-text-raise",
        "opacity",
        "overflow",
        "overflow-x",
        "overflow-y",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-top",
        "position",
        "right",
        "text-align",
        "text-decoration",
        "text-decoration-line",
        "text-indent",
        "top",
        "transform",
        "vertical-align",
        "visibility",
        "white-space",
        "white-space-collapse",
        "width",
    }
)
_FLEX = {"center": "center", "flex-end": "right", "end": "right"}
_ON_PAPER = ("pt", "cm", "mm", "in")
_FROM_THE_LEFT = ("left", "start", "justify")
_INDENTS = ("text-indent", "margin-left", "padding-left")
_LENGTH = re.compile(r"(-?(?:[0-9]{1,4}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}))(pt|px|em|rem|%|cm|mm|in)")
_PER_EM = {"pt": 12, "px": 16, "em": 1, "rem": 1, "%": 100, "cm": 0.423, "mm": 4.23, "in": 0.167}
_SMALLER = re.compile(
    r"smaller|x{1,2}-small|0?\.[5-8][0-9]{0,5}r?em|[5-8][0-9](?:\.[0-9]{0,6})?%|[4-9](?:\.[0-9]{0,6})?p[tx]"
)
_LEAST_SHIFT, _LEAST_RISE = 0.18, 0.3  # of the size of small text, of any text
_FAR_RIGHT = 16.5  # em; a line of Word's page has 35
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
    shift = _shift(style)
    lines = style.get("text-decoration", "") + " " + style.get("text-decoration-line", "")
    meant = {
        "strong": style.get("font-weight", "") in {"bold", "bolder", "600", "700", "800", "900"},
        "em": style.get("font-style", "") in {"italic", "oblique"},
        "u": "underline" in lines,
        "s": "line-through" in lines,
        "sub": style.get("vertical-align") == "sub" or raised.startswith("-") or shift < 0,
        "sup": style.get("vertical-align") == "super" or raised[:1] in "123456789" or shift > 0,
    }
    return [name for name, is_meant in meant.items() if is_meant]


def _shift(style: Style) -> int:
    """Return 1 for text that a length raises above its line, -1 for small text that one lowers, otherwise 0.

    Text of ordinary size beside a picture is raised a little to be in the middle of it.
    """
    is_small = bool(_SMALLER.fullmatch(style.get("font-size", "")))
    places = [_ems(style.get("vertical-align", ""))]
    if style.get("position") == "relative" and is_small:
        places += [-_ems(style.get("top", "")), _ems(style.get("bottom", ""))]
    if max(places) >= (_LEAST_SHIFT if is_small else _LEAST_RISE):
        return 1
    return -1 if is_small and min(places) <= -_LEAST_SHIFT else 0


def _ems(length: str) -> float:
    found = _LENGTH.fullmatch(length)
    return float(found[1]) / _PER_EM[found[2]] if found else 0


def alignment(name: str, style: Style, attributes: dict[str, str]) -> str | None:
    """Return "center", "right", "" for any other alignment, or None if the element names none."""
    classes = attributes.get("class", "").split()
    ours = next((side for side in ALIGNMENTS for prefix in _ALIGNING_CLASSES if f"{prefix}-{side}" in classes), None)
    own = parse_style(attributes.get("style", "")).get("text-align") or ours or attributes.get("align")
    named = own or style.get("text-align") or ("center" if name == "center" else None)
    if (style.get("display") or "").endswith("flex") and "justify-content" in style:
        named = _FLEX.get(style["justify-content"], named)
    if _is_indented_far_right(name, style) and (named or "left").strip().lower() in _FROM_THE_LEFT:
        named = "right"
    if named is None or named == "inherit":
        return None
    side = named.strip().lower().removeprefix("-webkit-").removeprefix("-moz-")
    return {"end": "right", "middle": "center"}.get(side, side if side in ALIGNMENTS else "")


def _is_indented_far_right(name: str, style: Style) -> bool:
    """Return True for a paragraph that its indent moves into the right half of a page: a signature, or its date.

    Other elements may stand beside the menu of a page.
    """
    lengths = [style.get(indent, "") for indent in _INDENTS]
    return sum(_ems(length) for length in lengths if name == "p" or length.endswith(_ON_PAPER)) >= _FAR_RIGHT


def font_family(style: Style, attributes: dict[str, str]) -> str | None:
    """Return the first font that an element names, in lower case, or None."""
    family = style.get("mso-symbol-font-family") or style.get("font-family") or attributes.get("face", "").lower()
    if family:
        return family.split(",")[0].strip(" \"'")
    shorthand = re.search(r"(wingdings(?: [23])?|webdings|symbol)[\"']?$", style.get("font", ""))
    return shorthand[1] if shorthand else ("" if "font" in style else None)
