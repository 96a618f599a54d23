"""What was published when: the months, the days of a month, the articles of a day."""

import calendar
from collections import Counter
from datetime import date
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from ...models import Article
from ..machines import page_metadata
from .article_page import Crumb

MOST_OF_A_DAY = 500  # an import may have put thousands on one; the search finds those


class CalendarDay(NamedTuple):
    """A day of a calendar. `count` articles were first published on it; in another month it is `outside`."""

    day: date
    count: int
    outside: bool


@require_safe
def months_view(request: HttpRequest) -> HttpResponse:
    """Every month with articles, by year, newest first; one look into an index for each."""
    public = Article.objects.public()
    years: dict[int, list[date]] = {}
    day = public.newest_publication_day()
    while day:
        first = day.replace(day=1)
        years.setdefault(first.year, []).append(first)
        day = public.newest_publication_day(before=first)
    context = {
        "years": list(years.items()),
        "meta": page_metadata.list_metadata(_("Past articles"), reverse("archive")),
    }
    return render(request, "public/archive.html", context)


@require_safe
def month_view(request: HttpRequest, month: str) -> HttpResponse:
    """The calendar of a month, with how much was published on each day."""
    first = parse_day(f"{month}-01")
    # In no order: in that of their numbers, PostgreSQL would read the whole archive for one month of it.
    days = (
        Article.objects.public().first_published_in_month(first).order_by().values_list(TruncDate("first_published_at"))
    )
    counts = Counter(dict(days.annotate(Count("pk"))))
    if not counts:
        raise Http404
    weeks = [
        [CalendarDay(day, counts[day], day.month != first.month) for day in week]
        for week in calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    ]
    title, crumbs = date_format(first, "YEAR_MONTH_FORMAT"), (_archive_articles(),)
    context = {
        "title": title,
        # Django's own abbreviations are whole words in Chinese, too wide for a seventh of a phone.
        "weekdays": pgettext("weekdays in a calendar", "Mon Tue Wed Thu Fri Sat Sun").split(),
        "weeks": weeks,
        "crumbs": crumbs,
        "meta": page_metadata.list_metadata(title, reverse("month", args=[month]), crumbs=crumbs),
    }
    return render(request, "public/month.html", context)


@require_safe
def day_view(request: HttpRequest, day: str) -> HttpResponse:
    """The articles first published on a day, newest first."""
    here = parse_day(day)
    articles = list(Article.objects.public().for_lists().first_published_on(here)[:MOST_OF_A_DAY])
    if not articles:
        raise Http404
    title = date_format(here, "DATE_FORMAT")
    of_month = Crumb(date_format(here, "YEAR_MONTH_FORMAT"), reverse("month", args=[f"{here:%Y-%m}"]))
    crumbs = (_archive_articles(), of_month)
    context = {
        "title": title,
        "articles": articles,
        "crumbs": crumbs,
        "meta": page_metadata.list_metadata(title, reverse("day", args=[day]), articles=articles, crumbs=crumbs),
    }
    return render(request, "public/day.html", context)


def _archive_articles() -> Crumb:
    return Crumb(_("Past articles"), reverse("archive"))


def parse_day(text: str) -> date:
    """The day of an address; Http404 for what no newsroom ever published on."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not 1900 <= day.year <= 2200:
        raise Http404
    return day
