"""Calendar days, and minutes in words, in the site's time zone."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format


def start_of_day(day: date) -> datetime:
    """The first instant of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def spell_minute(instant: datetime) -> str:
    """The minute as messages give it: 2026-11-28 17:03."""
    return date_format(timezone.localtime(instant), "Y-m-d H:i")
