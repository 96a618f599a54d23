"""Placing: how an article appears in readers' lists. Pin, expiry and cover are not part of the text, so unsigned.

The embargo is part of the text's acts: placing cannot loosen it.
"""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import baking, search
from .audit import record_entry
from .duty_assignments import permissions
from .models import Article, Picture
from .models.calendar_days import spell_minute
from .refusals import Problem, Refusal
from .saved_rows import recorded_names, values_of

PLACING_FIELDS = ("pinned_until", "expires_at", "shown_cover")

PIN_HAS_PASSED = Problem(
    "placing.pin_has_passed",
    _("%(instant)s has passed; it cannot be pinned until then."),
    _("Choose a later time, or leave it empty."),
    "pinned_until",
)
EXPIRY_HAS_PASSED = Problem(
    "placing.expiry_has_passed",
    _("%(instant)s has passed; it cannot expire then."),
    _("Choose a later time. Withdraw it if readers must not see it from now on."),
    "expires_at",
)
COVER_NOT_IN_TEXT = Problem(
    "placing.cover_not_in_text",
    _("The cover must be one of the pictures of the text that was signed."),
    _("Add the picture to the text; it is read with the text."),
    "cover",
)


class CannotPlace(Refusal):
    """Raised when an article cannot be placed so."""


def pictures_to_show(article: Article) -> QuerySet[Picture]:
    """The pictures that may be the cover: those of the text that readers see, saw last, or will see."""
    shown = article.live or article.editions.order_by("-number").first()
    revision = shown.revision_id if shown else article.latest_id
    return Picture.objects.filter(revisions=revision).order_by("pk")


@transaction.atomic
def set_placing(
    article: Article,
    *,
    by: User,
    pinned_until: datetime | None,
    expires_at: datetime | None,
    cover: Picture | None,
) -> None:
    """Pin the article until one instant, let it expire at another, and choose its cover; readers see it at once.

    None means: not pinned, never expires, no cover (of a draft: the cover of its text). It takes no readings and makes
    no edition. Idempotent. Raises PermissionDenied or CannotPlace.
    """
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, permissions.Duty.PUBLISH, article.section)
    new = {"pinned_until": pinned_until, "expires_at": expires_at, "shown_cover": cover}
    changed = [name for name in PLACING_FIELDS if getattr(article, name) != new[name]]
    if not changed:
        return
    problems = list(_placing_problems(article, {name: new[name] for name in changed}))
    if problems:
        raise CannotPlace(*problems)
    old, names = values_of(article, changed), recorded_names(article, changed)
    for name in changed:
        setattr(article, name, new[name])
    article.save(update_fields=changed)
    record_entry("article.placed", article, by=by, fields=names, old=old, new=values_of(article, changed))
    if article.live:
        search.index_article(article)  # the index has the expiry
        baking.request_bake(baking.article_pages(article))


@transaction.atomic
def pin_article(article: Article, *, by: User, until: datetime) -> None:
    """Pin the article until an instant; expiry and cover stay. Raises what `set_placing` raises."""
    article = Article.objects.get_locked(article.pk)
    set_placing(article, by=by, pinned_until=until, expires_at=article.expires_at, cover=article.shown_cover)


def _placing_problems(article: Article, new: dict[str, object]) -> Iterator[Problem]:
    """The problems of the values that change; what stays may have passed long ago."""
    now = timezone.now()
    for name, problem in (("pinned_until", PIN_HAS_PASSED), ("expires_at", EXPIRY_HAS_PASSED)):
        at = new.get(name)
        if isinstance(at, datetime) and at <= now:
            yield problem.filled(instant=spell_minute(at))
    cover = new.get("shown_cover")
    if isinstance(cover, Picture) and not pictures_to_show(article).filter(pk=cover.pk).exists():
        yield COVER_NOT_IN_TEXT
