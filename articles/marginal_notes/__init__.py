"""Marginal notes (批注) and suggestions (修订): what colleagues say about passages of a text that is not public.

    anchoring   where the passage of a note is, in a text that changed since
    mentions    colleagues who are named in a note with @
    writing     write, answer and close notes
    suggesting  suggest other words for a passage; take or decline them
    listing     the notes of an article, each with its passage

Who may read the article may read and write its notes (law 8); no note is part of the text.
"""

from .listing import NoteShown, notes_naming, notes_of
from .suggesting import CannotSuggest, decline_suggestion, may_judge_suggestions, suggest_words, take_suggestion
from .writing import CannotNote, answer_note, close_note, write_marginal_note

__all__ = [
    "CannotNote",
    "CannotSuggest",
    "NoteShown",
    "answer_note",
    "close_note",
    "decline_suggestion",
    "may_judge_suggestions",
    "notes_naming",
    "notes_of",
    "suggest_words",
    "take_suggestion",
    "write_marginal_note",
]
