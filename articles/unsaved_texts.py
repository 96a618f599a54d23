"""Unsaved texts (未保存的文字): what somebody types is kept here until they save it, for them alone.

Keeping is not an edit: it makes no revision and no audit entry, voids no signature and changes nothing for others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from . import review
from .duty_assignments import permissions, reading
from .models import Article, UnsavedText
from .refusals import Problem, Refusal

KEPT_FOR = timedelta(days=30)
# Of one person.
MOST_TEXTS = 50
LONGEST_TEXT = 2_000_000  # characters of all fields
LONGEST_TITLE, LONGEST_BEGINNING = 120, 40
# The most texts that one call of `delete_expired_texts` deletes.
EXPIRED_BATCH = 100

TAG = re.compile(r"<[^<>]*>")
# Fields of the form that are typed: where all of them are empty, a new article has nothing to keep.
TYPED = (
    *("kicker", "title", "subtitle", "short_title", "summary", "body", "keywords", "embargo_until"),
    *("original_title", "original_author", "original_url", "original_published_on"),
)
# What an editor leaves in an empty body; static/desk/unsaved_text.js has it, too.
EMPTY = re.compile(r"</?(?:p|br|div)\b[^<>]*>|&nbsp;|\s|\u200b")

TOO_LONG = Problem(
    "unsaved_texts.too_long",
    gettext_lazy("The text is too long to be kept."),
    gettext_lazy("Save it, or divide it into two articles."),
)
TOO_MANY = Problem(
    "unsaved_texts.too_many",
    gettext_lazy("%(most)d of your unsaved texts are already kept."),
    gettext_lazy("Save or discard those on your home page that are done with."),
)


class CannotKeep(Refusal):
    """Raised for a text that is too long, and for one more than MOST_TEXTS."""


@dataclass(frozen=True)
class OpenedForm:
    """One opening of an article's form: its own key, and key and version of the unsaved text that it was opened with.

    Two windows have different keys, so neither writes over what the other keeps.
    """

    key: str
    key_shown: str = ""
    version_shown: int = 0


def require_editing(by: User, article: Article | None) -> None:
    """Raise PermissionDenied, with a message, unless `by` may edit the article, or write one if there is none yet."""
    if article is None:
        permissions.require_duty_anywhere(by, permissions.Duty.WRITE)
    elif not reading.may_write_article(by, article) and not review.may_correct(article, by):
        reading.require_writing(by, article)


@transaction.atomic
def keep_text(
    form: OpenedForm, fields: Sequence[tuple[str, str]], *, by: User, article: Article | None
) -> UnsavedText | None:
    """Keep (name, value) of the form's fields replacing what was kept before; returns the row without them.

    The first time, the unsaved text that the form was opened with is dropped, unless another window wrote on in it.
    For a new article without typed text, nothing is kept and None is returned.
    Raises CannotKeep, and PermissionDenied unless `by` may edit the article, or write one if there is none yet.
    """
    require_editing(by, article)
    pairs = [[_storable(name), _storable(value)] for name, value in fields]
    if sum(len(name) + len(value) for name, value in pairs) > LONGEST_TEXT:
        raise CannotKeep(TOO_LONG)
    if article is None and not any(EMPTY.sub("", value) for name, value in pairs if name in TYPED):
        clear_form(form, by=by)
        return None
    facts = {"fields": pairs, **_seen_in_lists(dict(pairs)), "kept_at": timezone.now(), "article": article}
    mine = UnsavedText.objects.filter(owner=by)
    if not mine.filter(key=form.key).update(**facts, version=F("version") + 1):
        discard_text(form.key_shown, form.version_shown, by=by)
        if mine.count() >= MOST_TEXTS:
            raise CannotKeep(TOO_MANY.filled(most=MOST_TEXTS))
        mine.get_or_create(owner=by, key=form.key, defaults=facts)
    return mine.defer("fields").get(key=form.key)


def find_unsaved_text(key: str, *, by: User, article: Article | None) -> UnsavedText | None:
    """Return what `by` typed into the form of this article (None: a new one) under this key, or None."""
    return UnsavedText.objects.filter(owner=by, key=key, article=article).first()


def unsaved_texts_of(user: User) -> QuerySet[UnsavedText]:
    """The unsaved texts of a person, the newest first, without their fields and without those of discarded drafts."""
    return UnsavedText.objects.filter(owner=user, article__discarded_at=None).defer("fields")


def discard_text(key: str, version: int, *, by: User) -> bool:
    """Drop an unsaved text of `by`; returns False if there is none, or it has changed since this version."""
    return bool(UnsavedText.objects.filter(owner=by, key=key, version=version).delete()[0])


def clear_form(form: OpenedForm, *, by: User) -> None:
    """Drop what was kept of a form, and what it was opened with: it is saved or discarded."""
    UnsavedText.objects.filter(owner=by, key=form.key).delete()
    discard_text(form.key_shown, form.version_shown, by=by)


def delete_expired_texts() -> int:
    """Delete the texts last kept KEPT_FOR ago; returns how many, at most EXPIRED_BATCH."""
    expired = UnsavedText.objects.filter(kept_at__lte=timezone.now() - KEPT_FOR).order_by("kept_at")
    keys = list(expired.values_list("pk", flat=True)[:EXPIRED_BATCH])
    return UnsavedText.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _seen_in_lists(fields: dict[str, str]) -> dict[str, str | int]:
    """What lists print of the text: its title, how its body begins, and its characters without blanks."""
    words = unescape(TAG.sub("", fields.get("body", ""))).split()
    text = " ".join(words)
    return {
        "title": fields.get("title", "").strip()[:LONGEST_TITLE],
        "beginning": text if len(text) <= LONGEST_BEGINNING else f"{text[: LONGEST_BEGINNING - 1]}…",
        "characters": sum(map(len, words)),
    }


def _storable(text: str) -> str:
    """Return the text without what no database stores: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="replace").decode()
