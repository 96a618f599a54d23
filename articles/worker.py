"""The background worker (`manage.py work`): its heartbeat, and pages that change as time passes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from . import audit, baking
from .models import Article, Heartbeat, SiteSettings, Slot

# The rows in Heartbeat: the worker itself, and the time up to which expired pages have been queued.
WORKER_ROW = "work"
EXPIRY_ROW = "instants"
# The worker polls every second and records a heartbeat every 20 seconds; without one for two minutes it counts as down.
HEARTBEAT_INTERVAL, DOWN_AFTER = timedelta(seconds=20), timedelta(minutes=2)


@transaction.atomic
def rebake_expired() -> int:
    """Queue the pages that changed since the last call because time passed; returns the number of causes.

    Causes: an article expired, a pin or a slot ended, mourning grey began or ended, an article left the news sitemap.
    If the clock was set back, the time in between is processed again.
    """
    now = timezone.now()
    last = Heartbeat.objects.select_for_update().filter(worker=EXPIRY_ROW).values_list("seen_at", flat=True).first()
    first, until = sorted([last or now, now])
    passed = {
        field: Article.objects.filter(**{f"live__{field}__gt": first, f"live__{field}__lte": until})
        for field in ("expires_at", "pinned_until")
    }
    count = 0
    audit.lock_audit_chain()  # lock ordering: before pages are queued
    for field, rows in passed.items():
        whole = rows.select_related("live__revision", "live__section__parent__parent")
        for article in whole.order_by("number").iterator():
            gone = baking.own_pages(article) if field == "expires_at" and last and last < now else ()
            baking.request_bake(baking.article_pages(article), gone=gone)
            count += 1
    count += _rebake_grey(first, until) + _rebake_slots(first, until) + _rebake_news_sitemap(first, until)
    if count or last is None or now - first > HEARTBEAT_INTERVAL:
        Heartbeat.objects.update_or_create(worker=EXPIRY_ROW, defaults={"seen_at": now})
    return count


def _rebake_grey(first: datetime, until: datetime) -> int:
    """Queue the pages whose mourning grey began or ended between two instants; returns 1 if there are any, else 0."""
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
    """Queue the pages with slots that expired between two instants; returns the number of slots."""
    passed = list(Slot.objects.filter(until__gt=first, until__lte=until).select_related("block__topic"))
    for slot in passed:
        baking.request_bake({*baking.topic_pages(slot.block.topic), *baking.pages_of_articles([slot.article_id])})
    return len(passed)


def _rebake_news_sitemap(first: datetime, until: datetime) -> int:
    """Queue the news sitemap if an article became too old for it between two instants; returns 1 if so, else 0."""
    aged = Article.objects.public().filter(
        first_published_at__gt=first - baking.NEWS_SITEMAP_AGE, first_published_at__lte=until - baking.NEWS_SITEMAP_AGE
    )
    if not aged.exists():
        return 0
    baking.request_bake([reverse("news_sitemap")])
    return 1


def record_heartbeat() -> None:
    """Record that the worker is alive, unless that was recorded within HEARTBEAT_INTERVAL."""
    now = timezone.now()
    if not Heartbeat.objects.filter(worker=WORKER_ROW, seen_at__range=(now - HEARTBEAT_INTERVAL, now)).exists():
        Heartbeat.objects.update_or_create(worker=WORKER_ROW, defaults={"seen_at": now})


def worker_silent_since() -> datetime | None:
    """Return when a worker was last seen if that is more than DOWN_AFTER ago, else None.

    If none was ever seen, returns `datetime.min`.
    """
    seen = Heartbeat.objects.filter(worker=WORKER_ROW).values_list("seen_at", flat=True).first()
    if seen and timezone.now() - seen < DOWN_AFTER:
        return None
    return seen or datetime.min.replace(tzinfo=timezone.get_current_timezone())
