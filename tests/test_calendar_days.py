"""Queries by day use days in the site's time zone; and one rule spells the instants of the desk's lists."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from articles import publishing
from articles.models import Article
from articles.models.calendar_days import days_spelled, spell_instant, start_of_day

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


@pytest.mark.parametrize(
    ("at", "to_the_minute", "day"),
    [
        ("2026-03-01T00:00:00+08:00", "today 00:00", "today 00:00"),
        ("2026-03-01T23:59:59+08:00", "today 23:59", "today 23:59"),
        ("2026-02-28T23:59:59+08:00", "02-28 23:59", "02-28"),
        ("2026-03-02T08:00:00+08:00", "03-02 08:00", "03-02"),
        ("2025-12-31T16:00:00+00:00", "01-01 00:00", "01-01"),
        ("2025-12-31T15:59:00+00:00", "2025-12-31 23:59", "2025-12-31"),
        ("2027-01-01T00:00:00+08:00", "2027-01-01 00:00", "2027-01-01"),
    ],
)
def test_lists_tell_the_hour_of_today_and_the_year_of_other_years(monkeypatch, at, to_the_minute, day):
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat("2026-03-01T12:00:00+08:00"))
    with translation.override("en"):
        assert spell_instant(datetime.fromisoformat(at)) == to_the_minute
        assert spell_instant(datetime.fromisoformat(at), is_day=True) == day


@pytest.mark.parametrize(
    ("spelled", "first", "after"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
        ("2099-12-31", date(2099, 12, 31), date(2100, 1, 1)),
    ],
)
def test_a_month_and_a_day_are_read_as_people_type_them(spelled, first, after):
    assert days_spelled(spelled) == (first, after)


@pytest.mark.parametrize(
    "spelled",
    ["", "2026", "2026-13", "2026-00", "2026-02-30", "0001-01", "9999-12", "2026-5", "2026-11\n", "２０２６-11"],
)
def test_what_is_no_month_and_no_day_of_these_centuries_is_none(spelled):
    assert days_spelled(spelled) is None
