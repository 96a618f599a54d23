"""Parses an article page that a Chinese portal printed to a text file into the parts of an article.

昭阳新闻                                                         section, or 首页 > 要闻 > 正文; may be absent
标题                                                             also 标题：…; 引题：…, 副标题：… or ——… beside it
来源:霁川新闻网  更新时间:2024-03-25 17:03  作者:甲  责任编辑:乙     labelled fields in any order, on any number of
lines 正文 …                                                           one paragraph per line
(通讯员 丙)                                                       closing bylines, kept in the text
微信扫一扫查看                                                     page furniture, removed
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from ..bylines import CreditLine, merge_credits, parse_byline
from ..refusals import Problem
from .decoding import BLANKS, MAX_PAGE_BYTES, UnreadablePage, decode_page
from .heading import NEITHER_NAME, Head, find_head, parse_heading
from .marked_lines import reads_as_body
from .markup import markup_of
from .page_lines import PAGE_BUTTONS, page_lines
from .page_time import HAS_CLOCK, find_page_time, parse_page_time
from .provenance import (
    BUTTONS,
    PAGE_PUBLISHED,
    PAGE_SOURCE,
    PAGE_UPDATED,
    parse_provenance_line,
)
from .wrapping import PageLine, join_wrapped_lines

__all__ = ["MAX_PAGE_BYTES", "PrintedArticle", "UnreadablePage", "read_printed_page"]

_BRACKET_AT_END = re.compile(r"[（(【\[][^（()）【】\[\]]{4,80}[)）】\]]$")
_CORRECTING = re.compile(r"^[【\[]\s?(?:我要)?纠错\s?[】\]]\s{0,4}(?=\S)")
_YEAR = re.compile(r"^.{0,200}?\d{4}", re.ASCII)
_BODY_LABEL = re.compile(r"正\s{0,4}文\s{0,2}[:：]|[【\[]正\s{0,4}文[】\]]\s{0,2}[:：]?|正文$")
# Buttons below the source and time, before the text. One of them alone may be a heading of the text: 关注.
_BUTTON = re.compile(r"(?:缩小|放大)字体|字[号体]|分享|举报|关注|收藏|微博|微信|(?:放大|缩小|默认)[+-]?")
_BELOW_HEAD = re.compile(
    rf"(?:{_BUTTON.pattern})(?:\s{{1,4}}(?:{_BUTTON.pattern})){{0,9}}|分享到\s?[:：]?|{PAGE_BUTTONS}"
    r"|全文[共约\s]{0,3}\d{1,6}\s?字[，,\s]{0,2}(?:预计)?(?:阅读)?[大约需要\s]{1,5}\d{1,3}\s?分钟。?"
)
_LONGEST_SOURCE = 80  # characters of the column `Source.name`
# A blank between Chinese characters, or a bar: a source and something else.
_DOUBTFUL_SOURCE = re.compile(r"[\u4e00-\u9fff]\s+[\u4e00-\u9fff]|[|｜]")
_MAX_FOOT_LINES = 40  # no real page has more lines below its text; more would only take time
_FURNITURE = re.compile(
    r"(?:(?:打开|使用|用)?(?:微信|手机)?扫一扫|分享到|分享让更多人看到|字[号体]\s{0,3}[:：])[^。！？]{0,80}"
    r"|(?:上一[篇条]|(?:阅读)?下一[篇条])\s{0,3}[:：].{0,200}"
    r"|相关(?:链接|新闻|阅读)(?:\s{0,3}[:：].{0,200})?"
    r"|(?:版权(?:所有|声明|归)|Copyright|©|主办单位[:：\s]|主办[:：]).{0,300}"
    r"|预览时标签不可点|微信扫一扫.{0,20}|关注该公众号|继续滑动看下一个|向上滑动看下一个|轻触阅读原文|喜欢此内容的人还喜欢"
    r"|(?:阅读|点赞|在看|分享|收藏|赞|留言)(?:\s{0,3}[\d.]{1,9}\s?(?:万|\+){0,2}|(?=[\s、，,]{1,3}\S))"
    r"(?:[\s、，,]{1,3}(?:阅读|点赞|在看|分享|收藏|赞|留言|转发)(?:\s{0,3}[\d.]{1,9}\s?(?:万|\+){0,2})?){0,5}|写留言|精选留言|往期(?:推荐|回顾|精选).{0,20}|点击.{0,12}(?:名片|关注).{0,12}|(?:长按|扫描|识别).{0,12}二维码.{0,20}|点击[“「]?阅读原文.{0,12}|[↓▼\s]{0,4}阅读原文[↓▼\s]{0,4}|阅读原文[，,\s]{0,2}了解更多.{0,6}|返回搜狐.{0,8}|阅读剩余全文.{0,4}|点分享(?:\s{0,4}点(?:收藏|在看|点赞)){1,4}|免责声明\s{0,3}[:：].{0,200}"
    r"|.{0,60}ICP备.{0,100}"
    rf"|{BUTTONS}\s{{0,4}}|{PAGE_BUTTONS}"
)

HAS_NO_BODY = Problem("exchange.no_body", _("it has no body: put the text below the title, one paragraph per line."))
IS_NO_TIME = Problem("exchange.no_time", _("“%(text)s” is not a date and time: write it as 2024-03-25 17:03."))
SOURCE_IS_TOO_LONG = Problem(
    "exchange.source_too_long",
    _("its source “%(start)s…” is longer than %(most)d characters: shorten it."),
)
SOURCE_HAS_BLANKS = Problem(
    "exchange.source_has_blanks",
    _("the source “%(source)s” has a blank or a bar in it, and may be more than a source: it is used only if known."),
)
SECOND_HEADING = Problem(
    "exchange.second_heading",
    _("“%(line)s” in the middle looks like the head of another article: split the file if it is one."),
)


@dataclass(frozen=True)
class PrintedArticle:
    """The article on a printed page; '' for missing facts. Times are naive, in the page's own time zone.

    `html` is the body, not yet sanitised, if it is more than paragraphs; `old_address` is the address of a web page.
    `doubts` are readings that a person should check; each is a sentence that follows the name of the file.
    """

    section: str
    kicker: str
    title: str
    subtitle: str
    source: str
    published_at: datetime | None
    updated_at: datetime | None
    credits: tuple[CreditLine, ...]
    paragraphs: tuple[str, ...]
    digest: str
    doubts: tuple[Problem, ...] = ()
    html: str = ""
    old_address: str = ""

    @property
    def source_is_doubtful(self) -> bool:
        """Return True if the words may be more than a source, so no source is created from them."""
        return any(doubt.id == SOURCE_HAS_BLANKS.id for doubt in self.doubts)


def read_printed_page(data: bytes) -> PrintedArticle:
    """Return the article in a text file: UTF-8, GB18030, Big5 or UTF-16; at most MAX_PAGE_BYTES.

    `digest` is the SHA-256 of the text, independent of encoding, line ends and white space at line ends.
    Raises UnreadablePage.
    """
    text = decode_page(data)
    whole = "\n".join(line.rstrip(BLANKS) for line in text.split("\n")).strip("\n")
    lines = page_lines(whole)
    texts = [line.text for line in lines]
    head = find_head(texts)
    body_end, kept = _find_foot(texts, head)
    paragraphs = head.numbers + join_wrapped_lines(_without_label(lines[head.end : body_end])) + kept
    if not paragraphs:
        raise UnreadablePage(HAS_NO_BODY)
    heading, doubts = parse_heading(head.heading)
    source = head.facts.get(PAGE_SOURCE, "")
    if len(source) > _LONGEST_SOURCE:
        raise UnreadablePage(SOURCE_IS_TOO_LONG.filled(start=source[:20], most=_LONGEST_SOURCE))
    published, updated = (_page_time(head.facts.get(fact, "")) for fact in (PAGE_PUBLISHED, PAGE_UPDATED))
    return PrintedArticle(
        **heading,
        source=source,
        published_at=published,
        updated_at=updated,
        credits=merge_credits(head.credits, paragraphs),
        paragraphs=tuple(paragraphs),
        digest=hashlib.sha256(whole.encode()).hexdigest(),
        doubts=(*doubts, *_doubts(head, texts[head.end : body_end])),
        html=markup_of(paragraphs),
    )


def is_furniture(line: str) -> bool:
    """Return True for what portals print around an article: 打印, 上一篇：…, 版权所有 …"""
    return bool(_FURNITURE.fullmatch(line))


def _without_label(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines of the text without the buttons of a page and the label 正文： or 【正文】 before it."""
    inner = lines[:-1]
    start = next((place for place, line in enumerate(inner) if not _BELOW_HEAD.fullmatch(line.text)), len(inner))
    if start > 1 or (start and not _BUTTON.fullmatch(lines[0].text)):
        lines = lines[start:]
    found = _BODY_LABEL.match(lines[0].text) if lines else None
    if not found:
        return lines
    rest = lines[0].text[found.end() :].strip(BLANKS)
    return [lines[0]._replace(text=rest), *lines[1:]] if rest else lines[1:]


