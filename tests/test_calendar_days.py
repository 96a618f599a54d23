"""Queries by day use days in the site's time zone."""

from datetime import date, datetime, timedelta

from articles import publishing
from articles.models import Article
from articles.models.calendar_days import start_of_day

INSTANT = timedelta(microseconds=1)


def test_days_begin_at_midnight_in_the_sites_zone(cast):
    first, last, end = date(2026, 5, 1), date(2026, 5, 31), start_of_day(date(2026, 6, 1))
    assert start_of_day(first) == datetime.fromisoformat("2026-05-01T00:00:00+08:00")
    times = {
        "before": start_of_day(first) - INSTANT,
        "first": start_of_day(first),
        "last": end - INSTANT,
        "after": end,
    }
    for name, at in times.items():
        publishing.publish_archived(cast.article(title=name), by=cast.admin, at=at, origin="档案")
    named = Article.objects.order_by("first_published_at").values_list("title", flat=True)
    assert (
        list(named.first_published_between(first, last))
        == list(named.first_published_in_month(date(2026, 5, 9)))
        == ["first", "last"]
    )
    assert list(named.first_published_between(None, last)) == ["before", "first", "last"]
    assert list(named.first_published_between(first, None)) == ["first", "last", "after"]
    assert list(named.first_published_on(last)) == ["last"]
    assert list(named.first_published_between(None, None)) == list(times)
