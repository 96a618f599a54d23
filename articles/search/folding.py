"""The form in which texts and queries are compared, so that it does not matter how exactly somebody types.

letters and digits      in lower case and narrow: Ａ a A
Chinese characters      simplified (OpenCC), radicals as characters: 臺 台, ⽔ 水
spaces                  stay between two words of letters or digits only: 5G 基站 5G基站, 李　明 李明
circles                 as the Chinese zero: 二○二六年 二〇二六年
dots, quotes, brackets  one kind of each, and none between two Chinese characters: 阿依古丽・买买提 阿依古丽买买提
commas                  as they are, of a number (3,500元) or between several (201,202,203路): tokens.py finds 3500 in both
other marks             narrow: 10：30 10:30
dashes                  one kind, never two in a row: 望桥乡——白苇镇 望桥乡-白苇镇
invisible characters    none: variation selectors, zero-width spaces
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from opencc import OpenCC

from ..sanitising import MIDDLE_DOTS, ORDINARY_CHARACTERS

CHINESE = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
OPENING_QUOTES, CLOSING_QUOTES = '"“「『〝', '"”」』〞'
_SPACES = " \t\u00a0\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef"
# By the compared character: those that are replaced by it.
_ALIKE = {
    ".": f".．﹒{MIDDLE_DOTS}",
    "-": "-‐‑‒–—―−－﹣─",
    '"': f"{OPENING_QUOTES}{CLOSING_QUOTES}'‘’＂＇《》〈〉",
    "(": "(（[［【〔〖{｛",
    ")": ")）]］】〕〗}｝",
}
_WIDE_MARKS, _NARROW_MARKS = "％～＋／：；！？＆＃＠＝￥＄", "%~+/:;!?&#@=¥$"  # a wide comma is seldom part of a number
_KIND = {character: kind for kind, characters in _ALIKE.items() for character in characters}
_RUN = re.compile(f"[{_INVISIBLE}{_SPACES}{re.escape(''.join(_KIND))}]+")
_SKIPPED = re.compile(f"[{_INVISIBLE}{_SPACES}]+")
_SPACE = re.compile(f"[{_SPACES}]")
_IS_CHINESE = re.compile(f"[{CHINESE}]")
_IS_LATIN = re.compile(f"[^\\W_{CHINESE}]")
_SEVERAL_DASHES = re.compile("--+")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplified_text(text: str) -> str:
    """Return text in simplified characters."""
    return _simplifier().convert(text)


def _narrow_character(character: str) -> str:
    """Return a character in lower case and normal width; always one character, so that positions stay the same."""
    narrow = unicodedata.normalize("NFKC", character).lower()
    return narrow if len(narrow) == 1 else character


@cache
def _folded_characters() -> tuple[re.Pattern[str], dict[int, str]]:
    """Return each character that is compared as another one, and that one; and a pattern of runs of such characters.

    Few characters of a Chinese text need folding, and str.translate() on the whole text takes five times as long. Made
    when a process first folds a text, since most commands never do.
    """
    letters = map(chr, (*range(0x250), *range(0x370, 0x530), *range(0xFF01, 0xFF5F)))
    chinese = map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)))
    found = {letter: _narrow_character(letter) for letter in letters if letter.isalnum()}
    found |= dict(zip(_WIDE_MARKS, _NARROW_MARKS, strict=True)) | {"○": "〇", "◯": "〇"}
    found |= {character: simplified_text(character) for character in chinese}
    found |= {lookalike: simplified_text(ordinary) for lookalike, ordinary in ORDINARY_CHARACTERS.items()}
    table = {ord(character): folded for character, folded in found.items() if folded != character}
    return re.compile(f"[{re.escape(''.join(map(chr, table)))}]+"), table


def fold_text(text: str) -> str:
    """Return `text` in the form in which it is compared. Idempotent."""
    return "".join(piece for _start, piece in _folded_pieces(text))


def fold_with_positions(text: str) -> tuple[str, list[int]]:
    """Return `fold_text(text)`, and the position in `text` of each of its characters, with the length of `text` at the
    end.
    """
    pieces = list(_folded_pieces(text))
    positions = [at for start, piece in pieces for at in range(start, start + len(piece))]
    return "".join(piece for _start, piece in pieces), [*positions, len(text)]


def _folded_pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of the folded text, each with the position in `text` where it begins."""
    unfolded, table = _folded_characters()
    text = unfolded.sub(lambda found: found[0].translate(table), text)
    place = 0
    for found in _RUN.finditer(text):
        start, end = found.span()
        yield place, text[place:start]
        yield start, _folded_run(found[0], text[start - 1 : start], text[end : end + 1])
        place = end
    yield place, text[place:]


def _folded_run(run: str, before: str, after: str) -> str:
    """Return the form of a run of spaces and punctuation between two characters; they are "" at the text's ends."""
    marks = "".join(_KIND[mark] for mark in _SKIPPED.sub("", run))
    if not marks:
        return " " if _SPACE.search(run) and _IS_LATIN.match(before) and _IS_LATIN.match(after) else ""
    if "-" not in marks and _IS_CHINESE.match(before) and _IS_CHINESE.match(after):
        return ""
    return _SEVERAL_DASHES.sub("-", marks)
