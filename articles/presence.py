"""Presence (在场): who has the form of an article open, or the page on which it is read. It informs; it locks nothing,
and is not an edit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from . import unsaved_texts
from .duty_assignments import reading
from .models import Article, Presence, UnsavedText

# Open forms ping every ten seconds; a user without a ping for this long is gone.
PRESENT_FOR = timedelta(seconds=40)
# Resolution of the time of the last ping: most pings write nothing.
NOTED_EVERY = timedelta(seconds=20)
# Anybody who typed this recently still writes, even if they have been on another page since.
WRITES_FOR = timedelta(minutes=15)
# Older rows are of no use.
FORGOTTEN_AFTER = timedelta(hours=1)
# The most rows that one call of `delete_old_presences` deletes.
OLD_BATCH = 500


def note_presence(number: int, *, by: User, taking_over: bool = False, reads: bool = False) -> list[Presence]:
    """Note that `by` has the form of this article open, or the page on which it is read (`reads`).

    Returns everybody who has: first writers, last readers of its page; a user with both open is not a reader.
    `writes` is true for users with unsaved input or who took over: the last to take over comes first, otherwise the
    first to open the form. The rows have the article and its newest revision, without their texts. One query, and a few
    more when it writes. Raises Article.DoesNotExist, also for a draft in the bin, and PermissionDenied unless `by` may
    edit it, or read it.
    """
    now = timezone.now()
    here = _rows_of(number, by, now)
    mine = next((one for one in here if one.user_id == by.pk), None)
    article = mine.article if mine else Article.objects.select_related("section__parent").defer("body").get(pk=number)
    if article.discarded_at:
        raise Article.DoesNotExist
    if reads:
        reading.require_reading(by, article)
    else:
        unsaved_texts.require_editing(by, article)
    if taking_over or _is_news(mine, now, reads=reads):
        _write_row(mine, number, by, now, taking_over=taking_over, reads=reads)
        here = _rows_of(number, by, now)
    return sorted(here, key=_place_of)


def people_present(numbers: Iterable[int], *, but: User) -> dict[int, list[Presence]]:
    """Return who else has the form of each of these articles open, by its number, in one query, and whether each
    `writes`; not who reads its page.

    The caller has asked whether the user may read them (law 8).
    """
    rows = Presence.objects.filter(article__in=list(numbers), reads=False, seen_at__gt=timezone.now() - PRESENT_FOR)
    found: dict[int, list[Presence]] = {}
    for one in _with_typing(rows).exclude(user=but).select_related("user__person").order_by("opened_at", "pk"):
        found.setdefault(one.article_id, []).append(one)
    return found


def delete_old_presences() -> int:
    """Delete rows of forms that were closed FORGOTTEN_AFTER ago; returns how many, at most OLD_BATCH."""
    old = Presence.objects.filter(seen_at__lte=timezone.now() - FORGOTTEN_AFTER).order_by("seen_at")
    keys = list(old.values_list("pk", flat=True)[:OLD_BATCH])
    return Presence.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _with_typing(rows: QuerySet[Presence]) -> QuerySet[Presence]:
    """Annotate the rows with `has_typed`: what they typed since they arrived, or recently, is not saved."""
    since = Q(kept_at__gte=OuterRef("opened_at")) | Q(kept_at__gt=timezone.now() - WRITES_FOR)
    typed = UnsavedText.objects.filter(since, owner=OuterRef("user"), article=OuterRef("article"))
    return rows.annotate(has_typed=Exists(typed))


def _rows_of(number: int, user: User, now: datetime) -> list[Presence]:
    """The rows of those who are here now, and the user's own one, however old."""
    rows = Presence.objects.filter(Q(seen_at__gt=now - PRESENT_FOR) | Q(user=user), article=number)
    related = _with_typing(rows).select_related(
        "article__section__parent", "article__latest__created_by__person", "user__person"
    )
    return list(related.defer("article__body", "article__latest__content"))


def _place_of(one: Presence) -> tuple[bool, bool, float, datetime]:
    """Sort by writing, having the form open, reading; writers by the last take-over, others by arrival."""
    return one.reads, not one.writes, -one.took_over_at.timestamp() if one.took_over_at else 0, one.opened_at


def _is_news(mine: Presence | None, now: datetime, *, reads: bool) -> bool:
    """Whether a ping says more than the user's row: the page on which it is read adds nothing to an open form."""
    if mine is None or now - mine.seen_at >= PRESENT_FOR:
        return True
    if mine.reads != reads:
        return mine.reads
    return now - mine.seen_at >= NOTED_EVERY


def _write_row(mine: Presence | None, number: int, by: User, now: datetime, *, taking_over: bool, reads: bool) -> None:
    """Record that the user is here; a user who was away, or was only reading, starts a new presence."""
    stays = mine is not None and mine.reads == reads and now - mine.seen_at < PRESENT_FOR
    facts = {"seen_at": now, "reads": reads, **({} if stays else {"opened_at": now, "took_over_at": None})}
    if taking_over:
        facts["took_over_at"] = now
    rows = Presence.objects.filter(article=number, user=by)
    if not rows.update(**facts):
        rows.get_or_create(article_id=number, user=by, defaults=facts)
