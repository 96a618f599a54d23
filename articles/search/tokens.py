"""Splits text into index terms: Chinese into overlapping pairs of characters, everything else into words.

A run of Chinese characters 大桥通车 gives 大桥 桥通 通车 and its last character 车. A string of two or more characters is
found through its pairs, a single one as the beginning of a pair or as the last character. No dictionary is needed that
could miss a name next to a common word.

Nobody can tell for certain whether 3,500 is one number or two. A text has both readings, its own 3 and 500 and the
joined 3500, so that each spelling finds the others and 201,202,203路 is found by each of its numbers.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
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
# 3,500 and 1，234，567 up to fifteen digits; of a longer row of groups, each five are joined.
_GROUPED = re.compile("(?<![0-9])[0-9]{1,3}(?:(?:,[0-9]{3}){1,4}|(?:，[0-9]{3}){1,4})(?![0-9])")
_COMMAS = re.compile("[,，]")
_BEFORE_THOUSANDS = re.compile("(?<=[0-9])(?=(?:[0-9]{3})+(?![0-9]))")


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


def number_terms(title: str, text: str) -> list[str]:
    """Return the further terms of a folded title and text whose numbers have commas: as if they had none."""
    in_title = _joined_terms(title)
    return sorted(_joined_terms(text) | in_title | {IN_TITLE + term for term in in_title})


def _joined_terms(text: str) -> set[str]:
    numbers = {_join_number(found) for found in _GROUPED.finditer(text)}
    # Also the words that such numbers are part of: GDP3,500 is found by GDP3500.
    return numbers | (index_terms(_join_numbers(text)) - index_terms(text)) if numbers else set()


def _join_numbers(text: str) -> str:
    return _GROUPED.sub(_join_number, text)


def _join_number(found: re.Match[str]) -> str:
    return _COMMAS.sub("", found[0])


def query_groups(words: Sequence[str], mark: str = "") -> list[list[str]]:
    """Return groups of terms, each behind the `mark`: a text with all words (folded) has one term of each group."""
    groups: dict[tuple[str, ...], None] = {}
    for word in words:
        own, joined = query_terms(word), query_terms(_join_numbers(word))
        shared = [term for term in own if term in joined]
        own, joined = ([term for term in terms if term not in shared] for terms in (own, joined))
        # The text has all of the one reading, or all of the other.
        either = [(joined[0], term) for term in own] + [(term, own[0]) for term in joined[1:]] if own and joined else []
        groups |= dict.fromkeys([*((term,) for term in shared), *either])
    return [[mark + term for term in group] for group in groups]


def find_word(word: str, text: str, start: int = 0) -> tuple[int, int] | None:
    """Return where the folded text has the word from `start` on, with or without commas of thousands."""
    if pattern := _spellings(word):
        found = pattern.search(text, start)
        return found.span() if found else None
    at = text.find(word, start)
    return (at, at + len(word)) if at >= 0 else None


def holds_word(word: str, text: str) -> bool:
    """Return True if the folded text has the word."""
    return find_word(word, text) is not None


def count_word(word: str, text: str) -> int:
    """Return how often the folded text has the word."""
    pattern = _spellings(word)
    return sum(1 for _found in pattern.finditer(text)) if pattern else text.count(word)


@lru_cache(maxsize=256)
def _spellings(word: str) -> re.Pattern[str] | None:
    """Return the pattern of a word that has a number of four digits or more; None for any other word."""
    written = re.escape(word)
    pattern = _BEFORE_THOUSANDS.sub("[,，]?", re.escape(_join_numbers(word)))
    return re.compile(pattern) if pattern != written else None


def scope_term(mark: str, *names: str) -> str:
    """Return the term for something an article belongs to, by its name or names; spacing does not matter."""
    return mark + "0".join("".join(text_runs(fold_text(name)))[:LONGEST_WORD] for name in names)
