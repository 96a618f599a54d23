"""The dates and times that pages print: 2024年3月25日 星期一 17:03, 2024-03-25T09:03Z, Mar 25, 2024."""

import re
from contextlib import suppress
from datetime import datetime

from django.utils import timezone

from .decoding import BLANKS

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：－／．\u3000\u00a0\u2002\u2003", "0123456789:-/.    ")
_WEEKDAY = r"(?:\s?[(（]?(?:星期|周)[一二三四五六日天][)）]?)?"
_HOUR = (
    r"(?P<half>上午|下午|晚上?|中午|凌晨)?\s?(?P<hour>\d{1,2})\s?[:时点]\s?"
    r"(?:(?P<minute>\d{1,2})\s?(?:[:分]\s?(?:(?P<second>\d{1,2})(?:\.\d{1,9})?秒?)?)?)?"
)
_DATE = re.compile(
    rf"(?P<year>\d{{4}})\s?[-/.年]\s?(?P<month>\d{{1,2}})\s?[-/.月]\s?(?P<day>\d{{1,2}})(?:\s?日)?{_WEEKDAY}"
    rf"(?:(?:(?<=[日)）一二三四五六天])|\s{{1,4}}|T)\s?{_HOUR}(?P<zone>Z|[+-]\d\d:?\d\d)?{_WEEKDAY})?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
    r"(?: (?P<day_after>\d{1,2})(?:st|nd|rd|th)?)?,? (?P<year>\d{4})(?:,? (?P<hour>\d{1,2}):(?P<minute>\d\d))?",
    re.ASCII | re.IGNORECASE,
)

# As pages print it: with a time of day, or with digits alone.
FIRM_TIME = re.compile(r"[:：时点]|^\d{4}[-/.]")

HAS_CLOCK = re.compile("[:：时点]")


def find_page_time(text: str) -> tuple[int, int] | None:
    """Return where the first date in the text begins and ends, with the time of day beside it."""
    for date in (_DATE, _ENGLISH_DATE):
        match = date.search(text.translate(_FULL_WIDTH))
        if match and not (text[: match.start()][-1:].isdigit() or text[match.end() :][:1].isdigit()):
            return match.span()
    return None


def parse_page_time(text: str) -> datetime | None:
    """Return the naive time that a page prints, in its own time zone, or None if it is not a date and time.

    A time with an offset from UTC is returned in the site's time zone.
    """
    text = text.translate(_FULL_WIDTH).strip(BLANKS)
    if match := _DATE.fullmatch(text):
        return _as_time(match)
    if english := _ENGLISH_DATE.fullmatch(text):
        month = _MONTHS.index(english["month"].lower()) + 1
        day = english["day"] or english["day_after"] or 0
        with suppress(ValueError):
            return datetime(  # noqa: DTZ001 (the page names no time zone)
                int(english["year"]), month, int(day), int(english["hour"] or 0), int(english["minute"] or 0)
            )
    return None


def _as_time(match: re.Match[str]) -> datetime | None:
    hour, half = int(match["hour"] or 0), match["half"] or ""
    hour += 12 if half in ("下午", "晚", "晚上") and hour < 12 else 0
    day = (int(match["year"]), int(match["month"]), int(match["day"]))
    with suppress(ValueError):
        naive = datetime(*day, hour, int(match["minute"] or 0))  # noqa: DTZ001 (the page names no time zone)
        if not match["zone"]:
            return naive
        aware = datetime.fromisoformat(f"{naive.isoformat()}{match['zone']}")
        return timezone.make_naive(aware)
    return None
