"""Scheduling: what is published later, by itself, at an instant in the site's zone; and whether somebody sees to it."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from . import audit, baking
from .assignments import permissions
from .assignments.permissions import Duty
from .checks import find_problems
from .models import Article, Heartbeat, SiteSettings, Slot
from .publishing import CannotPublish, publish_article
from .refusals import Problem, Refusal

# How many due articles one call of `publish_due` takes; the next call takes the next ones.
AT_ONCE = 100
WORKER = "work"
INSTANTS = "instants"
# The worker looks every second and says so every twenty; silent for two minutes, it is taken for dead.
BEAT, SILENCE = timedelta(seconds=20), timedelta(minutes=2)


HAS_PASSED = Problem("scheduling.has_passed", _("%(instant)s has passed; choose a later time, or publish now."))


class CannotSchedule(Refusal):
    """Raised when an instant cannot be set."""


@transaction.atomic
def schedule_article(article: Article, *, by: User, at: datetime) -> None:
    """Have the text, read by all as it stands, published at the instant `at` in the future."""
    article = Article.objects.locked(article.pk)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if at <= timezone.now():
        raise CannotSchedule(HAS_PASSED.filled(instant=_spell_time(at)))
    problems = find_problems(article, at=at)
    if problems:
        raise CannotPublish(*problems)
    if article.scheduled_for == at:
        return
    article.scheduled_for, article.scheduled_by, article.schedule_problem = at, by, ""
    article.save(update_fields=["scheduled_for", "scheduled_by", "schedule_problem"])
    audit.record_entry(
        "article.scheduled", article, by=by, digest=article.newest.digest, at=at.isoformat(timespec="seconds")
    )


@transaction.atomic
def unschedule_article(article: Article, *, by: User) -> None:
    """Take the article out of the schedule; it stays read by all."""
    article = Article.objects.locked(article.pk)
    permissions.require_duty(by, Duty.PUBLISH, article.section)
    if article.scheduled_for is None:
        return
    at, article.scheduled_for, article.scheduled_by = article.scheduled_for, None, None
    article.save(update_fields=["scheduled_for", "scheduled_by"])
    audit.record_entry("article.unscheduled", article, by=by, at=at.isoformat(timespec="seconds"))


def publish_due() -> int:
    """Publish what is due now, each by the one who scheduled it and in a transaction of its own; how many were.

    What cannot be published any more (the duty was taken away, the source frozen) leaves the schedule, says why on its
    row and in the audit, and stops none of the others. Any number of workers may call this at once.
    """
    due = Article.objects.filter(scheduled_for__lte=timezone.now()).order_by("scheduled_for", "number")
    return sum(_publish_if_due(number) for number in list(due.values_list("number", flat=True)[:AT_ONCE]))


@transaction.atomic
def _publish_if_due(number: int) -> bool:
    """Whether this call published it: another worker may have been first, or somebody may have unscheduled it."""
    article = Article.objects.locked(number)
    by = article.scheduled_by
    if by is None or article.scheduled_for is None or article.scheduled_for > timezone.now():
        return False
    try:
        publish_article(article, by=by)
    except (Refusal, PermissionDenied) as refusal:
        article.scheduled_for = article.scheduled_by = None
        article.schedule_problem = str(refusal)
        article.save(update_fields=["scheduled_for", "scheduled_by", "schedule_problem"])
        audit.record_entry("article.schedule_failed", article, by=by, why=str(refusal))
        return False
    return True


@transaction.atomic
def rebake_expired() -> int:
    """Have the pages baked that changed by themselves since the last look, since an article expired or a pin ended; how
    many articles those are. Where the clock was set back, what lies between is looked at again.
    """
    now = timezone.now()
    last = Heartbeat.objects.select_for_update().filter(worker=INSTANTS).values_list("seen_at", flat=True).first()
    first, until = sorted([last or now, now])
    passed = {
        field: Article.objects.filter(**{f"live__{field}__gt": first, f"live__{field}__lte": until})
        for field in ("expires_at", "pinned_until")
    }
    count = 0
    audit.lock_audit_chain()  # as acts do before they ask for pages
    for field, rows in passed.items():
        whole = rows.select_related("live__revision", "live__section__parent__parent")
        for article in whole.order_by("number").iterator():
            gone = baking.own_pages(article) if field == "expires_at" and last and last < now else ()
            baking.request_bake(baking.article_pages(article), gone=gone)
            count += 1
    count += _rebake_grey(first, until) + _rebake_slots(first, until) + _rebake_news_sitemap(first, until)
    if count or last is None or now - first > BEAT:
        Heartbeat.objects.update_or_create(worker=INSTANTS, defaults={"seen_at": now})
    return count


def _rebake_grey(first: datetime, until: datetime) -> int:
    """Have the pages baked that became grey, or coloured again, between two instants; whether there were any."""
    site = SiteSettings.current()
    passed = any(at and first < at <= until for at in (site.grey_from, site.grey_until))
    if not passed or site.grey == SiteSettings.Grey.OFF:
        return 0
    if site.grey == SiteSettings.Grey.HOME:
        baking.request_bake([reverse("home")])
    else:
        baking.request_full_bake()
    return 1


def _rebake_slots(first: datetime, until: datetime) -> int:
    """Have the home page and the topics baked in which a slot's time ended between two instants; how many slots."""
    passed = list(Slot.objects.filter(until__gt=first, until__lte=until).select_related("block__topic"))
    for slot in passed:
        baking.request_bake({*baking.topic_pages(slot.block.topic), *baking.pages_of_articles([slot.article_id])})
    return len(passed)


def _rebake_news_sitemap(first: datetime, until: datetime) -> int:
    """Have the map of news baked from which an article dropped between two instants; whether one did."""
    aged = Article.objects.public().filter(
        first_published_at__gt=first - baking.IS_NEWS, first_published_at__lte=until - baking.IS_NEWS
    )
    if not aged.exists():
        return 0
    baking.request_bake([reverse("news_sitemap")])
    return 1


def record_heartbeat() -> None:
    """Say that the worker is alive, where it has not just been said."""
    now = timezone.now()
    if not Heartbeat.objects.filter(worker=WORKER, seen_at__range=(now - BEAT, now)).exists():
        Heartbeat.objects.update_or_create(worker=WORKER, defaults={"seen_at": now})


def worker_silent_since() -> datetime | None:
    """Since when no worker has been seen, once that is long enough to worry; None while one is at work.

    A newsroom in which none was ever seen gets the beginning of time.
    """
    seen = Heartbeat.objects.filter(worker=WORKER).values_list("seen_at", flat=True).first()
    if seen and timezone.now() - seen < SILENCE:
        return None
    return seen or datetime.min.replace(tzinfo=timezone.get_current_timezone())


def _spell_time(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "Y-m-d H:i")
