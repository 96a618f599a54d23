"""Parses an article page that a Chinese portal printed to a text file into the parts of an article.

昭阳新闻                                                         section, or 首页 > 要闻 > 正文; may be absent
标题                                                             also 标题：…; 引题：…, 副标题：… or ——… beside it
来源:霁川新闻网  更新时间:2024-03-25 17:03  作者:甲  责任编辑:乙     labelled fields in any order, on any number of lines
正文 …                                                           one paragraph per line
(通讯员 丙)                                                       closing bylines, kept in the text
微信扫一扫查看                                                     page furniture, removed
"""

import codecs
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Article
from ..refusals import Problem, Refusal
from .bylines import CreditLine, merge_credits, parse_byline
from .provenance import (
    BLANKS,
    BUTTONS,
    MAX_HEADER_LENGTH,
    PAGE_PUBLISHED,
    PAGE_SOURCE,
    PAGE_UPDATED,
    parse_page_time,
    parse_provenance_line,
)

MAX_PAGE_BYTES = 5 * 1024 * 1024  # a long book has 1 MB

HEADING_FIELDS = {
    "栏目": "section",
    "引题": "kicker",
    "肩题": "kicker",
    "眉题": "kicker",
    "标题": "title",
    "主标题": "title",
    "副题": "subtitle",
    "副标题": "subtitle",
}
PAGE_NAMES = {"首页", "网站首页", "主页", "正文", "内容", "详情", "正文内容", "文章正文"}

_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

# No real page has more lines above or below its text; more would only take time.
_MAX_HEADER_LINES = 12
_MAX_FOOT_LINES = 40
_SECTION = re.compile(r"[^\s，。！？；：、,.!?;:…“”《》]{2,12}")
_HEADING = re.compile(rf"({'|'.join(sorted(HEADING_FIELDS, key=len, reverse=True))})\s{{0,3}}[:：]\s*(.*)")
_POSITION = re.compile(r"[您你当前现在所的目]{0,8}位置\s{0,3}[:：]")
_CRUMBS = re.compile(r"[>＞»›→/]+")
_FURNITURE = re.compile(
    r"(?:(?:打开|使用|用)?(?:微信|手机)?扫一扫|分享到|字[号体]\s{0,3}[:：])[^。！？]{0,80}"
    r"|(?:上一[篇条]|下一[篇条])\s{0,3}[:：].{0,200}"
    r"|相关(?:链接|新闻|阅读)(?:\s{0,3}[:：].{0,200})?"
    r"|(?:版权(?:所有|声明|归)|Copyright|©|主办单位[:：\s]|主办[:：]).{0,300}"
    r"|.{0,60}ICP备.{0,100}"
    rf"|{BUTTONS}\s{{0,4}}"
)


HAS_NO_BODY = Problem("exchange.no_body", _("it has no body: put the text below the title, one paragraph per line."))
IS_TOO_LARGE = Problem("exchange.too_large", _("it is larger than %(size)d MB: split it into one file per article."))
IS_EMPTY = Problem(
    "exchange.empty", _("it is empty: put the title, the line with source and time, and the text in it.")
)
IS_NO_TEXT = Problem(
    "exchange.no_text",
    _("it is not plain text in UTF-8 or GB18030: save the article as plain text (.txt) in UTF-8."),
)
IS_NO_TIME = Problem("exchange.no_time", _("“%(text)s” is not a date and time: write it as 2024-03-25 17:03."))
HAS_NO_TITLE = Problem("exchange.no_title", _("it has no title: put it on a line of its own above source and time."))
HEADING_IS_TOO_LONG = Problem(
    "exchange.heading_too_long",
    _("its %(name)s “%(start)s…” is longer than %(most)d characters: shorten it, or put the text below it."),
)


class UnreadablePage(Refusal):
    """Raised for a file that is no printed article. Its sentences continue after the name of the file."""


@dataclass(frozen=True)
class PrintedArticle:
    """The article on a printed page; '' for what it does not say. Times are naive, in the page's own time zone."""

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


def read_printed_page(data: bytes) -> PrintedArticle:
    """Return the article in a text file: UTF-8, GB18030, or UTF-16 with a byte order mark; at most MAX_PAGE_BYTES.

    `digest` is the SHA-256 of the text, independent of encoding, line ends and white space at line ends.
    Raises UnreadablePage.
    """
    text = _decode_page(data)
    whole = "\n".join(line.rstrip(BLANKS) for line in text.split("\n")).strip("\n")
    lines = [line for line in (line.strip(BLANKS) for line in whole.split("\n")) if line]
    start, end, facts, credits = _find_provenance(lines)
    heading = _parse_heading(lines[:start])
    paragraphs = _without_furniture(lines[end:])
    if not paragraphs:
        raise UnreadablePage(HAS_NO_BODY)
    return PrintedArticle(
        **heading,
        source=facts.get(PAGE_SOURCE, ""),
        published_at=_page_time(facts[PAGE_PUBLISHED]) if PAGE_PUBLISHED in facts else None,
        updated_at=_page_time(facts[PAGE_UPDATED]) if PAGE_UPDATED in facts else None,
        credits=merge_credits(credits, paragraphs),
        paragraphs=tuple(paragraphs),
        digest=hashlib.sha256(whole.encode()).hexdigest(),
    )


