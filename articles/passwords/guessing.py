"""How many parts of a password a guesser has to find, who tries words, names, years and rows of keys first."""

import re
from os.path import commonprefix

# Words that are tried first, in English and in pinyin: of log-ins, of newsrooms, of computers.
WORDS = (
    "admin administrator root user guest test demo login password passwd pass pwd secret default change changeme "
    "welcome hello letmein master super system manager server public temp love iloveyou woaini dragon monkey "
    "sunshine princess football baseball shadow happy lucky china chinese company office computer internet windows "
    "news newsroom editor editors chief chiefeditor reporter reporters writer head auditor security media press "
    "paper daily radio article publish county city town district xinwen bianji jizhe zhubian zongbian shenhe "
    "rongmei rongmeiti meiti dianshi guangbo ribao wanbao guanli guanliyuan mima denglu yonghu ceshi xitong wangzhan "
    "zhongguo gongsi bangong monday january spring summer autumn winter abc qwe asd zxc 520 521 1314 5201314 "
    "666 888 168"
)
COMMON_WORDS = sorted(WORDS.split(), key=len, reverse=True)  # the longest that fits counts
ROWS = ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "~!@#$%^&*()_+", "abcdefghijklmnopqrstuvwxyz")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "!qaz", "@wsx", "#edc", "$rfv")
# What people write for letters.
LOOKALIKES = str.maketrans("@4301!5$7", "aaeolisst")
# The syllables of pinyin, with ü written u or v.
SYLLABLE = (
    "zhuang|chuang|shuang|(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|"
    "ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|a|o|e|i|u|v)|er|ai|ao|an|ang|ou|en"
)
YEAR, DATE, MOBILE = r"(?:19|20)\d\d", r"(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", r"1[3-9]\d{9}"
PATTERNS = re.compile(rf"{MOBILE}|{DATE}|{YEAR}|{SYLLABLE}", re.ASCII)
SHORTEST_RUN = 3  # keys in a row, or of one kind


def find_parts(password: str) -> list[str]:
    """Split a password into what a guesser tries as one: words, names, years, rows of keys, repeats, else characters.

    A single sign between two parts counts as none.
    """
    text = password.casefold()
    plain = text.translate(LOOKALIKES)
    parts: list[str] = []
    at = 0
    while at < len(text):
        length = max(
            1,
            _length_of_run(text, at),
            _length_of_weave(text, at),
            next((len(word) for word in COMMON_WORDS if text.startswith(word, at) or plain.startswith(word, at)), 0),
            _length_of_pattern(text, at),
        )
        parts.append(text[at : at + length])
        at += length
    signs = {place for place, part in enumerate(parts) if len(part) == 1 and not part.isalnum()}
    between = {place for place in signs if place - 1 not in signs}
    return _without_repeats([part for place, part in enumerate(parts) if place not in between])


def _without_repeats(parts: list[str]) -> list[str]:
    """Return each part of several characters once: repeating it does not make guessing take longer."""
    return [part for place, part in enumerate(parts) if len(part) == 1 or part not in parts[:place]]


def _length_of_run(text: str, at: int) -> int:
    """The length of the longest row of keys, forwards or backwards, or repeat of up to three characters, at a place."""
    longest = 0
    for row in (*ROWS, *COLUMNS):
        for keys in (row, row[::-1]):
            start = keys.find(text[at])
            if start >= 0:
                longest = max(longest, len(commonprefix([text[at:], keys[start:]])))
    for size in (1, 2, 3):
        unit = text[at : at + size]
        count = 1
        while len(unit) == size and text.startswith(unit, at + count * size):
            count += 1
        longest = max(longest, count * size if count > 1 else 0)
    return longest if longest >= SHORTEST_RUN else 0


def _length_of_weave(text: str, at: int) -> int:
    """The length of two rows of keys that take turns, as in 1q2w3e, at a place."""
    halves = (text[at::2], text[at + 1 :: 2])
    shorter = min(_length_of_run(half, 0) if half else 0 for half in halves)
    return 2 * shorter


def _length_of_pattern(text: str, at: int) -> int:
    """The length of the number or the pinyin syllable at a place; 0 if there is none."""
    found = PATTERNS.match(text, at)
    return len(found[0]) if found else 0
