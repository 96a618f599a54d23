"""Splits text into index terms: Chinese into overlapping pairs of characters, everything else into words.

A run of Chinese characters 大桥通车 gives 大桥 桥通 通车 and its last character 车. A string of two or more characters is
found through its pairs, a single one as the beginning of a pair or as the last character. No dictionary is needed that
could miss a name next to a common word.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from .folding import CHINESE, fold_text

_RUNS = re.compile(f"[{CHINESE}]+|[^\\W_{CHINESE}]+")
_IS_CHINESE = re.compile(f"[{CHINESE}]")
# Prefixes from the private use area: of words in a title, and of terms for a section, person, source or keyword.
IN_TITLE, OF_SECTION, OF_NAME = "\ue000", "\ue001", "\ue002"
OF_CREDIT, OF_SOURCE, OF_KEYWORD = "\ue003", "\ue004", "\ue005"
# Of working copies: who began it, who is credited, its state, and the day and month of its publication or last save.
OF_ACCOUNT, OF_PERSON, OF_STATE = "\ue006", "\ue007", "\ue008"
OF_DAY, OF_MONTH = "\ue009", "\ue00a"
LONGEST_WORD = 40  # characters


def text_runs(text: str) -> Iterator[str]:
    """Yield the runs of Chinese characters, words and numbers of folded text."""
    yield from _RUNS.findall(text)


def is_chinese_run(run: str) -> bool:
    """Return True if a run of text_runs() is Chinese."""
    return bool(_IS_CHINESE.match(run))


def strip_punctuation(word: str) -> str:
    """Return `word` without punctuation at its ends; '' if it is nothing but punctuation."""
    found = list(_RUNS.finditer(word))
    return word[found[0].start() : found[-1].end()] if found else ""


def is_indexed_whole(word: str) -> bool:
    """Return True if the index has this word as one term, so that a hit in the index needs no check of the text."""
    return query_terms(word) in ([word], [word + "*"])


def index_terms(text: str) -> set[str]:
    """Return the terms under which a folded text is indexed."""
    found: set[str] = set()
    for run in text_runs(text):
        if is_chinese_run(run):
            found.update(map("".join, pairwise(run)))
            found.add(run[-1])
        else:
            found.add(run[:LONGEST_WORD])
    return found


def query_terms(word: str) -> list[str]:
    """Return the terms that a text with `word` (folded) must have; a single Chinese character is a prefix, with `*`."""
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
    """Return the term for something an article belongs to, by its name or names; spacing does not matter."""
    return mark + "0".join("".join(text_runs(fold_text(name)))[:LONGEST_WORD] for name in names)