def _decode_page(data: bytes) -> str:
    """Return the text with \\n line ends and without a byte order mark."""
    if len(data) > MAX_PAGE_BYTES:
        raise UnreadablePage(IS_TOO_LARGE.filled(size=MAX_PAGE_BYTES >> 20))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding).removeprefix("\ufeff")
            if not text.strip(BLANKS):
                raise UnreadablePage(IS_EMPTY)
            if "\0" not in text and len(_CONTROLS.sub("", text)) >= 0.98 * len(text):
                return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UnreadablePage(IS_NO_TEXT)


def _find_provenance(lines: list[str]) -> tuple[int, int, dict[str, str], list[CreditLine]]:
    """Return start and end of the provenance lines, their facts and credits; without any, the end of the heading."""
    start = next((i for i, line in enumerate(lines[:_MAX_HEADER_LINES]) if parse_provenance_line(line)), None)
    if start is None or any(_reads_as_body(line) for line in lines[:start]):
        start = _title_end(lines)
        return start, start, {}, []
    facts: dict[str, str] = {}
    credits: list[CreditLine] = []
    end = start
    # A second 时间：… belongs to the text, as in the notice of a meeting.
    for found in map(parse_provenance_line, lines[start : start + _MAX_HEADER_LINES]):
        if found is None or facts.keys() & found[0].keys():
            break
        facts |= found[0]
        credits += found[1]
        end += 1
    return start, end, facts, credits


def _page_time(text: str) -> datetime:
    found = parse_page_time(text)
    if found is None:
        raise UnreadablePage(IS_NO_TIME.filled(text=text[:40]))
    return found


def _parse_heading(lines: list[str]) -> dict[str, str]:
    """Return section, kicker, title and subtitle of the lines above the provenance; a title may have several lines."""
    heading = {"section": "", "kicker": "", "title": "", "subtitle": ""}
    above: list[str] = []
    plain: list[str] = []
    crumbs: list[str] = []
    for line in lines:
        if marked := _HEADING.fullmatch(line):
            heading[HEADING_FIELDS[marked[1]]] = marked[2]
        elif (names := _parse_breadcrumb(line)) is not None:
            crumbs, above, plain = names, above + plain, []
        elif line.startswith(("——", "--")) and (plain or heading["title"]):
            heading["subtitle"] = line
        else:
            plain.append(line)
    if not above and _SECTION.fullmatch(plain[0] if plain else "") and (len(plain) > 1 or heading["title"]):
        above = [plain.pop(0)]
    heading["title"] = heading["title"] or " ".join(plain)
    if not heading["title"]:
        raise UnreadablePage(HAS_NO_TITLE)
    crumbs = [name for name in crumbs if name not in PAGE_NAMES and name != heading["title"] and 0 < len(name) <= 40]
    named = [line for line in above if _SECTION.fullmatch(line)]
    heading["section"] = heading["section"] or ["", *(crumbs or named)][-1]
    _refuse_long_heading(heading)
    return heading


def _refuse_long_heading(heading: dict[str, str]) -> None:
    for name in ("kicker", "title", "subtitle"):
        field: Any = Article._meta.get_field(name)
        if len(heading[name]) > field.max_length:
            raise UnreadablePage(
                HEADING_IS_TOO_LONG.filled(name=field.verbose_name, start=heading[name][:20], most=field.max_length)
            )


def _parse_breadcrumb(line: str) -> list[str] | None:
    """Return the names in 首页 > 要闻 > 正文, or in anything after 当前位置：; None for any other line."""
    if len(line) > MAX_HEADER_LENGTH:
        return None
    position = _POSITION.match(line)
    names = [name.strip(BLANKS) for name in _CRUMBS.split(line[position.end() if position else 0 :])]
    known = len(names) > 1 and not PAGE_NAMES.isdisjoint((names[0], names[-1]))
    return names if position or known else None


def _title_end(lines: list[str]) -> int:
    """Return the end of the heading on a page without provenance: after its marked lines, or after the first line."""
    marked = [
        i for i, line in enumerate(lines[:_MAX_HEADER_LINES]) if _HEADING.fullmatch(line) or _parse_breadcrumb(line)
    ]
    end = marked[-1] + 1 if marked else 0
    if not any((match := _HEADING.fullmatch(line)) and HEADING_FIELDS[match[1]] == "title" for line in lines[:end]):
        end += 2 if not end and _is_above_title(lines[:3]) else 1
    while end < len(lines) and lines[end].startswith("——"):
        end += 1
    return end


def _is_above_title(lines: list[str]) -> bool:
    """Return True if line 1 of 3 looks like a section and line 2 like the title: it is longer, and line 3 is text."""
    if len(lines) < 3 or not _SECTION.fullmatch(lines[0]):
        return False
    section, title, text = lines
    is_title = not (_reads_as_body(title) or parse_byline(title) is not None)
    return is_title and len(title) > len(section) and _reads_as_body(text)


def _reads_as_body(line: str) -> bool:
    return len(line) > 120 or line.endswith(("。", "。”", "；", "：", ":"))


def _without_furniture(lines: list[str]) -> list[str]:
    """Return the lines without page furniture among and after the closing bylines; the text itself is not changed."""
    end = len(lines)
    bylines: list[str] = []
    for line in reversed(lines[-_MAX_FOOT_LINES:]):
        if _FURNITURE.fullmatch(line):
            end -= 1
        elif parse_byline(line) is not None:
            bylines.insert(0, line)
            end -= 1
        else:
            break
    return lines[:end] + bylines
