"""Boxes that are ticked on a page, as the characters that a text has for them."""

from .tokens import HtmlToken

_BOXES = {"checkbox": "☐☑", "radio": "○◉", "menuitemcheckbox": "☐☑", "menuitemradio": "○◉"}
_CLASSES = {"checkbox-on": "☑", "checkbox-off": "☐"}  # Notion's
_STATES = {"checked": True, "done": True, "unchecked": False, "check": False}  # data-list of Quill and Feishu


def input_box(token: HtmlToken) -> str:
    """Return the box that an <input> shows, or ''."""
    boxes = _BOXES.get(token.attributes.get("type", "").strip().lower(), "")
    return boxes and boxes["checked" in token.attributes]


def tick_box(token: HtmlToken) -> str:
    """Return the box that an element other than an <input> shows before its content, or ''."""
    if not token.attributes:
        return ""
    boxes = _BOXES.get(token.attributes.get("role", "").strip().lower(), "")
    state = token.attributes.get("aria-checked") if boxes else token.attributes.get("data-checked")
    if state is not None:
        return (boxes or _BOXES["checkbox"])[state.strip().lower() == "true"]
    listed = _STATES.get(token.attributes.get("data-list", ""))
    return "" if listed is None else _BOXES["checkbox"][listed]


def drawn_box(token: HtmlToken) -> str:
    """Return the box that an empty element draws, or ''."""
    classes = token.attributes.get("class", "").lower().split() if token.attributes else ()
    return next((_CLASSES[name] for name in classes if name in _CLASSES), "")


def is_drawing_of_box(token: HtmlToken) -> bool:
    """Return True for the picture of a box (Google Docs) that `tick_box` of the element around it says."""
    return token.attributes.get("aria-roledescription", "").strip().lower() == "checkbox"
