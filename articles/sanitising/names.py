"""Names of people, in the one form in which they are stored."""

import re

from .text import plain_text

# What is typed for the dot in a name such as 阿依古丽·买买提; the first is the right one (U+00B7).
MIDDLE_DOTS = "·•‧・∙⋅･·․⸱⸳᛫⦁ꞏᐧ"
_FULL_STOPS = ".．﹒"
CHINESE_LETTERS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTERS = f"{CHINESE_LETTERS}A-Za-z\u00c0-\u024f"
# Full stops are dots between Chinese characters only: J. K. Smith keeps those of initials.
_DOTS = re.compile(
    rf"(?<=[{_LETTERS}])[{MIDDLE_DOTS}]+(?=[{_LETTERS}])"
    rf"|(?<=[{CHINESE_LETTERS}])[{MIDDLE_DOTS}{_FULL_STOPS}]+(?=[{CHINESE_LETTERS}])"
)
_SPACES_AT_DOTS = re.compile(rf" *([{MIDDLE_DOTS}]) *")
# A circle typed for 〇. Two of them hide the name of somebody: 陈○○.
_CIRCLE = re.compile(f"(?<=[{CHINESE_LETTERS}])[○◯](?![○◯])")


def unify_name_marks(text: str) -> str:
    """Return text with U+00B7 for every dot within a name, also for two in a row, and 〇 for a circle."""
    return _CIRCLE.sub("〇", _DOTS.sub(MIDDLE_DOTS[0], text))


def plain_name(text: str) -> str:
    """Return the name of a person as it is stored: plain text, one kind of dot without spaces, 〇."""
    return unify_name_marks(_SPACES_AT_DOTS.sub(r"\1", plain_text(text)))
