"""What readers of the original do not see: comments on the text, hidden text, words deleted with changes tracked."""

from .open_elements import BLOCKS, CELLS
from .styles import Style
from .unseen import is_out_of_sight

_COMMENT_CLASSES = frozenset(
    {"msocommentreference", "msocomanchor", "msocomtxt", "msocommenttext", "msocommentsubject", "msocomoff"}
    | {"msocomanch", "msocomhide", "msocomspan1", "msocomspan2"}  # Excel's
)
_RUNNING_HEADS = frozenset({"header", "footer"})
_COMMENT_STYLES = frozenset({"comment", "comment-list"})


def hidden_reason(name: str, style: Style, attributes: dict[str, str]) -> str | None:
    """Return "comment", "deleted", "running head", "hidden", or None for an element that is shown."""
    if not (attributes or style):
        return "deleted" if name == "del" else None
    classes = [name.rstrip("0") for name in attributes.get("class", "").lower().split()]  # WPS counts: msoDel0
    if (
        not _COMMENT_CLASSES.isdisjoint(classes)
        or style.get("mso-element") in _COMMENT_STYLES
        or style.get("mso-special-character") == "comment"
        or attributes.get("href", "").startswith(("#cmnt", "#_msocom_"))
    ):
        return "comment"
    if name == "del" or "msodel" in classes:
        return "deleted"
    if style.get("mso-element") in _RUNNING_HEADS:
        return "running head"
    if name == "tr" and attributes.get("height", "").strip() == "0":  # Word's, for the widths of misaligned columns
        return "hidden"
    is_hidden = (
        style.get("display") == "none"
        or style.get("mso-hide") in ("all", "screen")
        or "hidden" in attributes
        # WeChat shows its text, and pages their pictures, when they have loaded.
        or (
            name != "img"
            and attributes.get("id") != "js_content"
            and is_out_of_sight(style, has_width=_has_width(name, style))
        )
    )
    return "hidden" if is_hidden else None


def is_generator_of_running_heads(attributes: dict[str, str]) -> bool:
    """Return True for the <meta> of LibreOffice, which writes running heads into what is copied."""
    return attributes.get("name", "").lower() == "generator" and "LibreOffice" in attributes.get("content", "")


def is_running_head(name: str, attributes: dict[str, str]) -> bool:
    """Return True for a running head of LibreOffice; on other pages the title of a <div> says nothing of it."""
    return name == "div" and attributes.get("title") in _RUNNING_HEADS


def _has_width(name: str, style: Style) -> bool:
    display = style.get("display") or ("block" if name in BLOCKS else "inline")
    return name not in CELLS and (display != "inline" or style.get("position") in ("absolute", "fixed"))


def begins_comment(attributes: dict[str, str]) -> bool:
    """Return True for the number of a Google Docs comment below the text; the rest of its paragraph is the comment."""
    return attributes.get("href", "").startswith("#cmnt_ref")
