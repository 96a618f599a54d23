"""Punctuation errors (CHK-08, GB/T 15834): half-width, unpaired, doubled marks. Reads the text as written."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.utils.translation import gettext_lazy as _

from .expressions import Expression
from .rules import Match, Rule, Severity

TYPING = _("Punctuation and typing")
RETYPE = _("Type it again.")
HALF_WIDTH = Rule(
    "half_width_mark",
    TYPING,
    Severity.WARN,
    _("“%(words)s” is a half-width mark in a Chinese sentence."),
    _("Use the full-width mark."),
)
UNPAIRED = Rule(
    "unpaired_mark",
    TYPING,
    Severity.WARN,
    _("“%(words)s”: a quotation mark or bracket without its other half."),
    _("Add the other half, or delete this one."),
)
DOUBLED = Rule(
    "doubled_mark", TYPING, Severity.WARN, _("“%(words)s”: one mark too many."), _("Keep only the right mark.")
)
ELLIPSIS = Rule(
    "wrong_ellipsis",
    TYPING,
    Severity.WARN,
    _("“%(words)s” is not how an ellipsis is written in Chinese."),
    _("An ellipsis is six dots."),
)
DASH = Rule(
    "wrong_dash", TYPING, Severity.WARN, _("“%(words)s” is not how a dash is written in Chinese."), _("A dash is ——.")
)
LEADING = Rule(
    "leading_mark",
    TYPING,
    Severity.WARN,
    _("A paragraph begins with the mark “%(words)s”."),
    _("Delete it, or join the paragraph to the one before."),
)
UNENDED = Rule(
    "unended_paragraph",
    TYPING,
    Severity.INFO,
    _("A paragraph of several sentences ends without a mark: “%(words)s”."),
    _("Its end may be missing."),
)

OUTSIDE = Rule(
    "mark_outside_quotation",
    TYPING,
    Severity.INFO,
    _("“%(words)s”: what somebody is quoted with after a colon ends inside the quotation marks."),
    _("Put the full stop before the closing mark."),
)

HAN = "\u4e00-\u9fff"
_FULL_WIDTH = dict(zip(",;:?!().", "，；：？！（）。", strict=True))
_HALF = Expression(
    rf"(?<=[{HAN}”》）])[,;?!](?=[{HAN}“《（\n]|$)|(?<=[{HAN}]):(?=[{HAN}“《])|(?<=[{HAN}”》）])\.(?=[{HAN}“\n]|$)"
    rf"|\((?=[{HAN}])|(?<=[{HAN}])\)",
    ",;?!:.()",
    longest=4,
)
_STRAIGHT = Expression(
    rf"\"(?=[{HAN}])[^\"\n“”]{{1,60}}\"|(?<=[{HAN}])'(?=[{HAN}])[^'\n‘’]{{1,60}}'(?=[{HAN}，。])", "\"'"
)
# The first two characters come first in the pattern, so that most places are rejected quickly.
_DOUBLED = re.compile(
    "[，、；：。！？“《（【》）】](?=[，、；：。！？“”《（【》）】])"
    "(?:(?<=，)，+|(?<=、)、+|(?<=；)；+|(?<=：)：+|(?<=。)(?<!。。)。(?!。)|(?<=[，、；：])[。，、；：！？]|(?<=[。！？])[，、；]"
    "|(?<=[！？])。|(?<=[！？])[！？]{3,}|(?<=“)[“”]|(?<=《)《|(?<=（)（|(?<=【)【|(?<=[。！？])”。"
    "|(?<=》)》(?=》)|(?<=）)）(?=）)|(?<=】)】(?=】))"
)
_ELLIPSIS = Expression(
    "\\.{3,}|。{3,}|·{3,}|、{3,}|(?<!…)…(?!…)|…{3,}(?<!…{4})|…{5,}", ("...", "。。。", "···", "、、、", "…")
)
_NEAR_CHINESE = re.compile(f"[{HAN}，。”]")
_DASH = Expression(rf"(?<=[{HAN}”》])(?:-{{2,}}|－{{2,}}|――?|—[－-]|─{{1,}}|–{{2,}})(?=[{HAN}“《])", "-－―─–")
_LEADING = re.compile("^[，。、；：？！）》】](?!\\s*$)", re.MULTILINE)
_ENDS_IN_A_WORD = re.compile(rf"[{HAN}]$(?=\n+[^\n]{{30}})", re.MULTILINE)
_SENTENCE_END = re.compile("[。！？]")
_OUTSIDE = Expression(rf"(?<=：)“[^“”\n]{{2,200}}[{HAN}](?P<end>”。)", ("”。",))
_PAIRS = {
    "“": "”",
    "‘": "’",
    "（": "）",
    "(": ")",
    "【": "】",
    "《": "》",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "[": "]",
}
_OPENING = {closing: opening for opening, closing in _PAIRS.items()} | {")": "（", "]": "["}
_HALVES = re.compile("[" + re.escape("".join([*_PAIRS, *_OPENING])) + "]")
_HALVES_AND_LINES = re.compile(f"{_HALVES.pattern[:-1]}\n]")
_PAIRED = re.compile("|".join(re.escape(opening + closing) for opening, closing in _PAIRS.items()))
_MOST_DEPTHS = 3
_ALIKE = {"(": "（"}
_LIST_NUMBER = re.compile(r"(?:^|[\s，。；;：:、])[(（]?[\dA-Za-z一二三四五六七八九十①-⑳]{1,4}$")
_SPEECH = re.compile("[“‘「『]")
_NEXT_CHARACTER = re.compile(r"\s*(\S)")
_APOSTROPHE = re.compile("[A-Za-z]’[A-Za-z]")
_MOST = 20  # places of one kind in a field


def find_wrong_marks(text: str, at: date) -> Iterator[Match]:
    """Yield marks in a text as written that are not Chinese punctuation, with the right ones where that is certain."""
    yield from find_mendable_marks(text, most=_MOST)
    yield from (Match(DOUBLED, *match.span()) for match in islice(_DOUBLED.finditer(text), _MOST))
    yield from (Match(LEADING, *match.span()) for match in islice(_LEADING.finditer(text), _MOST))
    yield from islice(_find_unended(text), _MOST)
    yield from islice((Match(OUTSIDE, *m.span("end"), suggestion="。”") for m in _OUTSIDE.finditer(text)), _MOST)
    yield from islice(_find_unpaired(text), _MOST)


def find_mendable_marks(text: str, *, most: int | None = None) -> Iterator[Match]:
    """Yield the wrong marks whose right ones are sure, `most` of each kind. Those of two kinds may overlap."""
    yield from islice((Match(HALF_WIDTH, *m.span(), suggestion=_FULL_WIDTH[m[0]]) for m in _HALF.finditer(text)), most)
    quoted = islice(_STRAIGHT.finditer(text), most)
    yield from (Match(HALF_WIDTH, *match.span(), suggestion=f"“{match[0][1:-1]}”") for match in quoted)
    for match in islice(_ELLIPSIS.finditer(text), most):
        if _NEAR_CHINESE.search(text[max(match.start() - 2, 0) : match.end() + 2]):
            yield Match(ELLIPSIS, *match.span(), suggestion="……")
    yield from (Match(DASH, *match.span(), suggestion="——") for match in islice(_DASH.finditer(text), most))


def _find_unended(text: str) -> Iterator[Match]:
    """Yield the ends of paragraphs of several sentences that end without a mark and are followed by another
    paragraph.
    """
    for match in _ENDS_IN_A_WORD.finditer(text):
        begin = text.rfind("\n", 0, match.start()) + 1
        if _SENTENCE_END.search(text, begin, match.start() - 4):
            yield Match(UNENDED, match.end() - 12, match.end())


def _find_unpaired(text: str) -> Iterator[Match]:
    """Yield marks without their other half in their paragraph; a speech may open in each of its paragraphs."""
    begin = 0
    for line in () if _are_all_paired(text) else text.split("\n"):
        following = _NEXT_CHARACTER.match(text, begin + len(line)) if _SPEECH.search(line) else None
        for place, mark in _unpaired_marks(line):
            if not (mark in "“‘「『" and following and following[1] == mark):
                yield Match(UNPAIRED, begin + max(place - 6, 0), begin + min(place + 7, len(line)))
        begin += len(line) + 1


def _are_all_paired(text: str) -> bool:
    """Return True if the marks of the text are in pairs, each in its line, and few within one another."""
    marks = "".join(_HALVES_AND_LINES.findall(text))
    for _depth in range(_MOST_DEPTHS):
        marks = _PAIRED.sub("", marks)
    return not marks.strip("\n")


def _unpaired_marks(line: str) -> Iterator[tuple[int, str]]:
    waiting: list[tuple[int, str]] = []
    count = Counter[str]()  # of those that wait
    for match in _HALVES.finditer(line):
        place, mark = match.start(), match[0]
        if mark in _PAIRS:
            waiting.append((place, _ALIKE.get(mark, mark)))
            count[waiting[-1][1]] += 1
        elif not (mark == "’" and _APOSTROPHE.match(line, place - 1)):
            opening = _OPENING[mark]
            if count[opening]:
                while waiting[-1][1] != opening:
                    count[waiting[-1][1]] -= 1
                    yield waiting.pop()
                waiting.pop()
                count[opening] -= 1
            elif not (mark in "）)" and _LIST_NUMBER.search(line, max(place - 6, 0), place)):
                yield place, mark
    yield from waiting
