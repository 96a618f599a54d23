"""The background worker (`manage.py work`): its heartbeat, and the pages that change by themselves as time passes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from . import audit, baking
from .models import Article, Heartbeat, SiteSettings, Slot

# Names of the rows in Heartbeat: the worker itself, and the last instant up to which expired pages were queued.
WORKER = "work"
INSTANTS = "instants"
# The worker polls every second and records a heartbeat every 20 seconds; after two minutes without one it counts as down.
BEAT, SILENCE = timedelta(seconds=20), timedelta(minutes=2)


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
