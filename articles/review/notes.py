"""The note to readers, written while the text is read: readers are also told of mistakes found in a reading.

Urgent news is public before its readings, so a mistake in it is often found by its readers, not by its writers.
Everybody who signs the text signs the note; so it is written where nobody has signed yet.
"""

from django.utils.translation import gettext_lazy as _

from .. import sanitising
from ..models import Article
from ..refusals import Problem
from .rules import CannotDecide

NOTE_ON_NOTHING = Problem(
    "review.note_on_nothing", _("Readers see no other text than this one, so there is nothing to tell them.")
)
NOTE_NEEDS_ALL_READERS = Problem(
    "review.note_needs_all_readers",
    _("Everybody who signs the text signs its note to readers, so it is written at the first reading."),
    _("Send the text back to its first reading with the note."),
)


def may_write_note(article: Article) -> bool:
    """Return True if readers see another text than the one that is being read, and more than one person signs it."""
    if article.live is None or article.live.digest == article.newest.digest:
        return False
    return article.stages > 1 or article.section.same_person_allowed


def write_note(article: Article, note: str | None, *, nobody_has_signed: bool) -> None:
    """Set the note of a locked article, which the caller saves; None, or the same note again, changes nothing.

    `nobody_has_signed` is True if all sign-offs that will count are given with this note. Raises CannotDecide.
    """
    if note is None or (note := sanitising.plain_text(note)[:400]) == article.note:
        return
    if article.live is None or article.live.digest == article.newest.digest:
        raise CannotDecide(NOTE_ON_NOTHING)
    if not (nobody_has_signed and may_write_note(article)):
        raise CannotDecide(NOTE_NEEDS_ALL_READERS)
    article.note = note
