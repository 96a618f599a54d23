"""Write, answer and close marginal notes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, sanitising
from ..duty_assignments import permissions, reading
from ..models import Article, MarginalNote
from ..refusals import Problem, Refusal
from .anchoring import Passage, field_texts, find_passage, surroundings
from .mentions import find_mentioned, unable_to_read

LONGEST_QUOTE, LONGEST_NOTE = 400, 1000
MOST_NOTES = 300  # of an article, with answers

NO_WORDS = Problem("marginal_notes.no_words", gettext_lazy("Write what you want to say about the passage."))
NOT_IN_TEXT = Problem(
    "marginal_notes.not_in_text",
    gettext_lazy("These words are not in the text: “%(words)s”."),
    gettext_lazy("Copy them from the text as it is now; a few words are enough."),
)
TOO_LONG = Problem(
    "marginal_notes.too_long",
    gettext_lazy("A note quotes at most %(quote)d characters and has at most %(note)d; nothing was cut."),
)
MAY_NOT_READ = Problem(
    "marginal_notes.may_not_read",
    gettext_lazy("%(names)s may not read this article, so they would not see the note."),
    gettext_lazy("Remove the @ before the name."),
)
CLOSED = Problem("marginal_notes.closed", gettext_lazy("This note is closed; write a new one."))
TOO_MANY = Problem("marginal_notes.too_many", gettext_lazy("The article has %(most)d notes; speak to each other."))


class CannotNote(Refusal):
    """Raised when a note cannot be written, answered or closed."""


@transaction.atomic
def write_marginal_note(
    article: Article, *, by: User, quote: str, text: str, prefix: str = "", suffix: str = ""
) -> MarginalNote:
    """Write a note on a passage of the newest revision.

    `prefix` and `suffix` are the text before and after the quoted words, needed if they occur more than once.
    Raises PermissionDenied and CannotNote.
    """
    article = lock_for_note(article, by)
    if not sanitising.plain_text(text):
        raise CannotNote(NO_WORDS)
    note, _passage = add_note(article, by=by, quote=quote, text=text, prefix=prefix, suffix=suffix)
    audit.record_entry("article.noted", article, by=by, quote=note.quote, note=note.text)
    return note


@transaction.atomic
def answer_note(note: MarginalNote, *, by: User, text: str) -> MarginalNote:
    """Answer a note or suggestion that is open. Raises PermissionDenied and CannotNote."""
    article = lock_for_note(note.article, by)
    note = MarginalNote.objects.get(pk=note.answers_id or note.pk)
    if not note.is_open:
        raise CannotNote(CLOSED)
    if not sanitising.plain_text(text):
        raise CannotNote(NO_WORDS)
    reply = _create_note(article, by=by, text=text, answers=note)
    audit.record_entry("article.note_answered", article, by=by, quote=note.quote, note=reply.text)
    return reply


@transaction.atomic
def close_note(note: MarginalNote, *, by: User) -> None:
    """Mark a note as done. Idempotent; a suggestion is taken or declined instead. Raises PermissionDenied."""
    article = lock_for_note(note.article, by)
    note = MarginalNote.objects.get(pk=note.pk)
    if note.is_open and note.replacement is None and note.answers_id is None:
        set_note_state(note, MarginalNote.State.DONE, by=by)
        audit.record_entry("article.note_done", article, by=by, quote=note.quote)


def lock_for_note(article: Article, by: User) -> Article:
    """Lock and return the article. Raises PermissionDenied unless `by` may read it and works on articles."""
    article = Article.objects.get_locked(article.pk)
    reading.require_reading(by, article)
    if not permissions.has_duty_anywhere(by, *permissions.EDITORIAL_DUTIES):
        raise PermissionDenied(_("Notes are written by those who work on articles."))
    return article


def add_note(
    article: Article, *, by: User, quote: str, prefix: str, suffix: str, **facts: Any
) -> tuple[MarginalNote, Passage]:
    """Create the note of a locked article on the passage, and return both. Raises CannotNote."""
    quote = quote.replace("\0", "").strip()
    if len(quote) > LONGEST_QUOTE:
        raise CannotNote(TOO_LONG.filled(quote=LONGEST_QUOTE, note=LONGEST_NOTE))
    texts = field_texts(article.newest.content)
    passage = find_passage(texts, quote, prefix, suffix)
    if passage is None or passage.is_reworded:
        raise CannotNote(NOT_IN_TEXT.filled(words=quote))
    text = texts[passage.field]
    before, after = surroundings(text, passage.start, passage.end)
    words = text[passage.start : passage.end]
    return _create_note(article, by=by, quote=words, prefix=before, suffix=after, **facts), passage


def set_note_state(note: MarginalNote, state: str, *, by: User) -> None:
    """Close a note of a locked article."""
    note.state, note.closed_by, note.closed_at = state, by, timezone.now()
    note.save(update_fields=["state", "closed_by", "closed_at"])


def _create_note(article: Article, *, by: User, text: str, **facts: Any) -> MarginalNote:
    text = sanitising.plain_text(text)
    if len(text) > LONGEST_NOTE:
        raise CannotNote(TOO_LONG.filled(quote=LONGEST_QUOTE, note=LONGEST_NOTE))
    if MarginalNote.objects.filter(article=article).count() >= MOST_NOTES:
        raise CannotNote(TOO_MANY.filled(most=MOST_NOTES))
    mentioned = find_mentioned(text)
    names = unable_to_read(mentioned, article)
    if names:
        raise CannotNote(MAY_NOT_READ.filled(names="、".join(names)))
    note = MarginalNote.objects.create(
        article=article, revision=article.newest.number, by=by, at=timezone.now(), text=text, **facts
    )
    note.mentioned.set(mentioned)
    return note
