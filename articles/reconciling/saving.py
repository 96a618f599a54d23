"""The act that saves over a newer revision: what does not touch is put together, the rest is chosen."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from .. import audit, editing, sanitising, unsaved_texts
from ..models import Article, Person, Picture, Revision
from ..refusals import Problem, Refusal
from .contents import FIELDS, ContestedPassage, MergedContent, merge_contents

Credits = Sequence[tuple[str, Person]]

CHANGED_BY_BOTH = Problem(
    "reconciling.changed_by_both",
    gettext_lazy("%(name)s saved this article at %(time)s, after you opened it, and changed what you changed."),
    gettext_lazy("Your text is still here and is not saved: choose which words to keep, then save."),
)


class ChangedByBoth(Refusal):
    """Raised where two people changed the same paragraph or field: `passages`, with the choices made so far."""

    def __init__(self, newest: Revision, passages: list[ContestedPassage]) -> None:
        at = date_format(timezone.localtime(newest.created_at), "H:i:s")
        super().__init__(CHANGED_BY_BOTH.filled(name=audit.account_name(newest.created_by), time=at))
        self.newest = newest
        self.passages = passages


@dataclass(frozen=True)
class JointSave:
    """A saved revision, and the number of the one that the form was opened with.

    `names`: others who saved in between and whose changes were merged; `fields` and `paragraphs` are
    their changes.
    """

    revision: Revision
    based_on: int
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    paragraphs: int = 0


@transaction.atomic
def save_beside_others(
    article: Article,
    *,
    by: User,
    based_on: int,
    credits: Credits = (),
    choices: Mapping[str, str] | None = None,
    voiding: bool = False,
    form: unsaved_texts.OpenedForm | None = None,
) -> JointSave:
    """Save the working copy, which began as revision number `based_on`, over whatever was saved since.

    Paragraphs and fields that only others changed become theirs. What both changed is `choices`: by the keys of
    ContestedPassage, "theirs", "mine" or "both". Raises ChangedByBoth if one is missing, PermissionDenied, and what
    `editing.save_article` raises. It is an ordinary save: it voids the sign-offs that any save voids.
    """
    saved = Article.objects.get_locked(article.pk)
    unsaved_texts.require_editing(by, saved)
    newest = saved.newest
    if newest.number == based_on:
        revision = editing.save_article(
            article, by=by, credits=credits, voiding=voiding, based_on=based_on, form=form, locked=saved
        )
        return JointSave(revision, based_on)
    cleaned = sanitising.sanitise(article.body)
    merged = _merge(article, saved, credits, based_on, cleaned.html, choices or {})
    if merged.open:
        raise ChangedByBoth(newest, merged.contested)
    article = copy(article)
    article.body = merged.body
    for name in merged.taken:
        if name != "credits":
            setattr(article, name, getattr(saved, name))
    if "credits" in merged.taken:
        credits = _credits_of(saved)
    revision = editing.save_article(
        article, by=by, credits=credits, voiding=voiding, based_on=newest.number, form=form, locked=saved
    )
    revision.removed = tuple(dict.fromkeys((*cleaned.removed, *revision.removed)))
    names = _who_saved(saved, based_on, newest.number) if merged.taken or merged.paragraphs else ()
    return JointSave(revision, based_on, names, tuple(merged.taken), merged.paragraphs)


def contested_passages(
    article: Article, *, by: User, based_on: int, credits: Credits | None, choices: Mapping[str, str]
) -> ChangedByBoth | None:
    """Return the refusal that saving would meet, for a form that cannot be saved for other reasons, or None.

    Credits that are not valid (None) are not compared. Raises PermissionDenied, BodyTooLong and Article.DoesNotExist.
    """
    saved = Article.objects.select_related("latest__created_by__person", "source", "cover").get(pk=article.pk)
    unsaved_texts.require_editing(by, saved)
    if saved.newest.number == based_on:
        return None
    credits = _credits_of(saved) if credits is None else credits
    merged = _merge(article, saved, credits, based_on, sanitising.sanitise(article.body).html, choices)
    return ChangedByBoth(saved.newest, merged.contested) if merged.open else None


def _merge(
    article: Article, saved: Article, credits: Credits, based_on: int, body: str, choices: Mapping[str, str]
) -> MergedContent:
    base = saved.revisions.filter(number=based_on).first()
    mine = {**saved.newest.content, **_content_of(article, credits), "body": body}
    return merge_contents(base.content if base else None, saved.newest.content, mine, choices)


def _content_of(article: Article, credits: Credits) -> dict[str, Any]:
    """What is written and chosen in an unsaved article, as a revision's content has it, but for the body."""
    cover: Picture | None = article.cover
    embargo = article.embargo_until
    facts: dict[str, Any] = {
        "keywords": editing.split_keywords(article.keywords),
        "section": article.section_id,
        "source": {"key": article.source.pk, "name": article.source.name} if article.source else None,
        "original_published_on": str(article.original_published_on or ""),
        "credits": [
            {"role": role, "key": person.pk, "name": person.name, "unit": person.unit} for role, person in credits
        ],
        "cover": {"sha256": cover.sha256} if cover else None,
        "embargo_until": embargo.isoformat() if embargo else None,
    }
    plain = {name: sanitising.plain_text(getattr(article, name)) for name in FIELDS if name in editing.PLAIN_FIELDS}
    return {**plain, "origin": article.origin, "ai_use": article.ai_use, "original_url": article.original_url, **facts}


def _credits_of(article: Article) -> Credits:
    return [(credit.role, credit.person) for credit in article.credits.select_related("person")]


def _who_saved(article: Article, since: int, until: int) -> tuple[str, ...]:
    """The names of those who saved after revision number `since` up to `until`, in that order, each once."""
    rows = (
        article.revisions.filter(number__gt=since, number__lte=until)
        .select_related("created_by__person")
        .defer("content")
    )
    return tuple(dict.fromkeys(audit.account_name(row.created_by) for row in rows.order_by("number")))
