"""What styles say about the meaning of text: the few properties of CSS that become elements or take text away.

Programs write meaning as style: a superscript is `vertical-align: super`, a hidden row `display: none`. Style sheets
count where they name a class (Word, Excel, Google Docs); the rest of CSS is looks and is never read.
"""

import re
from functools import lru_cache

Style = dict[str, str]

# Classes of ours, for paragraphs; no class stands left, as the page does.
ALIGNMENTS = ("center", "right")
_PROPERTIES = frozenset(
    {"display", "visibility", "font-weight", "font-style", "font-family", "font", "text-decoration", "text-align"}
    | {"text-decoration-line", "vertical-align", "white-space", "list-style", "list-style-type", "mso-list"}
    | {"mso-hide", "mso-element", "mso-special-character", "mso-symbol-font-family", "mso-char-type"}
)
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?\.([\w-]+)", re.I)
_COMMENTS = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
_MOST_CLASSES = 5_000
_LONGEST_STYLE = 4_000  # characters


@lru_cache(maxsize=2_000)
def parse_style(written: str) -> Style:
    """Return the properties of a style attribute that matter, in lower case; callers do not change it."""
    parts = (part.partition(":") for part in written[:_LONGEST_STYLE].lower().split(";"))
    return {
        name: value.removesuffix("!important").strip()
        for name, value in ((name.strip(), value.strip()) for name, _colon, value in parts)
        if name in _PROPERTIES
    }


class StyleSheet:
    """The rules for classes of the style sheets read so far."""

    def __init__(self) -> None:
        self.rules: dict[tuple[str, str], Style] = {}

    def add_rules(self, sheet: str) -> None:
        """Read a style sheet. Selectors other than `.class` and `element.class` are passed over."""
        # An unclosed comment would be looked for from each "/*".
        text = _COMMENTS.sub("", sheet) if sheet.count("/*") <= sheet.count("*/") else ""
        for rule in text.split("}"):
            before, _brace, body = rule.rpartition("{")
            style, selectors = parse_style(body), before.rpartition("{")[2]
            for selector in selectors.split(",") if style else ():
                found = _SELECTOR.fullmatch(selector.strip())
                if found and len(self.rules) < _MOST_CLASSES:
                    key = ((found[1] or "").lower(), found[2])
                    self.rules[key] = {**self.rules.get(key, {}), **style}

    def style_of(self, name: str, attributes: dict[str, str]) -> Style:
        """Return the properties of an element, from its classes and its style attribute."""
        own = parse_style(attributes.get("style", ""))
        if not self.rules or "class" not in attributes:
            return own
        style: Style = {}
        for of_class in attributes["class"].split()[:20]:
            style |= self.rules.get(("", of_class), {}) | self.rules.get((name, of_class), {})
        return style | own


def style_marks(style: Style) -> list[str]:
    """Return the elements that a style means: strong, em, s, u, sub, sup."""
    lines = style.get("text-decoration", "") + " " + style.get("text-decoration-line", "")
    meant = {
        "strong": style.get("font-weight", "") in {"bold", "bolder", "600", "700", "800", "900"},
        "em": style.get("font-style", "") in {"italic", "oblique"},
        "u": "underline" in lines,
        "s": "line-through" in lines,
        "sub": style.get("vertical-align") == "sub",
        "sup": style.get("vertical-align") == "super",
    }
    return [name for name, is_meant in meant.items() if is_meant]


def alignment(name: str, style: Style, attributes: dict[str, str]) -> str | None:
    """Return "center", "right", "" for any other alignment, or None if the element names none."""
    classes = attributes.get("class", "").split()
    ours = next((side for side in ALIGNMENTS if f"align-{side}" in classes), None)
    own = parse_style(attributes.get("style", "")).get("text-align") or ours or attributes.get("align")
    named = own or style.get("text-align") or ("center" if name == "center" else None)
    if named is None or named == "inherit":
        return None
    side = named.strip().lower().removeprefix("-webkit-").removeprefix("-moz-")
    return {"end": "right", "middle": "center"}.get(side, side if side in ALIGNMENTS else "")


def font_family(style: Style, attributes: dict[str, str]) -> str | None:
    """Return the first font that an element names, in lower case, or None."""
    family = style.get("mso-symbol-font-family") or style.get("font-family") or attributes.get("face", "").lower()
    if family:
        return family.split(",")[0].strip(" \"'")
    shorthand = re.search(r"(wingdings(?: [23])?|webdings|symbol)[\"']?$", style.get("font", ""))
    return shorthand[1] if shorthand else ("" if "font" in style else None)
