"""Automatic numbers of paragraphs, as Word shows them: 一、 （一） 1. 第一条 ①."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from .package import attribute, child, is_on

MOST_LEVELS = 9
_LARGEST = 9999  # above, any number is written in Arabic digits
_DIGITS = "〇一二三四五六七八九"
_FORMAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SEQUENCES = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
}
_ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix"} | {
    5: "v",
    4: "iv",
    1: "i",
}
_COUNTING = ("chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand", "koreanCounting")
_FORMAL = ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal")
_PLAIN_DECIMAL = re.compile(r"%(\d)[.．]")


class ShownNumber(NamedTuple):
    """The marker of a paragraph: `label` as text, '' for a bullet; `plain` as the number of an <ol> if it is one.

    `level` counts from 0.
    """

    label: str
    plain: int
    level: int

    @property
    def is_item(self) -> bool:
        return not self.label or bool(self.plain)


@dataclass
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    legal: bool = False
    restarts: int | None = None  # after a number of this level or above, counted from 1; 0 never
    suffix: str = "tab"


@dataclass
class _List:
    abstract: str
    levels: dict[int, _Level]
    restarted: dict[int, int] = field(default_factory=dict)  # by level, the number with which this list begins again


class Numbering:
    """Counts the numbered paragraphs of a document in reading order."""

    def __init__(self, root: Element | None) -> None:
        abstracts = {} if root is None else {a.get("w:abstractNumId", ""): a for a in root.iter("w:abstractNum")}
        by_style = {attribute(a, "w:styleLink"): a for a in abstracts.values()}
        self.lists: dict[str, _List] = {}
        self.counters: dict[str, list[int]] = {}
        self.begun: set[str] = set()
        self.styles: dict[str, tuple[str, int]] = {}  # the list and level that a paragraph style is linked to
        for num in () if root is None else root.iter("w:num"):
            key = attribute(num, "w:abstractNumId")
            abstract = abstracts.get(key)
            linked = attribute(abstract, "w:numStyleLink")
            abstract = by_style.get(linked, abstract) if linked else abstract
            self._add_list(num, abstract)

    def _add_list(self, num: Element, abstract: Element | None) -> None:
        key = num.get("w:numId", "")
        made = _List("" if abstract is None else abstract.get("w:abstractNumId", ""), {})
        for level in () if abstract is None else abstract.iter("w:lvl"):
            place = _number(level.get("w:ilvl", ""), 0)
            made.levels[place] = _read_level(level)
            if style := attribute(level, "w:pStyle"):
                self.styles.setdefault(style, (key, place))
        for override in num.iter("w:lvlOverride"):
            place = _number(override.get("w:ilvl", ""), 0)
            replaced = child(override, "w:lvl")
            if replaced is not None:
                made.levels[place] = _read_level(replaced)
            if start := attribute(override, "w:startOverride"):
                made.restarted[place] = _number(start, 1)
        self.lists[key] = made

    def next_number(self, key: str, level: int) -> ShownNumber | None:
        """Count one paragraph of the list `key` and return its marker; None for an unknown list."""
        found = self.lists.get(key)
        if found is None or level not in found.levels or level >= MOST_LEVELS:
            return None
        counters = self.counters.setdefault(found.abstract, [0] * MOST_LEVELS)
        if key not in self.begun:
            self.begun.add(key)
            for place, start in found.restarted.items():
                if place < MOST_LEVELS:
                    counters[place] = start - 1
        for place in range(level):
            counters[place] = counters[place] or found.levels.get(place, _Level()).start
        own = found.levels[level]
        counters[level] = max(counters[level] + 1, own.start if not counters[level] else 0)
        for place in range(level + 1, MOST_LEVELS):
            after = found.levels.get(place, _Level()).restarts
            if after is None or level < after:
                counters[place] = 0
        return _shown(found.levels, level, counters)


def _shown(levels: dict[int, _Level], level: int, counters: list[int]) -> ShownNumber | None:
    own = levels[level]
    if own.format == "bullet":
        return ShownNumber("", 0, level)
    if own.format == "none" and not own.text:
        return None

    def written(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        form = levels.get(place, _Level()).format
        return write_number(counters[place], "decimal" if own.legal and place != level else form)

    label = re.sub(r"%([1-9])", written, own.text)
    plain = _PLAIN_DECIMAL.fullmatch(own.text.strip())
    is_plain = bool(plain) and own.format == "decimal" and int(plain[1]) == level + 1 if plain else False
    return ShownNumber(label + _gap(label, own.suffix), counters[level] if is_plain else 0, level) if label else None


def _gap(label: str, suffix: str) -> str:
    """Return the separator between a number and its text: nothing after Chinese marks, which are wide enough."""
    if suffix == "nothing" or label[-1] in "、．，：）】〕 　" or "①" <= label[-1] <= "⒛":
        return ""
    return "　" if label[-1] > "\u2e80" else " "


def _read_level(level: Element) -> _Level:
    restart = attribute(level, "w:lvlRestart")
    # Newer formats are in an alternative next to the usual ones.
    return _Level(
        start=_number(attribute(level, "w:start"), 1),
        format=attribute(level, "w:numFmt") or attribute(level, "mc:AlternateContent", "mc:Fallback", "w:numFmt"),
        text=attribute(level, "w:lvlText"),
        legal=is_on(level, "w:isLgl"),
        restarts=_number(restart, 0) if restart else None,
        suffix=attribute(level, "w:suff") or "tab",
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else otherwise


def write_number(number: int, form: str) -> str:
    """Return a number in a format of Word (w:numFmt); in Arabic digits where we do not know the format."""
    if not 0 < number <= _LARGEST:
        return str(number)
    if form in _SEQUENCES and number <= len(_SEQUENCES[form]):
        return _SEQUENCES[form][number - 1]
    if form in _COUNTING or (form in ("chineseCounting", "taiwaneseCounting") and number < 100):
        return _chinese(number, _DIGITS, "", "十百千").replace("〇", "零")
    if form in ("chineseCounting", "taiwaneseCounting", "ideographDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form in _FORMAL:
        return _chinese(number, _FORMAL_DIGITS, "壹", "拾佰仟")
    return _latin(number, form)


def _latin(number: int, form: str) -> str:
    match form:
        case "upperLetter" | "lowerLetter":
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter.upper() if form == "upperLetter" else letter
        case "upperRoman" | "lowerRoman":
            roman = ""
            for value, letters in _ROMAN.items():
                roman += letters * (number // value)
                number %= value
            return roman.upper() if form == "upperRoman" else roman
        case "decimalZero":
            return f"{number:02d}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord("０") + int(digit)) for digit in str(number))
        case "none":
            return ""
    return str(number)


def _chinese(number: int, digits: str, leading_one: str, units: str) -> str:
    """Return a number up to 9999 in Chinese; `leading_one` precedes a leading ten: 十二, but 壹拾贰."""
    text, zero = "", False
    places = [*reversed(units), ""]
    for unit, digit in zip(places, f"{number:04d}", strict=True):
        if digit == "0":
            zero = bool(text)
            continue
        text += (digits[0] if zero else "") + digits[int(digit)] + unit
        zero = False
    if text.startswith(digits[1] + units[0]):
        text = leading_one + text[1:]
    return text
