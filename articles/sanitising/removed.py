"""The sentences that tell an editor what was removed by sanitising."""

from collections import Counter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# Removed elements that the editor is told about, and the kind they are counted as.
REPORTED_AS = {
    "script": "script",
    "style": "styling",
    "font": "styling",
    "center": "styling",
    "svg": "drawing",
    "math": "drawing",
    "canvas": "drawing",
} | dict.fromkeys(("iframe", "object", "embed", "applet", "video", "audio"), "embedded")

STYLING_ATTRIBUTES = frozenset({"style", "align", "valign", "color", "bgcolor", "background", "face"})

# In the order of display.
_REMOVAL_SENTENCES = {
    "foreign picture": ngettext_lazy(
        "%(count)d picture from another site was removed: upload it instead.",
        "%(count)d pictures from other sites were removed: upload them instead.",
        "count",
    ),
    "local picture": ngettext_lazy(
        "%(count)d pasted picture was not copied from the document: upload it with the picture button.",
        "%(count)d pasted pictures were not copied from the document: upload them with the picture button.",
        "count",
    ),
    "script": ngettext_lazy("%(count)d script was removed.", "%(count)d scripts were removed.", "count"),
    "embedded": ngettext_lazy(
        "%(count)d embedded player, map or frame was removed: link to it instead.",
        "%(count)d embedded players, maps or frames were removed: link to them instead.",
        "count",
    ),
    "drawing": ngettext_lazy(
        "%(count)d drawing or formula was removed: upload it as a picture instead.",
        "%(count)d drawings or formulas were removed: upload them as pictures instead.",
        "count",
    ),
    "unsafe link": ngettext_lazy(
        "%(count)d link with an unsafe address was unlinked.",
        "%(count)d links with an unsafe address were unlinked.",
        "count",
    ),
    "link within": ngettext_lazy(
        "%(count)d link to a place within the text was unlinked.",
        "%(count)d links to places within the text were unlinked.",
        "count",
    ),
    "styling": _("Fonts, colours and other styling were removed."),
    "indent": _("Typed indents were removed; the page indents paragraphs itself."),
    "empty": _("Empty paragraphs were removed."),
}


def removal_sentences(removed: Counter[str]) -> tuple[str, ...]:
    """Return one translated sentence for each kind counted in `removed`, in a fixed order."""
    return tuple(
        str(sentence % {"count": removed[kind]}) for kind, sentence in _REMOVAL_SENTENCES.items() if removed[kind]
    )
