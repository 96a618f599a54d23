"""What readers of the original do not see: comments on the text, hidden text, words deleted with changes tracked."""

from .styles import Style
from .unseen import is_out_of_sight

_COMMENT_CLASSES = frozenset(
    {"msocommentreference", "msocomanchor", "msocomtxt", "msocommenttext", "msocommentsubject", "msocomoff"}
    | {"msocomanch", "msocomhide", "msocomspan1", "msocomspan2"}  # Excel's
)
_RUNNING_HEADS = frozenset({"header", "footer"})
_COMMENT_STYLES = frozenset({"comment", "comment-list"})


def hidden_reason(name: str, style: Style, attributes: dict[str, str]) -> str | None:
    """Return "comment", "deleted", "hidden", or None for an element that is shown."""
    if not (attributes or style):
        return "deleted" if name == "del" else None
    classes = [name.rstrip("0") for name in attributes.get("class", "").lower().split()]  # WPS counts: msoDel0
    if (
        not _COMMENT_CLASSES.isdisjoint(classes)
        or style.get("mso-element") in _COMMENT_STYLES
        or style.get("mso-special-character") == "comment"
        or attributes.get("href", "").startswith("#cmnt")
    ):
        return "comment"
    if name == "del" or "msodel" in classes:
        return "deleted"
    if name == "tr" and attributes.get("height", "").strip() == "0":  # Word's, for the widths of misaligned columns
        return "hidden"
    is_hidden = (
        style.get("display") == "none"
        or style.get("mso-hide") in ("all", "screen")
        or style.get("mso-element") in _RUNNING_HEADS
        or "hidden" in attributes
        # WeChat shows its text, and pages their pictures, when they have loaded.
        or (name != "img" and attributes.get("id") != "js_content" and is_out_of_sight(style))
    )
    return "hidden" if is_hidden else None


def begins_comment(attributes: dict[str, str]) -> bool:
    """Return True for the number of a Google Docs comment below the text; the rest of its paragraph is the comment."""
    return attributes.get("href", "").startswith("#cmnt_ref")
