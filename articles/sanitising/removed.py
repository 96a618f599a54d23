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
    "canvas": "drawing",
}

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
    "background": ngettext_lazy(
        "%(count)d background picture was left out: upload it if it shows something.",
        "%(count)d background pictures were left out: upload them if they show something.",
        "count",
    ),
    "script": ngettext_lazy("%(count)d script was removed.", "%(count)d scripts were removed.", "count"),
    "embedded": ngettext_lazy(
        "%(count)d embedded player, card, map or frame was removed: it has no address.",
        "%(count)d embedded players, cards, maps or frames were removed: they have no addresses.",
        "count",
    ),
    "player": ngettext_lazy(
        "%(count)d embedded player, card, map or frame was replaced by a link to it.",
        "%(count)d embedded players, cards, maps or frames were replaced by links to them.",
        "count",
    ),
    "mini program": ngettext_lazy(
        "%(count)d link to a mini program of WeChat was unlinked: it works in WeChat alone.",
        "%(count)d links to mini programs of WeChat were unlinked: they work in WeChat alone.",
        "count",
    ),
    "drawing": ngettext_lazy(
        "%(count)d drawing was removed: upload it as a picture instead.",
        "%(count)d drawings were removed: upload them as pictures instead.",
        "count",
    ),
    "formula": ngettext_lazy(
        "%(count)d formula was replaced by its source: upload it as a picture instead.",
        "%(count)d formulas were replaced by their sources: upload them as pictures instead.",
        "count",
    ),
    "comment": _("Comments on the text were left out."),
    "hidden": _("Hidden text was left out."),
    "running head": _("Headers and footers of pages were left out."),
    "white": _("White text was left out. If readers saw it on a coloured ground, type it again."),
    "deleted": _("Words that had been deleted with changes tracked were left out."),
    "symbol": ngettext_lazy(
        "%(count)d character of a symbol font is unknown; it is marked 〓.",
        "%(count)d characters of symbol fonts are unknown; they are marked 〓.",
        "count",
    ),
    "picture link": ngettext_lazy(
        "%(count)d link round a picture was removed with the picture.",
        "%(count)d links round pictures were removed with the pictures.",
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


# What is normal in a paste and says nothing about its content.
LOOKS = frozenset({"styling", "indent", "empty", "link within"})


def removal_sentences(removed: Counter[str], *, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return one translated sentence for each kind counted in `removed`, in a fixed order."""
    return tuple(
        str(sentence % {"count": removed[kind]})
        for kind, sentence in _REMOVAL_SENTENCES.items()
        if removed[kind] > 0 and kind not in without
    )
