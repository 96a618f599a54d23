"""The markers of list items: which are bullets, which plain numbers, and how other numberings are written.

Only bullets and plain numbers become lists. Any other marker (一、 （一） 第一条 ① A.) is text that others refer to
("见第一条"), so it stays in its paragraph.
"""

import re

_PLAIN_NUMBER = re.compile(r"([1-9][0-9]{0,5})[.．]?")
_BULLET = re.compile(r"[·•●○■□▪▫◆◇★☆►▶➢➤➔→✓✔✗❖❑❒⬧⧫◦‣⁃∙–—*+-]|[o§ØüvqnluàÀ]")
_CLOSED = re.compile(r"[、）．。：】〕①-⓿❶-➓⒈-⒛㈠-㈩]$")
_CHINESE_DIGITS = "零一二三四五六七八九"
_ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl"}
_ROMAN |= {10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}
_TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_CHINESE = {"cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "japanese-informal"}
_ALPHABETS = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A"}


def plain_number(marker: str) -> int | None:
    """Return the number of a marker that an ordered list can show ("3."), or None."""
    found = _PLAIN_NUMBER.fullmatch(marker)
    return int(found[1]) if found else None


def is_bullet(marker: str) -> bool:
    """Return True for a marker that says nothing but "next item"."""
    return bool(_BULLET.fullmatch(marker))


def marker_text(marker: str) -> str:
    """Return a marker as it stands before the text of its paragraph, with the space that it needs."""
    if not marker or _CLOSED.search(marker):
        return marker
    return marker + ("\u3000" if marker[0] == "第" else " ")


def list_style(style: str | None, list_type: str | None) -> str:
    """Return the numbering of an <ol>, by its list-style (in lower case) or its type: "decimal" if it is usual."""
    words = (style or "").split()
    known = [word for word in words if word in _ALPHABETS or word in _CHINESE or word.endswith("-roman")]
    if known or "none" in words:
        return known[0] if known else "none"
    return "decimal" if "decimal" in words else _TYPES.get((list_type or "").strip(), "decimal")


def written_number(style: str, number: int) -> str:
    """Return the marker of an item in a numbering of `list_style`: "A.", "iv.", "三、", or "" for none."""
    if style == "none" or not 0 < number < 1_000:
        return "" if style == "none" else f"{number}."
    if style in _CHINESE:
        return _chinese_number(number) + "、"
    if style.endswith("roman"):
        roman = _roman_number(number)
        return (roman.upper() if style.startswith("upper") else roman) + "."
    first, letters = ord(_ALPHABETS[style]), ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(first + place) + letters
    return letters + "."


def _roman_number(number: int) -> str:
    written = ""
    for value, letters in _ROMAN.items():
        written += letters * (number // value)
        number %= value
    return written


def _chinese_number(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = _CHINESE_DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        written += ("" if tens == 1 and not hundreds else _CHINESE_DIGITS[tens]) + "十"
    elif hundreds and ones:
        written += "零"
    return written + (_CHINESE_DIGITS[ones] if ones else "")
