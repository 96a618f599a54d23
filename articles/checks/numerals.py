"""Numbers as Chinese texts write them, in digits or in characters."""

from decimal import Decimal

_DIGITS = {numeral: number for number, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_SCALES = {"万": Decimal(10**4), "亿": Decimal(10**8)}
# What day and month are written with: characters for one to thirty-nine.
DAY_NUMERAL = "三十[一二三四五六七八九]?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
YEAR_NUMERAL = "[〇零○一二三四五六七八九]{4}"


def number_of(words: str) -> int:
    """Return the number in digits or Chinese numerals below one hundred; 0 if it is not one."""
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.partition("十")
    if not ten:
        return _DIGITS.get(words, 0)
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def year_of(words: str) -> int:
    """Return the year that is written digit by digit: 2026, 二〇二六."""
    return int("".join(str(_DIGITS.get(each, each)) for each in words))


def amount_of(digits: str, scale: str = "") -> Decimal:
    """Return the amount of digits with thousands separators and decimals, times a scale such as 万 or 亿."""
    amount = Decimal(digits.replace(",", ""))
    for each in scale:
        amount *= _SCALES[each]
    return amount
