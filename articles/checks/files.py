"""Personal data in the text of attachments (CHK-06): one hit for each rule and file, with the first places."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ..refusals import Sentence
from .personal_data import PRIVACY, find_personal_data
from .plain_text import plain_text_of_line
from .rules import Rule, Severity

NOT_READ = Rule(
    "file_not_read",
    PRIVACY,
    Severity.INFO,
    _("The machine cannot read the text in “%(words)s”."),
    _("Check it for personal data."),
)
READ_IN_PART = Rule(
    "file_read_in_part",
    PRIVACY,
    Severity.INFO,
    _("The machine has read only the beginning of “%(words)s”."),
    _("Check the rest for personal data."),
)
REPLACE_IT = _("Replace the file with one without it.")
_PLACES: dict[str, Sentence] = {
    "row": _("sheet “%(name)s”, row %(number)d"),
    "page": _("page %(number)d"),
    "line": _("line %(number)d"),
    "paragraph": _("paragraph %(number)d"),
    "slide": _("slide %(number)d"),
    "note": _("notes, headers or comments"),
}
MOST_SHOWN = 3  # places of one rule


@dataclass(frozen=True)
class FileFind:
    """What a rule finds in a file: how the first words are shown, how often, all words, and the first places."""

    rule: Rule
    shown: str
    count: int
    words: str
    places: tuple[tuple[str, str, int], ...]

    @property
    def place_names(self) -> str:
        """The first places, as messages call them."""
        names = [str(_PLACES[kind]) % {"name": name, "number": number} for kind, name, number in self.places]
        return _now("; ").join(dict.fromkeys(names)) + (" …" if self.count > len(self.places) else "")


def find_in_file(pieces: Sequence[Sequence]) -> list[FileFind]:
    """Return the personal data in the pieces of a file (AttachmentText.pieces), by rule."""
    texts = [piece[3] for piece in pieces]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    plain = plain_text_of_line("\n".join(texts))
    found = defaultdict(list)
    for match in find_personal_data(plain.text, date.min):
        found[match.rule].append(match)
    finds = []
    for rule, matches in found.items():
        matches.sort(key=lambda match: match.start)
        words = [plain.text[match.start : match.end] for match in matches]
        at = [bisect_right(starts, plain.places[match.start]) - 1 for match in matches[:MOST_SHOWN]]
        places = tuple((pieces[n][0], pieces[n][1], pieces[n][2]) for n in at)
        shown = matches[0].shown or words[0]
        finds.append(FileFind(replace(rule, advice=REPLACE_IT), shown, len(matches), " ".join(words), places))
    return finds
