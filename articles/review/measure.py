"""How much a correction while reading changed: titles, the share of the words, and numbers, names and dates.

Names and numbers are recognised by their form, not understood: a false alarm costs one more reading, and unrecognised
ones still count as words.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from .. import comparing
from ..link_checks import find_links
from ..models.revision import text_of_content

TITLES = ("kicker", "title", "subtitle", "short_title")
ANCHOR = re.compile(r'<a href="([^"]*)"[^<>]*>(.*?)</a>', re.DOTALL)  # as the sanitiser writes them
ORIGINAL = ("original_title", "original_author", "original_url", "original_published_on")

_HAN = r"[\u4e00-\u9fff]"
_DIGIT = "零〇一二两三四五六七八九十百千万亿"
# What follows a single Chinese numeral that counts something; 一 is left out before 个, as in “一个重要的…”.
_COUNTED = "名位元岁年月日号时点分楼层级届死伤辆间户亩吨米里公"
# Surnames that seldom are ordinary words, and endings of places and organisations.
_SURNAMES = (
    "王李张刘陈杨赵黄吴徐孙胡朱郭林罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘董袁叶蒋杜苏魏吕丁卢姚沈钟姜崔谭陆范汪廖贾韦邹熊孟秦"
    "阎薛侯雷段郝孔邵史顾赖贺尹钱施牛"
)
_PLACES = r"(?:省|市|县|区|乡|镇|村|街道|路|局|厅|院|校|大学|中学|小学|银行|公司|集团|委员会)"
# Short words that join, so that “在望桥乡” is 望桥乡.
_JOINING = "的了在到从向把被和与及于是由为对等这那其各全本该我他她们"
FACT = re.compile(
    r"(?P<NUMBER>\d+(?:[.,:/-]\d+)*[十百千万亿%‰]*"
    rf"|第?[{_DIGIT}半]{{2,}}|第[{_DIGIT}]|一(?=[人{_COUNTED}])|[{_DIGIT[3:]}两半](?=[人个{_COUNTED}]))"
    r"|(?P<DATE>[今昨明前后][天日晚]|[今去明前][年]|[本上下]月|[本上下]周|(?:星期|周)[一二三四五六日天]|凌晨|上午|中午|下午)"
    rf"|(?P<NAME>[{_SURNAMES}]{_HAN}{{1,2}}|[^\W\d_{_JOINING}]{{2,4}}?{_PLACES}"
    r"|[A-Z][A-Za-z.'-]+(?: [A-Z][A-Za-z.'-]+)*)"
)


class FactKind(Enum):
    """What was changed, in the order in which messages name it."""

    PART = auto()
    PICTURE = auto()
    ATTACHMENT = auto()
    NUMBER = auto()
    DATE = auto()
    NAME = auto()
    LINK = auto()


class Fact(NamedTuple):
    """A changed fact: words of the old or new text, or, by its kind, the label of a part, a host or a file's key.

    The host is that to which the new text leads, "" for this site; keys are addresses or hashes, for no reader.
    """

    kind: FactKind
    words: str


@dataclass(frozen=True)
class Correction:
    """What changed between two texts: whether a title did, how many of how many words, and which facts.

    `facts` are numbers, dates and names in the old or new text, links that only the new one has, and
    changed facts about it.
    """

    titles: bool = False
    changed: int = 0
    words: int = 0
    facts: tuple[Fact, ...] = ()

    @property
    def percent(self) -> int:
        """The share of the words that changed, rounded up to whole percents."""
        return -(-100 * self.changed // max(self.words, 1))

    def __add__(self, other: "Correction") -> "Correction":
        """Both corrections, one after the other: words changed twice count twice."""
        return Correction(
            self.titles or other.titles,
            self.changed + other.changed,
            max(self.words, other.words),
            tuple(dict.fromkeys((*self.facts, *other.facts))),
        )


def measure_correction(before: dict[str, Any], after: dict[str, Any]) -> Correction:
    """Measure the difference between the contents of two revisions. Punctuation, spaces and form count nothing."""
    before, after = text_of_content(before), text_of_content(after)
    old, new = _read_lines(before), _read_lines(after)
    changed, facts = 0, list(_changed_fields(before, after))
    for is_changed, was, now in comparing.matched_blocks(old, new):
        if is_changed:
            removed, added, touched = _measure_block("\n".join(was), "\n".join(now))
            changed += max(removed, added)
            facts += touched
    return Correction(
        titles=any(before[field] != after[field] for field in TITLES),
        changed=changed,
        words=max(_count_words("\n".join(old)), _count_words("\n".join(new))),
        facts=tuple(dict.fromkeys(facts)),
    )


def _read_lines(content: dict[str, Any]) -> list[str]:
    """Every word that readers see, in lines."""
    return [
        *(content[field] for field in (*TITLES, "summary")),
        *comparing.body_lines(content["body"], has_addresses=False),
        "、".join(content["keywords"]),
        *(f"{picture['alt']} {picture['credit']}" for picture in content["pictures"]),
        *(attachment["name"] for attachment in content["attachments"]),
    ]


def _changed_fields(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Fact]:
    """The changed facts about the text: whose it is, where it is from, which files it has, where it newly leads."""
    for field in ("credits", "source", "origin", "ai_use", *ORIGINAL):
        if before.get(field) != after.get(field):
            yield Fact(FactKind.PART, comparing.part_label(field))
    known = {link.address for link in find_links(before["body"])}
    links = list(find_links(after["body"]))
    shown = {link.address for link in links if link.is_shown and link.address not in known}
    pictures = max(_changed_files(before["pictures"], after["pictures"]), shown, key=len)
    yield from (Fact(FactKind.PICTURE, key) for key in sorted(pictures))
    attachments = _changed_files(before["attachments"], after["attachments"])
    yield from (Fact(FactKind.ATTACHMENT, key) for key in sorted(attachments))
    hosts = {link.address: link.host for link in links}
    for address in _new_targets(before["body"], after["body"]):
        # Telephone numbers and mail addresses have no host.
        yield Fact(FactKind.LINK, hosts.get(address.partition("#")[0], address.partition(":")[0] + ":"))


def _new_targets(before: str, after: str) -> list[str]:
    """The addresses to which a sanitised body leads more often than before, or from words that led elsewhere."""
    old, new = ([(html.unescape(href), words) for href, words in ANCHOR.findall(body)] for body in (before, after))
    more = Counter(href for href, _words in new) - Counter(href for href, _words in old)
    linked = {words for _href, words in old}
    elsewhere = [href for href, words in Counter(new) - Counter(old) if words in linked]
    return list(dict.fromkeys([*more, *elsewhere]))


def _changed_files(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> set[str]:
    """The hashes of the new files or of those taken out, whichever are more: replacing one file counts once."""
    old, new = ({file["sha256"] for file in files} for files in (before, after))
    return max(new - old, old - new, key=len)


def _measure_block(was: str, now: str) -> tuple[int, int, list[Fact]]:
    """Words removed, words added, and the facts that the change touches."""
    was, now = unicodedata.normalize("NFKC", was), unicodedata.normalize("NFKC", now)
    texts = {"removed": was, "added": now}
    spans = comparing.compare_words(was, now)
    counts, touched = {}, {}
    for kind, text in texts.items():
        own = [span for span in spans if span.kind in ("same", kind)]
        counts[kind] = sum(_count_words(span.text) for span in own if span.kind == kind)
        touched[kind] = list(_touched_facts(text, [(span.kind == kind, len(span.text)) for span in own]))
    facts = [] if touched["removed"] == touched["added"] else touched["removed"] + touched["added"]
    return counts["removed"], counts["added"], facts


def _touched_facts(text: str, pieces: list[tuple[bool, int]]) -> Iterator[Fact]:
    """The facts in the text that overlap a changed piece; `pieces` are (changed, length) in order."""
    changed = [flag for flag, length in pieces for _place in range(length)]
    for found in FACT.finditer(text):
        if any(changed[found.start() : found.end()]):
            yield Fact(FactKind[str(found.lastgroup)], found.group())


def _count_words(text: str) -> int:
    """Chinese characters, and words of other letters or digits."""
    return sum(piece[0].isalnum() for piece in comparing.WORD_PATTERN.findall(text))
