"""Placeholders: the line in a text where a picture is still missing, "［图 3 待上传］", before its caption; and
the blanks of a template, "［待填：停水时间］".

They are text, so they survive saving, sending back and printing; publishing refuses them (articles/checks/text.py).
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override


@dataclass(frozen=True)
class HeldPicture:
    """A picture of a paste that is not in the library: its number, and its address as it was pasted."""

    number: int
    address: str

    @property
    def place(self) -> str:
        """The text of its held place."""
        return held_pattern() % self.number


def held_places(text: str) -> list[str]:
    """Return the held places in plain text or HTML, in order."""
    before, after = held_pattern().split("%d")
    return re.findall(rf"{re.escape(before)}[0-9]{{1,6}}{re.escape(after)}", text)


def places_to_fill(text: str) -> list[str]:
    """Return the unfilled blanks of a template's text, plain or HTML, in order."""
    with override(settings.LANGUAGE_CODE):
        before, after = _("[To fill in: %s]").split("%s")
    return re.findall(rf"{re.escape(before)}[^\n<>\]］]{{1,60}}{re.escape(after)}", text)


def held_pattern() -> str:
    """Return a held place with %d for its number, in the language of the site, so that everybody's is the same."""
    with override(settings.LANGUAGE_CODE):
        return _("[Picture %d is still to be uploaded]")
