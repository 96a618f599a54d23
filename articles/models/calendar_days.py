"""Calendar days, and instants in words, in the site's time zone."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# A month or a day as people type them, 2026-11 or 2026-11-28; years with which every database calculates.
MONTH_OR_DAY = re.compile(r"^((?:19|20)\d\d-(?:0[1-9]|1[0-2]))(-[0-3]\d)?\Z", re.ASCII)


def days_spelled(spelled: str) -> tuple[date, date] | None:
    """Return the first day of this month or day (MONTH_OR_DAY), and the day after its last; None for anything else."""
    found = MONTH_OR_DAY.match(spelled)
    if found is None:
        return None
    try:
        first = date.fromisoformat(found[1] + (found[2] or "-01"))
    except ValueError:  # the 31st of a shorter month
        return None
    return first, first + timedelta(days=1) if found[2] else (first + timedelta(days=31)).replace(day=1)


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
