"""Dates and figures that cannot be right (CHK-07): wrong weekdays, days that do not exist, ends before their starts."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from .rules import Match, Rule, Severity

DATES = _("Dates and figures")
NO_SUCH_DAY = Rule(
    "no_such_day", DATES, Severity.WARN, _("“%(words)s” is a day that does not exist."), _("Look up the date.")
)
WRONG_WEEKDAY = Rule(
    "wrong_weekday",
    DATES,
    Severity.WARN,
    _("“%(words)s” was or will be another day of the week."),
    _("Look up the date."),
)
END_BEFORE_START = Rule(
    "end_before_start", DATES, Severity.WARN, _("“%(words)s” ends before it begins."), _("Look up the dates.")
)
ABOVE_HUNDRED = Rule(
    "above_hundred_percent",
    DATES,
    Severity.WARN,
    _("“%(words)s” is a share of more than a hundred percent."),
    _("Look up the figure."),
)

_DAY = r"(?:(?P<year>[12]\d{3})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"
_DATE = re.compile(rf"(?<![\d.]){_DAY}", re.ASCII)
_WITH_WEEKDAY = re.compile(rf"(?<![\d.]){_DAY}\s?[（(]?\s?(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])", re.ASCII)
_RANGE = re.compile(
    r"(?<!\d)(?P<month>\d{1,2})月(?P<first>\d{1,2})日?\s?(?:至|到|—{1,2}|-|–|~|～)\s?(?P<last>\d{1,2})日", re.ASCII
)
_SHARE = re.compile(
    r"(?:占比?|比重|合格率|(?<!拨备)覆盖率|普及率|出勤率|投票率|入学率)[^。，；,\n\d]{0,8}(?P<share>\d{3,5}(?:\.\d{1,4})?)(?:%|个百分点)"
)
_WEEKDAYS = "一二三四五六日"
_HALF_A_YEAR = timedelta(days=183)


def find_wrong_dates(text: str, at: date) -> Iterator[Match]:
    """Yield dates and shares in a normalised text that cannot be right; days without a year are the nearest to `at`."""
    for match in _DATE.finditer(text):
        if not _exists(match["year"], int(match["month"]), int(match["day"])):
            yield Match(NO_SUCH_DAY, *match.span())
    for match in _WITH_WEEKDAY.finditer(text):
        day = _nearest(match["year"], int(match["month"]), int(match["day"]), at)
        said = "日" if match["weekday"] == "天" else match["weekday"]
        if day and _WEEKDAYS[day.weekday()] != said:
            right = "星期" + _WEEKDAYS[day.weekday()]
            yield Match(WRONG_WEEKDAY, *match.span(), suggestion=right)
    for match in _RANGE.finditer(text):
        if int(match["last"]) < int(match["first"]):
            yield Match(END_BEFORE_START, *match.span())
    for match in _SHARE.finditer(text):
        if float(match["share"]) > 100:
            yield Match(ABOVE_HUNDRED, *match.span())


def _exists(year: str | None, month: int, day: int) -> bool:
    """Return True if the day is in the calendar; without a year, in that of a leap year."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(int(year or 2000), month)[1]


def _nearest(year: str | None, month: int, day: int, at: date) -> date | None:
    if not _exists(year, month, day):
        return None
    if year:
        return date(int(year), month, day)
    days = [date(each, month, day) for each in (at.year - 1, at.year, at.year + 1) if _exists(str(each), month, day)]
    near = [found for found in days if abs(found - at) <= _HALF_A_YEAR]
    return near[0] if near else None
