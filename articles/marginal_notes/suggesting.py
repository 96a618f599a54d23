"""Suggestions (修订): a reader proposes other words for a passage, and the writer takes or declines each of them."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, editing, review, sanitising
from ..duty_assignments import reading
from ..models import Article, MarginalNote, Revision
from ..refusals import Problem, Refusal
from .anchoring import field_texts, find_passage, replace_passage
from .writing import add_note, lock_for_note, set_note_state

LONGEST_REPLACEMENT = 400

SAME_WORDS = Problem("marginal_notes.same_words", gettext_lazy("The suggested words are the same as in the text."))
SEVERAL_LINES = Problem(
    "marginal_notes.several_lines",
    gettext_lazy("A suggestion is about words of one paragraph."),
    gettext_lazy("Suggest each paragraph separately, or write a note."),
)
TOO_LONG_TO_SUGGEST = Problem(
    "marginal_notes.too_long_to_suggest", gettext_lazy("A suggestion has at most %(most)d characters; nothing was cut.")
)
PASSAGE_GONE = Problem(
    "marginal_notes.passage_gone",
    gettext_lazy("The passage “%(words)s” has changed since, so the suggestion cannot be applied."),
    gettext_lazy("Change the text yourself, then decline the suggestion."),
)


class CannotSuggest(Refusal):
    """Raised when words cannot be suggested, or a suggestion cannot be taken."""


@transaction.atomic
def suggest_words(
    article: Article, *, by: User, quote: str, replacement: str, text: str = "", prefix: str = "", suffix: str = ""
) -> MarginalNote:
    """Suggest other words for a passage of one paragraph; no words at all to leave it out. `text` may say why.

    `prefix` and `suffix`: as in `write_marginal_note`. Raises PermissionDenied, CannotNote and CannotSuggest.
    """
    article = lock_for_note(article, by)
    replacement = sanitising.plain_text(replacement)
    if len(replacement) > LONGEST_REPLACEMENT:
        raise CannotSuggest(TOO_LONG_TO_SUGGEST.filled(most=LONGEST_REPLACEMENT))
    facts = {"quote": quote, "prefix": prefix, "suffix": suffix, "text": text, "replacement": replacement}
    note, _passage = add_note(article, by=by, **facts)
    if "\n" in note.quote:
        raise CannotSuggest(SEVERAL_LINES)
    if note.quote == replacement:
        raise CannotSuggest(SAME_WORDS)
    audit.record_entry("article.words_suggested", article, by=by, old=note.quote, new=replacement, note=note.text)
    return note


@transaction.atomic
def take_suggestion(note: MarginalNote, *, by: User, voiding: bool = False) -> Revision:
    """Put the suggested words into the text, as an ordinary edit by `by`, and return its revision. Idempotent.

    Raises PermissionDenied, CannotSuggest if the passage is gone, and what `editing.save_article` raises: WouldVoid if
    it would void sign-offs and `voiding` is False.
    """
    article = _lock_to_judge(note, by)
    note = MarginalNote.objects.get(pk=note.pk)
    if not note.is_open or note.replacement is None:
        return article.newest
    content = article.newest.content
    passage = find_passage(field_texts(content), note.quote, note.prefix, note.suffix)
    if passage is None or passage.is_reworded:
        raise CannotSuggest(PASSAGE_GONE.filled(words=note.quote))
    setattr(article, passage.field, replace_passage(content, passage, note.replacement))
    credits = [(credit.role, credit.person) for credit in article.credits.select_related("person")]
    set_note_state(note, MarginalNote.State.TAKEN, by=by)
    revision = editing.save_article(article, by=by, credits=credits, voiding=voiding)
    audit.record_entry(
        "article.suggestion_taken", article, by=by, old=note.quote, new=note.replacement, revision=revision.number
    )
    return revision


@transaction.atomic
def decline_suggestion(note: MarginalNote, *, by: User) -> None:
    """Leave the text as it is. Idempotent. Raises PermissionDenied; the user who suggested the words may take them
    back.
    """
    article = lock_for_note(note.article, by) if note.by_id == by.pk else _lock_to_judge(note, by)
    note = MarginalNote.objects.get(pk=note.pk)
    if note.is_open and note.replacement is not None:
        set_note_state(note, MarginalNote.State.DECLINED, by=by)
        audit.record_entry("article.suggestion_declined", article, by=by, old=note.quote, new=note.replacement)


def may_judge_suggestions(user: User, article: Article) -> bool:
    """Return True if the user may edit the text now: a writer of the section, or the reader whose turn it is."""
    return reading.may_write_article(user, article) or review.may_correct(article, user)


def _lock_to_judge(note: MarginalNote, by: User) -> Article:
    article = lock_for_note(note.article, by)
    if not may_judge_suggestions(by, article):
        raise PermissionDenied(_("Suggestions are accepted or declined by those who may edit the text now."))
    return article
