"""The sentences that tell an editor which parts of a Word file were not imported, and why."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

# In the order of display.
_SENTENCES = {
    "drawing": ngettext_lazy(
        "%(count)d chart or diagram was left out: its place is marked; copy it in Word, save it as a picture and "
        "upload that.",
        "%(count)d charts or diagrams were left out: their places are marked; copy them in Word, save them as pictures "
        "and upload those.",
        "count",
    ),
    "formula": ngettext_lazy(
        "%(count)d formula was left out: its place is marked; upload it as a picture.",
        "%(count)d formulas were left out: their places are marked; upload them as pictures.",
        "count",
    ),
    "embedded": ngettext_lazy(
        "%(count)d file embedded in the document was left out: upload it as an attachment if readers need it.",
        "%(count)d files embedded in the document were left out: upload them as attachments if readers need them.",
        "count",
    ),
    "local link": ngettext_lazy(
        "%(count)d link to a file on a computer was left out: attach the file if readers need it.",
        "%(count)d links to files on a computer were left out: attach the files if readers need them.",
        "count",
    ),
    "symbol": ngettext_lazy(
        "%(count)d character of a symbol font was left out: compare with the document.",
        "%(count)d characters of a symbol font were left out: compare with the document.",
        "count",
    ),
    "hidden": ngettext_lazy(
        "%(count)d hidden passage was left out.", "%(count)d hidden passages were left out.", "count"
    ),
    "deleted": ngettext_lazy(
        "%(count)d tracked deletion was left out: the text was imported as if all changes were accepted.",
        "%(count)d tracked deletions were left out: the text was imported as if all changes were accepted.",
        "count",
    ),
    "comment": ngettext_lazy("%(count)d comment was left out.", "%(count)d comments were left out.", "count"),
    "macros": gettext_lazy("The document has macros, which are programs: they were left out."),
}


def loss_sentences(lost: Counter[str]) -> list[str]:
    """Return one translated sentence for each kind counted in `lost`."""
    return [str(sentence % {"count": lost[kind]}) for kind, sentence in _SENTENCES.items() if lost[kind]]


def numbered_list(numbers: list[int]) -> str:
    """Return the numbers as a sentence names them."""
    return _(", ").join(map(str, numbers))
