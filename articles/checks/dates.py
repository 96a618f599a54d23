"""Dates that cannot be right (CHK-07): days that do not exist, wrong weekdays, ends before their starts, 昨日 and 今日.

A year or month that is not written is taken from the text before it, or is the nearest to publication; where several
readings are possible, a date is wrong only if it is in all of them.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from .date_expressions import (
    AFTER_A_DAY,
    ANY_WEEKDAY,
    DASHED,
    DATE,
    DATE_WEEKDAY,
    DATELINE,
    DAYS_ALONE,
    HOURS,
    LENGTH,
    LUNAR,
    MISTYPED,
    MONTHS,
    MONTHS_BEFORE,
    NO_TIME,
    OF_DATES,
    OTHER_YEAR,
    RANGE,
    RELATIVE,
    SAID,
    SAID_DAY,
    SAID_PLAINLY,
    THIS_YEAR,
    TO_A_NUMBER,
    WEEKDAY_DATE,
    YEARS,
    YEARS_BEFORE,
)
from .numerals import number_of, year_of
from .rules import Match, Rule, Severity

DATES = _("Dates and figures")
LOOK_UP = _("Look up the date.")
NO_SUCH_DAY = Rule("no_such_day", DATES, Severity.WARN, _("“%(words)s” is a day that does not exist."), LOOK_UP)
NO_SUCH_TIME = Rule(
    "no_such_time", DATES, Severity.WARN, _("“%(words)s” is a time that does not exist."), _("Look up the time.")
)
WRONG_WEEKDAY = Rule(
    "wrong_weekday", DATES, Severity.WARN, _("“%(words)s” was or will be another day of the week."), LOOK_UP
)
WRONG_RELATIVE_DAY = Rule(
    "wrong_relative_day",
    DATES,
    Severity.WARN,
    _("“%(words)s” does not fit the day of publication, or of the dateline."),
    _("Look up the date, or schedule the text for its day."),
)
END_BEFORE_START = Rule(
    "end_before_start", DATES, Severity.WARN, _("“%(words)s” ends before it begins."), _("Look up the dates.")
)
WRONG_LENGTH = Rule(
    "wrong_length",
    DATES,
    Severity.WARN,
    _("“%(words)s” says another number of days than from the first to the last."),
    _("Look up the dates."),
)
MISTYPED_YEAR = Rule("mistyped_year", DATES, Severity.WARN, _("The year in “%(words)s” cannot be right."), LOOK_UP)
DISTANT_YEAR = Rule(
    "distant_year", DATES, Severity.WARN, _("“%(words)s” is more than ten years after publication."), LOOK_UP
)

_SIX_MONTHS, _TEN_YEARS = 6, 10
_FEW_DAYS = 10  # if earlier by more, it is a day of the next month: 30日至2日
_SAME_MONTH = 20  # characters after a month in which a bare day belongs to it
_FAR = 1_000  # characters before a date, in its paragraph, that are searched for its month or year
_HALF_A_YEAR = timedelta(days=183)
_WEEKDAYS = "一二三四五六日"


def find_wrong_dates(text: str, at: date) -> Iterator[Match]:
    """Yield dates in a normalised text that cannot be right when it is published on the day `at`."""
    if not OF_DATES.search(text):
        return
    dates = list(DATE.finditer(text))
    yield from _find_no_such_days(text, dates)
    yield from _find_wrong_weekdays(text, at)
    yield from _find_wrong_relative_days(text, at)
    yield from _find_ends_before_starts(text)
    yield from _find_wrong_lengths(text)
    yield from _find_wrong_years(text, dates, at)


def days_said(text: str, at: date) -> Iterator[tuple[date, date]]:
    """Yield the first and the last of the days that each date, month and year in a normalised text means.

    昨日 and the like are counted from the day `at`, and a date without a year is the nearest one.
    """
    for match in SAID.finditer(text):
        year = year_of(match["year"]) if match["year"] else None
        month, day = number_of(match["month"] or ""), number_of(match["day"] or "")
        if day and _exists(year, month, day):
            said = date(year, month, day) if year else _nearest(month, day, at)
            yield from [(said, said)] if said else []
        elif year and 1 <= month <= 12:
            yield date(year, month, 1), date(year, month, monthrange(year, month)[1])
        elif year and not month:
            yield date(year, 1, 1), date(year, 12, 31)
    for word, off in RELATIVE.items():
        if word in text:
            yield at + timedelta(days=off), at + timedelta(days=off)


def _find_no_such_days(text: str, dates: list[re.Match[str]]) -> Iterator[Match]:
    for match in dates:
        if not _is_lunar(text, match) and not _exists(*_parts(match)):
            yield Match(NO_SUCH_DAY, *match.span())
    for match in DASHED.finditer(text):
        if not _exists(int(match["year"]), int(match["month"]), int(match["day"])):
            yield Match(NO_SUCH_DAY, *match.span())
    for match in NO_TIME.finditer(text):
        yield Match(NO_SUCH_TIME, *match.span())


def _find_wrong_weekdays(text: str, at: date) -> Iterator[Match]:
    if not ANY_WEEKDAY.search(text):
        return
    for pattern in (DATE_WEEKDAY, WEEKDAY_DATE):
        for match in pattern.finditer(text):
            said = "日" if match["weekday"] == "天" else match["weekday"]
            possible = [] if _is_lunar(text, match) else list(_possible_days(text, match, at))
            if possible and all(_WEEKDAYS[day.weekday()] != said for day in possible):
                right = match["week"] + _WEEKDAYS[possible[0].weekday()]
                replaced = match.start("week"), match.end("weekday")
                yield Match(WRONG_WEEKDAY, *match.span(), suggestion=right, replaced=replaced)


def _possible_days(text: str, match: re.Match[str], at: date) -> Iterator[date]:
    """Yield the days that a date may mean, the likeliest first."""
    earliest = max(match.start() - _FAR, 0)
    before = text[max(text.rfind("\n", earliest, match.start()) + 1, earliest) : match.start()]
    if match["only"]:
        day = number_of(match["only"])
        said = list(MONTHS_BEFORE.finditer(before))[-1:]
        months = [(at.year, number_of(each[1])) for each in said]
        if not said or len(before) - said[0].end() > _SAME_MONTH:
            months += [(near.year, near.month) for near in (at, at.replace(day=1) - timedelta(days=1))]
            months += [((at.replace(day=1) + timedelta(days=31)).year, at.month % 12 + 1)]
        yield from (date(*month, day) for month in dict.fromkeys(months) if _exists(*month, day))
        return
    year, month, day = _parts(match)
    if year:
        years = [year]
    else:
        years = [found.year for found in [_nearest(month, day, at)] if found]
        years += [year_of(each) for each in YEARS_BEFORE.findall(before)[-1:]]
        if OTHER_YEAR.search(before):
            years += [at.year + off for off in (-2, -1, 0, 1, 2)]
    yield from (date(each, month, day) for each in dict.fromkeys(years) if _exists(each, month, day))


def _find_wrong_relative_days(text: str, at: date) -> Iterator[Match]:
    """Yield 昨日(28日) and 28日(昨日) that do not fit the dateline (11月28日电), or without one the day `at`."""
    if not any(word in text for word in RELATIVE):
        return
    days = [at]
    if dateline := DATELINE.search(text):
        days = [day for day in [_nearest(*_parts(dateline)[1:], at)] if day] or days
    # A quotation may be from any other day.
    plain = [match for match in SAID_PLAINLY.finditer(text) if not _is_quoted(text, match.start())]
    for match in (*SAID_DAY.finditer(text), *plain):
        n = "2" if match.groupdict().get("day2") else ""
        word, month, day = match[f"word{n}"], match[f"month{n}"], match[f"day{n}"]
        right = days[0] + timedelta(days=RELATIVE[word])
        if number_of(day) != right.day or (month and number_of(month) != right.month):
            replaced = match.start(f"month{n}" if month else f"day{n}"), match.end(f"day{n}") + 1
            suggestion = f"{right.month}月{right.day}日"
            yield Match(WRONG_RELATIVE_DAY, *match.span(), suggestion=suggestion, replaced=replaced)


def _is_quoted(text: str, at: int) -> bool:
    earliest = max(at - _FAR, 0)
    return text.rfind("“", earliest, at) > text.rfind("”", earliest, at)


def _find_ends_before_starts(text: str) -> Iterator[Match]:
    if not TO_A_NUMBER.search(text):
        return
    for match in RANGE.finditer(text):
        if not _is_lunar(text, match) and _ends_early(match):
            yield Match(END_BEFORE_START, *match.span())
    for match in DAYS_ALONE.finditer(text):
        if 0 < number_of(match["day"]) - number_of(match["day2"]) <= _FEW_DAYS:
            yield Match(END_BEFORE_START, *match.span())
    for match in MONTHS.finditer(text):
        if (year_of(match["year2"]), number_of(match["month2"])) < (year_of(match["year"]), number_of(match["month"])):
            yield Match(END_BEFORE_START, *match.span())
    for match in YEARS.finditer(text):
        if int(match["last"]) < int(match["first"]):
            yield Match(END_BEFORE_START, *match.span())
    for match in HOURS.finditer(text):
        first, last = (
            60 * int(match[hour]) + int(match[minute] or 0) for hour, minute in (("first", "m"), ("last", "m2"))
        )
        # If earlier by more, it is the afternoon or the next day; scores and ratios are not times before noon.
        if (
            last < first < 12 * 60
            and first - last <= 120
            and (bool(match["m"]) == bool(match["m2"]))
            and last >= 5 * 60
        ):
            yield Match(END_BEFORE_START, *match.span())


def _find_wrong_lengths(text: str) -> Iterator[Match]:
    """Yield ranges of days of one month or two with another length; the last day may count or not."""
    if "期" not in text or not TO_A_NUMBER.search(text):
        return
    for pattern in (RANGE, DAYS_ALONE):
        for match in pattern.finditer(text):
            # The length of several ranges is that of all: 1日至3日、8日至10日,为期六天.
            listed = AFTER_A_DAY.search(text[max(0, match.start() - 20) : match.start()])
            length = None if listed else LENGTH.match(text, match.end())
            nights = _nights(match) if length and not _is_lunar(text, match) else None
            if length and nights and number_of(length["days"]) not in (nights, nights + 1):
                yield Match(WRONG_LENGTH, match.start(), length.end())


def _nights(match: re.Match[str]) -> int | None:
    """Return the number of nights from the first to the last day; None if it is not certain, or above thirty."""
    groups = match.groupdict()
    year, month = groups.get("year"), number_of(groups.get("month") or "1")
    month2 = number_of(groups.get("month2") or "") or month
    day, day2 = number_of(match["day"]), number_of(match["day2"])
    if groups.get("year2") or not (_exists(None, month, day) and _exists(None, month2, day2)):
        return None
    if month2 != month and 2 in (month, month2) and not year:
        return None  # of a leap year?
    first = date(year_of(year) if year else 2000, month, 1) + timedelta(days=day - 1)
    last = date(first.year, month2, 1) + timedelta(days=day2 - 1)
    return (last - first).days if 0 < (last - first).days <= 30 else None


def _ends_early(match: re.Match[str]) -> bool:
    year, month, day = _parts(match)
    year2 = year_of(match["year2"]) if match["year2"] else year
    month2, day2 = number_of(match["month2"]) if match["month2"] else month, number_of(match["day2"])
    if not _exists(year, month, day) or not _exists(year2, month2, day2):
        return False
    if match["year2"] and year:
        return date(year2 or 0, month2, day2) < date(year, month, day)
    if match["year2"] or (month2, day2) >= (month, day) or month - month2 >= _SIX_MONTHS:
        return False
    # 5月1日至4月30日 is a whole year.
    return date(2000, month, day) - date(2000, month2, day2) > timedelta(days=2) or month == month2


def _find_wrong_years(text: str, dates: list[re.Match[str]], at: date) -> Iterator[Match]:
    for match in MISTYPED.finditer(text):
        yield Match(MISTYPED_YEAR, *match.span())
    for match in THIS_YEAR.finditer(text):
        right = at.year + {"去年": -1, "今年": 0, "明年": 1}[match["word"]]
        if int(match["year"]) != right:
            replaced = match.start("year"), match.end("year") + 1
            yield Match(MISTYPED_YEAR, *match.span(), suggestion=f"{right}年", replaced=replaced)
    for match in dates:
        year = _parts(match)[0]
        if year and at.year + _TEN_YEARS < year < 2100:
            yield Match(DISTANT_YEAR, *match.span())


def _parts(match: re.Match[str]) -> tuple[int | None, int, int]:
    """Return year, month and day of a match; the year is None if it is not written."""
    year = match.groupdict().get("year")
    return year_of(year) if year else None, number_of(match["month"]), number_of(match["day"])


def _is_lunar(text: str, match: re.Match[str]) -> bool:
    return bool(LUNAR.search(text, max(0, match.start() - 8), match.start() + 1))


def _exists(year: int | None, month: int, day: int) -> bool:
    """Return True if the day is in the calendar; without a year, in that of a leap year."""
    return year != 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year or 2000, month)[1]


def _nearest(month: int, day: int, at: date) -> date | None:
    days = [date(each, month, day) for each in (at.year - 1, at.year, at.year + 1) if _exists(each, month, day)]
    return next((found for found in days if abs(found - at) <= _HALF_A_YEAR), None)
