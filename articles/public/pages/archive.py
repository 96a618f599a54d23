"""The archive by date: the months, the days of a month, the articles of a day."""

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date

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
from ...models.article import ArticleQuerySet
from ...models.expiry import expired
from ..machines import page_metadata
from .article_page import Crumb

MOST_OF_A_DAY = 500  # an import may have published thousands on one day; the others are found by search


@dataclass(frozen=True)
class CalendarDay:
    """A day of a calendar, on which `count` articles were first published; `outside` if it is in another month."""

    day: date
    count: int
    outside: bool


@require_safe
def months_view(request: HttpRequest) -> HttpResponse:
    """Every month with articles, by year, newest first; one index lookup for each month."""
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
    """The calendar of a month, with the number of articles of each day; 404 for a month without articles."""
    first = parse_day(f"{month}-01")
    live = Article.objects.with_live_edition().first_published_in_month(first)
    counts = _days_counted(live)
    counts.subtract(_days_counted(live.filter(expired("expires_at"))))
    if not any(counts.values()):
        raise Http404
    weeks = [
        [CalendarDay(day, counts[day], day.month != first.month) for day in week]
        for week in calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    ]
    title, crumbs = date_format(first, "YEAR_MONTH_FORMAT"), (_archive_crumb(),)
    context = {
        "title": title,
        # Django's Chinese abbreviations are whole words, too wide for a seventh of a phone's screen.
        "weekdays": pgettext("weekdays in a calendar", "Mon Tue Wed Thu Fri Sat Sun").split(),
        "weeks": weeks,
        "crumbs": crumbs,
        "meta": page_metadata.list_metadata(title, reverse("month", args=[month]), crumbs=crumbs),
    }
    return render(request, "public/archive_month.html", context)


def _days_counted(articles: ArticleQuerySet) -> Counter[date]:
    """Return how many of these were first published on each day. For all live articles, the index suffices.

    Unordered: ordered by number, PostgreSQL would read the whole archive for one month.
    """
    days = articles.order_by().values_list(TruncDate("first_published_at"))
    return Counter(dict(days.annotate(Count("pk"))))


@require_safe
def day_view(request: HttpRequest, day: str) -> HttpResponse:
    """The articles first published on a day, newest first; 404 for a day without articles."""
    date_of_page = parse_day(day)
    articles = list(Article.objects.public().for_lists().first_published_on(date_of_page)[:MOST_OF_A_DAY])
    if not articles:
        raise Http404
    title = date_format(date_of_page, "DATE_FORMAT")
    month_address = reverse("month", args=[f"{date_of_page:%Y-%m}"])
    crumbs = (_archive_crumb(), Crumb(date_format(date_of_page, "YEAR_MONTH_FORMAT"), month_address))
    context = {
        "title": title,
        "articles": articles,
        "crumbs": crumbs,
        "meta": page_metadata.list_metadata(title, reverse("day", args=[day]), articles=articles, crumbs=crumbs),
    }
    return render(request, "public/archive_day.html", context)


def _archive_crumb() -> Crumb:
    return Crumb(_("Past articles"), reverse("archive"))


def parse_day(text: str) -> date:
    """Return the day in an address (YYYY-MM-DD). Raises Http404 if it is not one, or outside 1900 to 2200."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not 1900 <= day.year <= 2200:
        raise Http404
    return day
