"""The dates and times that pages print: 2024年3月25日 星期一 17:03, 2024-03-25T09:03Z, 2024 03/25 17:03, Mar 25, 2024."""

import re
from contextlib import suppress
from datetime import datetime

from django.utils import timezone

from ..checks.numerals import DAY_NUMERAL, number_of, year_of
from .decoding import BLANKS

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：－—–／．\u3000\u00a0\u2002\u2003", "0123456789:---/.    ")
_WEEKDAY = (
    r"(?:\s?[(（]?(?:星期|周)[一二三四五六日天][)）]?|\s?[(（][一二三四五六日][)）]"
    r"|,?\s?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}(?=\s))?"
)
_HOUR = (
    r"(?P<half>上午|下午|[傍夜]?晚上?|[深午]?夜|夜间|早[上晨]?|清晨|中午|凌晨)?\s?(?P<hour>\d{1,2})\s?[:时点]\s?"
    r"(?:(?P<minute>\d{1,2})\s?(?:[:分]\s?(?:(?P<second>\d{1,2})(?:\.\d{1,9})?秒?)?)?)?"
)
_DATE = re.compile(
    rf"(?:(?P<year>\d{{4}})(?:\s?[-/.年]|\s(?=\d\d/\d\d\s{{1,4}}\d\d:))|民[国國]\s?(?P<era>\d{{1,3}})\s?年)\s?(?P<month>\d{{1,2}})\s?[-/.月]\s?(?P<day>\d{{1,2}})(?:\s?日)?{_WEEKDAY}"
    rf"(?:(?:(?<=[日)）一二三四五六天])|\s{{1,4}}|T)\s?{_HOUR}(?:\s?(?P<noon>[ap]m))?(?P<zone>Z|[+-]\d\d:?\d\d)?{_WEEKDAY})?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT_DATE = re.compile(r"(?P<year>20\d\d|19\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DATE = re.compile(
    r"(?:(?P<hour_before>\d{1,2}):(?P<minute_before>\d\d),? )?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
    r"(?: (?P<day_after>\d{1,2})(?:st|nd|rd|th)?)?,? (?P<year>\d{4})"
    r"(?:,?(?: at)? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<noon>[ap])\.?m\.?)?)?",
    re.ASCII | re.IGNORECASE,
)

# 二〇二四年三月二十五日, as documents are dated.
_CHINESE_DATE = re.compile(
    rf"(?P<year>[一二][〇○零一二三四五六七八九]{{3}})年(?P<month>{DAY_NUMERAL})月(?P<day>{DAY_NUMERAL})日"
    r"(?P<clock>\s{1,4}\d{1,2}[:：时点]\d{0,2}分?)?"
)

# As pages print it: with a time of day, or with digits alone.
FIRM_TIME = re.compile(r"[:：时点]|^\d{4}[-/.]")

HAS_CLOCK = re.compile("[:：时点]")


def find_page_time(text: str) -> tuple[int, int] | None:
    """Return where the first date in the text begins and ends, with the time of day next to it."""
    for date in (_DATE, _ENGLISH_DATE, _CHINESE_DATE):
        match = date.search(text.translate(_FULL_WIDTH))
        if match and not (text[: match.start()][-1:].isdigit() or text[match.end() :][:1].isdigit()):
            return match.span()
    return None


def parse_page_time(text: str) -> datetime | None:
    """Return the naive time that a page prints, in its own time zone, or None if it is not a date and time.

    A time with an offset from UTC is returned in the site's time zone.
    """
    text = text.translate(_FULL_WIDTH).strip(BLANKS)
    if match := _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text):
        return _as_time(match)
    if english := _ENGLISH_DATE.fullmatch(text):
        return _english_time(english)
    if chinese := _CHINESE_DATE.fullmatch(text):
        day = f"{year_of(chinese['year'])}-{number_of(chinese['month'])}-{number_of(chinese['day'])}"
        if match := _DATE.fullmatch(day + (chinese["clock"] or "")):
            return _as_time(match)
    return None


def _english_time(match: re.Match[str]) -> datetime | None:
    month = _MONTHS.index(match["month"].lower()) + 1
    day = match["day"] or match["day_after"] or 0
    hour = int(match["hour"] or match["hour_before"] or 0) + _hours_after_noon(match)
    with suppress(ValueError):
        minute = int(match["minute"] or match["minute_before"] or 0)
        return datetime(int(match["year"]), month, int(day), hour, minute)  # noqa: DTZ001 (the page names no time zone)
    return None


def _as_time(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    hour, half = int(parts.get("hour") or 0), parts.get("half") or ""
    hour += (
        12
        if (half == "下午" or "晚" in half or ("夜" in half and hour > 4)) and hour < 12
        else _hours_after_noon(match)
    )
    year = int(parts["year"]) if parts["year"] else int(parts["era"]) + 1911  # 民國113年
    day = (year, int(match["month"]), int(match["day"]))
    with suppress(ValueError):
        naive = datetime(*day, hour, int(parts.get("minute") or 0))  # noqa: DTZ001 (the page names no time zone)
        if not parts.get("zone"):
            return naive
        aware = datetime.fromisoformat(f"{naive.isoformat()}{parts['zone'].upper()}")
        return timezone.make_naive(aware)
    return None


def _hours_after_noon(match: re.Match[str]) -> int:
    """Return the hours to add to an hour that no half of the day precedes: 5:03 PM, 12:10 am."""
    parts = match.groupdict()
    noon, hour = (parts.get("noon") or "").lower()[:1], int(parts.get("hour") or 0)
    return 12 if noon == "p" and hour < 12 else -12 if noon == "a" and hour == 12 else 0
