"""The browser's inputs for days and times.

Their latest day keeps years to four digits: typing moves on to the month by itself, where browsers wait for two more
digits otherwise.
"""

from django import forms


class DayInput(forms.DateInput):
    """A day."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date", "max": "9999-12-31"}, format="%Y-%m-%d")


class MinuteInput(forms.DateTimeInput):
    """A day and a time, to the minute; in the site's time zone."""

    minutes = "%Y-%m-%dT%H:%M"

    def __init__(self, *, autofocus: bool = False) -> None:
        attrs = {"type": "datetime-local", "max": "9999-12-31T23:59", "autofocus": autofocus}
        super().__init__(attrs=attrs, format=self.minutes)


class SecondInput(MinuteInput):
    """A day and a time as it is stored, with its seconds."""

    minutes = "%Y-%m-%dT%H:%M:%S"
