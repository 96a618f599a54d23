"""Removes characters from text that a reader cannot see."""

import html as entities
import re

from .characters import ordinary_characters

# White space to strip; U+3000 and the em space are typed indents.
SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]")
# Letters of other scripts that show nothing: fillers of Korean syllables, and the empty cell of Braille.
_BLANK_LETTERS = re.compile(
    "[\u3164\uffa0]|(?<![\u1100-\u11ff])[\u115f\u1160](?![\u1100-\u11ff])|(?<![\u2801-\u28ff])\u2800(?![\u2801-\u28ff])"
)
# Chinese characters and punctuation: a line break between two of them is not a space (CSS Text 3, 4.1.3). Marks shared
# with other languages (“ ” — …) count next to a Chinese character.
_RANGES = "\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
CHINESE, _WITH_MARKS = f"[{_RANGES}]", f"[{_RANGES}“”‘’—…·]"
_BREAK = "[ \t\r]*+\n[ \t\r\n]*+"
_WRAPPED = re.compile(f"(?<={CHINESE}){_BREAK}(?={_WITH_MARKS})|(?<={_WITH_MARKS}){_BREAK}(?={CHINESE})")
# Emoji sequences, Uyghur and Tibetan need U+200C and U+200D, Mongolian U+180E; Chinese and digits do not.
_JOINERS = re.compile(f"(?<=[{_RANGES}0-9A-Za-z])[\u180e\u200c\u200d]+(?=[{_RANGES}0-9A-Za-z])")
_JOINED = re.compile(f"{CHINESE}{_WITH_MARKS}|{_WITH_MARKS}{CHINESE}")


# The tags of sanitised HTML, in whose text every < and > is escaped
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_BLOCK_ENDS = re.compile(r"</(?:p|h\d|li|td|th|caption|figcaption|blockquote)>|<br\s*/?>")


def text_lines(html: str) -> list[str]:
    """Return the text of sanitised HTML, a line for each paragraph, heading, list item and cell; none is empty."""
    text = entities.unescape(_TAG.sub("", _BLOCK_ENDS.sub("\n", html)))
    return [line for part in text.splitlines() if (line := " ".join(part.split()))]


def unwrap_lines(text: str) -> str:
    """Return text of HTML without the line breaks that Word inserts between Chinese characters."""
    return _WRAPPED.sub("", text)


def joins_lines(before: str, after: str) -> bool:
    """Return True if a line break between these two characters is not a space."""
    return bool(_JOINED.fullmatch(before + after))


def visible_text(text: str) -> str:
    """Return text without control, zero-width, bidi and surrogate characters, and with ordinary Chinese characters for
    those that only look like them; line breaks and letters that show nothing become spaces.
    """
    text = _INVISIBLE.sub("", _LINE_BREAKS.sub(" ", text))
    return ordinary_characters(_JOINERS.sub("", _BLANK_LETTERS.sub(" ", text)))


def plain_text(text: str) -> str:
    """Return text for a one-line field: visible characters and single spaces, stripped; punctuation is not changed."""
    return " ".join(visible_text(text).split())
