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
_TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman", "1": "decimal"}
_TYPES |= dict.fromkeys(("disc", "circle", "square"), "bullet")
_CHINESE = {"cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "japanese-informal", "cjk-decimal"}
# Numbers from one, one character each; higher ones are continued with two characters.
_SERIES = {
    **dict.fromkeys(("lower-alpha", "lower-latin"), "abcdefghijklmnopqrstuvwxyz"),
    **dict.fromkeys(("upper-alpha", "upper-latin"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "cjk-heavenly-stem": "甲乙丙丁戊己庚辛壬癸",
    "cjk-earthly-branch": "子丑寅卯辰巳午未申酉戌亥",
}
_FORMAL = {"simp-chinese-formal": "零壹贰叁肆伍陆柒捌玖", "trad-chinese-formal": "零壹貳參肆伍陸柒捌玖"}
_ROMANS = {"lower-roman", "upper-roman"}
_KNOWN = _CHINESE | _SERIES.keys() | _FORMAL.keys() | _ROMANS | {"decimal", "decimal-leading-zero", "none"}


def plain_number(marker: str) -> int | None:
    """Return the number of a marker that an ordered list can show ("3."), or None."""
    found = _PLAIN_NUMBER.fullmatch(marker)
    return int(found[1]) if found else None


def is_bullet(marker: str) -> bool:
    """Return True for a marker that says nothing but "next item"."""
    return bool(_BULLET.fullmatch(marker))


def marker_text(marker: str) -> str:
    """Return a marker as it precedes the text of its paragraph, with the necessary space."""
    if not marker or _CLOSED.search(marker):
        return marker
    return marker + ("\u3000" if marker[0] == "第" else " ")


def list_style(style: str | None, list_type: str | None) -> str:
    """Return the numbering that a list-style (in lower case) or a list's type names: "bullet", "none", …, or ""."""
    words = (style or "").replace("disc", "bullet").replace("circle", "bullet").replace("square", "bullet").split()
    named = [word for word in words if word in _KNOWN or word == "bullet"]
    # "none" may also be the picture's: list-style: none disc
    return next(
        (word for word in named if word != "none"), "none" if named else _TYPES.get((list_type or "").strip(), "")
    )


def written_number(style: str, number: int) -> tuple[str, str]:
    """Return an item's marker in a numbering of `list_style` as a number and what ends it: "A", "." or "三", "、"."""
    if style == "none":
        return "", ""
    if not 0 < number < 1_000:
        return str(number), "."
    if style in _FORMAL or style in _CHINESE:
        return _chinese_number(
            number, _FORMAL.get(style, _CHINESE_DIGITS), "拾佰" if style in _FORMAL else "十百"
        ), "、"
    if style in _ROMANS:
        roman = _roman_number(number)
        return (roman.upper() if style.startswith("upper") else roman), "."
    if style not in _SERIES:
        return f"{number:02}" if style == "decimal-leading-zero" else str(number), "."
    letters, series = "", _SERIES[style]
    while number:
        number, place = divmod(number - 1, len(series))
        letters = series[place] + letters
    return letters, "、" if style.startswith("cjk") else "."


def _roman_number(number: int) -> str:
    written = ""
    for value, letters in _ROMAN.items():
        written += letters * (number // value)
        number %= value
    return written


def _chinese_number(number: int, digits: str, units: str) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = digits[hundreds] + units[1] if hundreds else ""
    if tens:
        written += ("" if tens == 1 and not hundreds and units[0] == "十" else digits[tens]) + units[0]
    elif hundreds and ones:
        written += "零"
    return written + (digits[ones] if ones else "")