def _find_foot(lines: Sequence[str], head: Head) -> tuple[int, list[str]]:
    """Return where the text ends, and the closing bylines below it, which are kept.

    Page furniture among and after them is left out, and so is provenance, which `head` learns.
    """
    end = len(lines)
    bylines: list[str] = []
    for printed in reversed(lines[max(head.end, end - _MAX_FOOT_LINES) :]):
        line = _CORRECTING.sub("", printed, count=1)  # a button: 【纠错】【责任编辑：…】
        if is_furniture(line) or head.learns_from_foot(line):
            pass
        elif parse_byline(line) is not None or (end == len(lines) and _is_day_of_signature(line, lines[end - 2])):
            bylines.insert(0, line)
        else:
            break
        end -= 1
    if end > head.end and (bracket := _BRACKET_AT_END.search(lines[end - 1][-120:])):
        head.learns_from_foot(bracket[0])  # …受益。（来源：霁川新闻网）
    return end, bylines


def _is_day_of_signature(line: str, above: str) -> bool:
    """Return True for a day alone below the names: 作者：方知远, 二〇二四年三月二十五日."""
    return find_page_time(line) == (0, len(line)) and (
        parse_byline(above) is not None or ((found := parse_provenance_line(above)) is not None and found.labelled)
    )


def _doubts(head: Head, body: Sequence[str]) -> Iterator[Problem]:
    """Doubts about the provenance, and about a line of the text that has a source and a time, as a head would."""
    if head.unsure:
        yield NEITHER_NAME.filled(words=" ".join(head.unsure)[:60])
    for fact in (PAGE_PUBLISHED, PAGE_UPDATED):
        if (time := head.facts.get(fact)) and parse_page_time(time) is None:
            yield IS_NO_TIME.filled(text=time[:40])
    source = head.facts.get(PAGE_SOURCE, "")
    if _DOUBTFUL_SOURCE.search(source):
        yield SOURCE_HAS_BLANKS.filled(source=source)
    for above, line in pairwise(body):
        found = parse_provenance_line(line) if _YEAR.search(line) else None
        if not found or not {PAGE_SOURCE, PAGE_PUBLISHED} <= found.facts.keys():
            continue
        # Without labels it may be a signature, which has no time of day and follows a sentence.
        if found.labelled or (HAS_CLOCK.search(found.facts[PAGE_PUBLISHED]) and not reads_as_body(above)):
            yield SECOND_HEADING.filled(line=line[:40])
            return


def _page_time(text: str) -> datetime | None:
    return parse_page_time(text) if text else None
