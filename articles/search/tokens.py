"""How text becomes words that an index can hold: Chinese in overlapping pairs of characters, all else word by word.

A run of Chinese characters 大桥通车 gives 大桥 桥通 通车 and its last character 车. Every string of two or more is then found
through its pairs, and a single character as the beginning of a pair or as the last one. No dictionary is needed, and none can
miss a name that stands next to a common word.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

CHINESE = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{CHINESE}]+|[^\\W_{CHINESE}]+")
_IS_CHINESE = re.compile(f"[{CHINESE}]")
# A mark from the private use area before words that stand in a title, and before those that say what an article belongs to.
IN_TITLE, OF_SECTION, OF_NAME = "\ue000", "\ue001", "\ue002"
OF_CREDIT, OF_SOURCE, OF_KEYWORD = "\ue003", "\ue004", "\ue005"
LONGEST_WORD = 40


def _narrow_character(character: str) -> str:
    """One character as it is compared: small, and in its usual width; always one, so that places stay places."""
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


_NARROW = {
    code: narrow
    for code in (*range(0x250), *range(0x370, 0x530), *range(0xFF01, 0xFF5F))
    if (narrow := _narrow_character(chr(code))) != chr(code) and chr(code).isalnum()
}


# Few characters of a Chinese text are among them, and to look each of its characters up takes five times as long.
_WIDE = re.compile(f"[{re.escape(''.join(map(chr, _NARROW)))}]+")


def fold_text(text: str) -> str:
    """`text` with small letters and narrow digits, as long as it was: what is found at a place here stands there."""
    return _WIDE.sub(lambda found: found[0].translate(_NARROW), text)


def text_runs(text: str) -> Iterator[str]:
    """The runs of Chinese characters, and the words and numbers between them, of folded text."""
    yield from _RUNS.findall(text)


def is_chinese_run(run: str) -> bool:
    return bool(_IS_CHINESE.match(run))


def strip_punctuation(word: str) -> str:
    """`word` without punctuation at its ends; nothing, where it is nothing else."""
    found = list(_RUNS.finditer(word))
    return word[found[0].start() : found[-1].end()] if found else ""


def is_indexed_whole(word: str) -> bool:
    """Whether the index holds this very word, so that what holds the word in the index holds it in its text."""
    return query_terms(word) in ([word], [word + "*"])


def index_terms(text: str) -> set[str]:
    """What the index holds for a text."""
    found: set[str] = set()
    for run in text_runs(fold_text(text)):
        if is_chinese_run(run):
            found.update(map("".join, pairwise(run)))
            found.add(run[-1])
        else:
            found.add(run[:LONGEST_WORD])
    return found


def query_terms(word: str) -> list[str]:
    """What a text must hold in the index to contain `word` (folded); a word of one Chinese character ends with `*`."""
    found: list[str] = []
    for run in text_runs(word):
        if not is_chinese_run(run):
            found.append(run[:LONGEST_WORD])
        elif len(run) == 1:
            found.append(run + "*")
        else:
            found += map("".join, pairwise(run))
    return list(dict.fromkeys(found))


def scope_term(mark: str, *names: str) -> str:
    """The word for what an article belongs to, by its name or names, however they are spaced."""
    return mark + "0".join("".join(text_runs(fold_text(name)))[:LONGEST_WORD] for name in names)
