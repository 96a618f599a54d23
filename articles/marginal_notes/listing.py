"""The notes of an article, and those that name somebody."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from ..duty_assignments import reading
from ..models import Article, MarginalNote
from .anchoring import field_texts, find_passage
from .writing import MOST_NOTES


@dataclass(frozen=True)
class NoteShown:
    """A note or suggestion with its answers. `passage` is "there", "reworded" or "gone" in the newest text."""

    note: MarginalNote
    replies: list[MarginalNote]
    passage: str


def notes_of(article: Article, user: User) -> list[NoteShown]:
    """The notes of an article, open ones first, then as they were written. Two queries.

    Raises PermissionDenied unless the user may read the article.
    """
    reading.require_reading(user, article)
    people = MarginalNote.objects.select_related("by__person", "closed_by__person")
    rows = people.filter(article=article, answers=None).prefetch_related(Prefetch("replies", people))[:MOST_NOTES]
    texts = field_texts(article.newest.content)
    shown = [NoteShown(note, list(note.replies.all()), _passage_state(texts, note)) for note in rows]
    return sorted(shown, key=lambda row: not row.note.is_open)


def notes_naming(user: User) -> QuerySet[MarginalNote]:
    """The open notes and answers that name the user, in articles they may read, the newest first."""
    readable = reading.readable_articles(user).order_by().values("pk")
    rows = MarginalNote.objects.filter(mentioned=user, state=MarginalNote.State.OPEN, article__in=readable)
    still_open = rows.exclude(answers__state__in=["done", "taken", "declined"])
    return still_open.select_related("article", "by__person").defer("article__body").order_by("-pk")


def _passage_state(texts: Mapping[str, str], note: MarginalNote) -> str:
    if not note.is_open:
        return "there"
    passage = find_passage(texts, note.quote, note.prefix, note.suffix)
    return "gone" if passage is None else "reworded" if passage.is_reworded else "there"
