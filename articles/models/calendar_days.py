"""Calendar days, and instants in words, in the site's time zone."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def start_of_day(day: date) -> datetime:
    """The first instant of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def spell_minute(instant: datetime) -> str:
    """The minute as messages give it: 2026-11-28 17:03."""
    return date_format(timezone.localtime(instant), "Y-m-d H:i")


def spell_instant(instant: datetime, *, is_day: bool = False) -> str:
    """An instant as all lists of the desk give it: 今天 17:03; 11-28 17:03; of another year, 2025-11-28 17:03.

    `is_day`: of another day than today, the day is enough.
    """
    at, today = timezone.localtime(instant), timezone.localdate()
    if at.date() == today:
        return _("today %(time)s") % {"time": date_format(at, "H:i")}
    day = "m-d" if at.year == today.year else "Y-m-d"
    return date_format(at, day if is_day else f"{day} H:i")
