"""Mistyped characters (CHK-08): full-width digits, look-alike letters of other alphabets,
boxes.

Radicals, control and most invisible characters never get here: saving replaces or removes them (sanitising).
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice

from django.utils.translation import gettext_lazy as _

from ..search.folding import simplified_text
from .expressions import Expression
from .punctuation import HAN, RETYPE, TYPING
from .rules import Match, Rule, Severity

FULL_WIDTH = Rule(
    "full_width_letter",
    TYPING,
    Severity.WARN,
    _("“%(words)s” is written with full-width digits or letters."),
    _("Use the ordinary ones; no search finds these."),
)
UNREADABLE = Rule(
    "unreadable_character",
    TYPING,
    Severity.WARN,
    _("“%(words)s”: readers see a box, a question mark or nothing."),
    RETYPE,
)
LOOKALIKE = Rule(
    "lookalike_letter",
    TYPING,
    Severity.WARN,
    _("“%(words)s” mixes letters of different alphabets that look alike."),
    RETYPE,
)
TRADITIONAL = Rule(
    "traditional_character",
    TYPING,
    Severity.INFO,
    _("“%(words)s” is a traditional character in a simplified text."),
    _("Use the simplified one, unless it is a name."),
)
TWICE = Rule("word_twice", TYPING, Severity.WARN, _("“%(words)s”: a word is repeated."), _("Delete one."))

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd\ufffc\ufffd"  # and what stands for an object or for nothing
_FULL = re.compile("(?:[０-９Ａ-Ｚａ-ｚ]|(?<=[0-9０-９])．(?=[0-9０-９]))+")
_BOXES = re.compile(
    f"[{_PRIVATE}]+|锟斤拷|烫烫烫|屯屯屯|ï»¿|â€[\u0080-\u00bf\u201c\u201d™œ]?"
    f"|(?<=[{HAN}])[\u180e\u200c\u200d□](?=[{HAN}])"
    # UTF-8 read as Latin letters; entities that were escaped twice.
    "|(?:[ã-é][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]{2})+|&(?:[a-z]{2,6}|#\\d{2,5});"
)
# Letters of Greek and Cyrillic that look like Latin ones or like digits and Chinese characters.
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον"
_CYRILLIC = "АВЕЗКМНОРСТУХЅІЈаеорсухѕіј"
_MIXED = re.compile(
    rf"(?<![A-Za-z])[A-Za-z]+[{_GREEK}{_CYRILLIC}][A-Za-z]*|[{_GREEK}{_CYRILLIC}]{{1,40}}[A-Za-z]+"
    rf"|(?<=[{HAN}\d])[{_CYRILLIC}](?=[{HAN}\d])|(?<=\d)[OoIl](?=\d{{0,4}}[年月日元万亿%人])|(?<=\d)O(?=\d)"
    r"|(?<=[一二三四五六七八九])[OoОοΟ○●](?=[一二三四五六七八九年])|(?<=[一-龥])ー(?=[一-龥])"
    r"|(?<=第)[—–](?=[名届次个条章节批期位卷集])"
)
# One of these is in whatever the expressions above find.
_SUSPECT = re.compile(f"[{_PRIVATE}锟烫屯»€\u180e\u200c\u200d□ã-é&{_GREEK}{_CYRILLIC}OIl○●ー—–０-９．Ａ-Ｚａ-ｚ]")
_TWICE = Expression("(?<![目打])的的(?![确士哥话])|([上下]午)\\1", ("的的", "上午上", "下午下"))
# Traditional in form and yet ordinary: 乾坤, 哪吒; or usual in names.
_ALSO_SIMPLIFIED = set("乾吒濛著瞭藉徵昇陞堃釐甯淼")
_MOST = 20
_FEW = 3  # traditional characters in a short simplified text


def find_wrong_characters(text: str, at: date) -> Iterator[Match]:
    """Yield characters in a text as it is written that look like others, or like nothing."""
    yield from (Match(TWICE, *match.span()) for match in islice(_TWICE.finditer(text), _MOST))
    yield from islice(_find_traditional(text), _MOST)
    if not _SUSPECT.search(text):
        return
    for rule, pattern in ((UNREADABLE, _BOXES), (LOOKALIKE, _MIXED)):
        yield from (Match(rule, *match.span()) for match in islice(pattern.finditer(text), _MOST))
    for match in islice(_FULL.finditer(text), _MOST):
        right = "".join(chr(ord(each) - 0xFEE0) for each in match[0])
        yield Match(FULL_WIDTH, *match.span(), suggestion=right)


def _find_traditional(text: str) -> Iterator[Match]:
    """Yield traditional characters, unless there are so many that the text, or a quotation, is meant to be
    traditional.
    """
    places = [match.start() for match in _traditional().finditer(text)]
    if len(places) <= max(_FEW, len(text) // 20):
        yield from (Match(TRADITIONAL, place, place + 1, suggestion=simplified_text(text[place])) for place in places)


@cache
def _traditional() -> re.Pattern[str]:
    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    simplified = simplified_text("\n".join(characters)).split("\n")
    traditional = {a for a, b in zip(characters, simplified, strict=True) if a != b} - _ALSO_SIMPLIFIED
    return re.compile(f"[{''.join(sorted(traditional))}]")
