"""The background worker (`manage.py work`): its heartbeat, and pages that change as time passes."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from . import audit, baking
from .models import Article, Heartbeat, SiteSettings, Slot

# Names of rows in Heartbeat: the worker's last sign of life, and the time up to which changes by time were processed.
WORKER_ROW = "work"
TIME_PASSED_ROW = "instants"
# The worker polls every second and records a heartbeat every 20 seconds; without one for two minutes it counts as down.
HEARTBEAT_INTERVAL, DOWN_AFTER = timedelta(seconds=20), timedelta(minutes=2)
# When this process began: a worker that was started with it for the first time may not have reported yet.
STARTED_AT = timezone.now()
# Rows of each index that SQLite looks at: enough to choose by (a thousand are not), and milliseconds in any archive.
ROWS_FOR_STATISTICS = 10_000


def refresh_planner_statistics() -> None:
    """Make SQLite update its table statistics, so that it chooses the right index; PostgreSQL does so by itself.

    Without it lists of the desk take a second with hundreds of thousands of articles instead of milliseconds.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_FOR_STATISTICS}")
        cursor.execute("ANALYZE")
        # Articles are counted in full, a second for a million: by guesses SQLite took the newest for four times as many
        # as there are, a section for a tenth, and sorted whole sections for a feed. By index: no act waits long.
        cursor.execute("PRAGMA analysis_limit = 0")
        cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'articles_article'")
        for (index,) in cursor.fetchall():
            cursor.execute(f'ANALYZE "{index}"')


@transaction.atomic
def queue_pages_changed_by_time() -> int:
    """Queue the pages that changed since the last call because time passed.

    Returns how many changes were found: articles that expired, pins and slots that ended, mourning grey (the site
    without colours on a day of mourning) that began or ended, articles that became too old for the news sitemap. If the
    clock was set back, the changes between now and the last call are found again, since they have not happened yet.
    """
    now = timezone.now()
    last = (
        Heartbeat.objects.select_for_update().filter(worker=TIME_PASSED_ROW).values_list("seen_at", flat=True).first()
    )
    first, until = sorted([last or now, now])
    changed_articles = {
        field: Article.objects.with_live_edition().filter(**{f"{field}__gt": first, f"{field}__lte": until})
        for field in ("expires_at", "pinned_until")
    }
    count = 0
    audit.lock_audit_chain()  # lock ordering: before pages are queued
    for field, rows in changed_articles.items():
        articles = rows.select_related("live__revision", "live__section__parent__parent", "listed_in")
        for article in articles.order_by("number").iterator():
            removed_pages = baking.own_pages(article) if field == "expires_at" and last and last < now else ()
            baking.request_bake(baking.article_pages(article), gone=removed_pages)
            count += 1
    count += _queue_grey(first, until) + _queue_slots(first, until) + _queue_news_sitemap(first, until)
    if count or last is None or now - first > HEARTBEAT_INTERVAL:
        Heartbeat.objects.update_or_create(worker=TIME_PASSED_ROW, defaults={"seen_at": now})
    return count


def _queue_grey(first: datetime, until: datetime) -> int:
    """Queue the pages whose mourning grey began or ended between two instants; returns 1 if there are any, else 0."""
    site = SiteSettings.current()
    switched = any(at and first < at <= until for at in (site.grey_from, site.grey_until))
    if not switched or site.grey == SiteSettings.Grey.OFF:
        return 0
    if site.grey == SiteSettings.Grey.HOME:
        baking.request_bake([reverse("home")])
    else:
        baking.request_full_bake()
    return 1


def _queue_slots(first: datetime, until: datetime) -> int:
    """Queue the pages with slots that expired between two instants; returns the number of slots."""
    ended_slots = list(Slot.objects.filter(until__gt=first, until__lte=until).select_related("block__topic"))
    for slot in ended_slots:
        baking.request_bake({*baking.topic_pages(slot.block.topic), *baking.pages_of_articles([slot.article_id])})
    return len(ended_slots)


def _queue_news_sitemap(first: datetime, until: datetime) -> int:
    """Queue the news sitemap if an article became too old for it between two instants; returns 1 if so, else 0."""
    too_old = Article.objects.public().filter(
        first_published_at__gt=first - baking.NEWS_SITEMAP_AGE, first_published_at__lte=until - baking.NEWS_SITEMAP_AGE
    )
    if not too_old.exists():
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

    Returns `datetime.min` if none was ever seen, once this process has run for as long: until then a worker that was
    started with it may just not have reported yet.
    """
    seen = Heartbeat.objects.filter(worker=WORKER_ROW).values_list("seen_at", flat=True).first()
    if timezone.now() - (seen or STARTED_AT) < DOWN_AFTER:
        return None
    return seen or datetime.min.replace(tzinfo=timezone.get_current_timezone())
