"""An article page as Chinese portals print it to a text file, taken apart into what an article is made of.

昭阳新闻                                                         section, or 首页 > 要闻 > 正文; may be absent
标题                                                             also 标题：…; 引题：…, 副标题：… or ——… beside it
来源:霁川新闻网  更新时间:2024-03-25 17:03  作者:甲  责任编辑:乙     labelled fields in any order, on any number of lines
正文 …                                                           a paragraph a line
(通讯员 丙)                                                       closing bylines, which stay in the text
微信扫一扫查看                                                     page furniture, dropped
"""

import codecs
import hashlib
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Article
from ..refusals import Problem, Refusal
from .bylines import ROLES, CreditLine, credits_in, merge_credits, parse_byline, role_label

LARGEST = 5 * 1024 * 1024  # bytes; a long book has one

SOURCE, PUBLISHED, UPDATED, IGNORED = "source", "published", "updated", "ignored"
LABELS = (
    dict.fromkeys(("来源", "信息来源", "稿源", "稿件来源", "文章来源", "新闻来源"), SOURCE)
    | dict.fromkeys(("发布时间", "发布日期", "发表时间", "发稿时间", "时间", "日期"), PUBLISHED)
    | dict.fromkeys(("更新时间", "更新日期", "修改时间"), UPDATED)
    | dict.fromkeys(
        (
            "浏览",
            "浏览次数",
            "浏览量",
            "点击",
            "点击数",
            "点击量",
            "点击次数",
            "阅读",
            "阅读数",
            "阅读量",
            "阅读次数",
            "访问量",
            "访问次数",
            "人气",
            "字号",
            "字体",
            "分享",
            "分享到",
        ),
        IGNORED,
    )
)
# Anything may be an author or a contributor by its own name, an office too.
FREE = ("作者", "供稿")
HEADINGS = {
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

# What a line may begin or end with unseen: every blank of Unicode, and the zero-width ones that str.strip leaves.
_BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace()) + "\u200b\u2060\ufeff"
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

# Nothing above or below the text of a real page has more lines, or longer ones; more would only cost time.
_HEADER_LINES = 12
_HEADER_LINE = 400  # characters
_FOOT_LINES = 40
_SECTION = re.compile(r"[^\s，。！？；：、,.!?;:…“”《》]{2,12}")
_HEADING = re.compile(rf"({'|'.join(sorted(HEADINGS, key=len, reverse=True))})\s{{0,3}}[:：]\s*(.*)")
_POSITION = re.compile(r"[您你当前现在所的目]{0,8}位置\s{0,3}[:：]")
_CRUMBS = re.compile(r"[>＞»›→/]+")
_CANDIDATE = re.compile(r"(文[/／]图|图[/／]文|[^\s:：|｜/／【】\[\]；;，,、。]{1,24})\s{0,2}[:：]")
_SPACED_LABEL = re.compile(
    "|".join(rf"(?<!\S){word[0]}\s{{1,4}}{word[1]}(?=\s{{0,2}}[:：])" for word in (*LABELS, *ROLES) if len(word) == 2)
)
_DIGITS_BEFORE = re.compile(r"^\d[\d年月日时分秒.-]*")
_BUTTONS = r"(?:[\s|｜【\[（(]*(?:打印本页|打印|关闭窗口|关闭本页|关闭|返回顶部|收藏)[】\]）)]?)+"
_BUTTONS_AT_END = re.compile(_BUTTONS + "$")
_VALUE_ENDS = _BLANKS + "|｜/／；;，,、【】[]"
_SENTENCE = re.compile("[。！？!?；]")
_SOURCE = re.compile("[^:：]{0,80}")
_DATE = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?:\s?日)?"
    r"(?:(?:(?<=日)|\s{1,4}|T)\s?(\d{1,2})\s?[:时]\s?(?:(\d{1,2})(?:\s?[:分]\s?(?:(\d{1,2})秒?)?)?)?)?",
    re.ASCII,
)
_FURNITURE = re.compile(
    r"(?:(?:打开|使用|用)?(?:微信|手机)?扫一扫|分享到|字[号体]\s{0,3}[:：])[^。！？]{0,80}"
    r"|(?:上一[篇条]|下一[篇条])\s{0,3}[:：].{0,200}"
    r"|相关(?:链接|新闻|阅读)(?:\s{0,3}[:：].{0,200})?"
    r"|(?:版权(?:所有|声明|归)|Copyright|©|主办单位[:：\s]|主办[:：]).{0,300}"
    r"|.{0,60}ICP备.{0,100}"
    rf"|{_BUTTONS}\s{{0,4}}"
)


HAS_NO_BODY = Problem("exchange.no_body", _("it has no body: put the text below the title, a paragraph a line."))
IS_TOO_LARGE = Problem("exchange.too_large", _("it is larger than %(size)d MB: split it, one article a file."))
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
    """Raised, with a sentence that continues after the file's name, for what is no printed article."""


@dataclass(frozen=True)
class PrintedArticle:
    """What a printed page says of an article. '' where it says nothing; times are the page's own wall clock."""

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
    """The article in a text file: UTF-8, GB18030, or UTF-16 with a byte order mark; at most LARGEST bytes.

    `digest` is the SHA-256 of the text without what encodings, editors and line ends change in it. Raises Unreadable.
    """
    text = _decode_page(data)
    whole = "\n".join(line.rstrip(_BLANKS) for line in text.split("\n")).strip("\n")
    lines = [line for line in (line.strip(_BLANKS) for line in whole.split("\n")) if line]
    start, end, facts, credits = _find_provenance(lines)
    heading = _parse_heading(lines[:start])
    paragraphs = _without_furniture(lines[end:])
    if not paragraphs:
        raise UnreadablePage(HAS_NO_BODY)
    return PrintedArticle(
        **heading,
        source=facts.get(SOURCE, ""),
        published_at=_parse_time(facts[PUBLISHED]) if PUBLISHED in facts else None,
        updated_at=_parse_time(facts[UPDATED]) if UPDATED in facts else None,
        credits=merge_credits(credits, paragraphs),
        paragraphs=tuple(paragraphs),
        digest=hashlib.sha256(whole.encode()).hexdigest(),
    )


def _decode_page(data: bytes) -> str:
    """The text with \\n line ends and without a byte order mark."""
    if len(data) > LARGEST:
        raise UnreadablePage(IS_TOO_LARGE.filled(size=LARGEST >> 20))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding).removeprefix("\ufeff")
            if not text.strip(_BLANKS):
                raise UnreadablePage(IS_EMPTY)
            if "\0" not in text and len(_CONTROLS.sub("", text)) >= 0.98 * len(text):
                return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UnreadablePage(IS_NO_TEXT)


def _find_provenance(lines: list[str]) -> tuple[int, int, dict[str, str], list[CreditLine]]:
    """Where the provenance lines start and end, and what they say; where there are none, the place below the title."""
    start = next((i for i, line in enumerate(lines[:_HEADER_LINES]) if _labelled_facts(line)), None)
    if start is None or any(_reads_as_body(line) for line in lines[:start]):
        start = _title_end(lines)
        return start, start, {}, []
    facts: dict[str, str] = {}
    credits: list[CreditLine] = []
    end = start
    # 时间：… for the second time is the text's own, as in the notice of a meeting.
    for found in map(_labelled_facts, lines[start : start + _HEADER_LINES]):
        if found is None or facts.keys() & found[0].keys():
            break
        facts |= found[0]
        credits += found[1]
        end += 1
    return start, end, facts, credits


def _labelled_facts(line: str) -> tuple[dict[str, str], list[CreditLine]] | None:
    """What a line says that is wholly made of labelled fields, a date in front of them allowed; None for any other."""
    if len(line) > _HEADER_LINE:
        return None
    line = _SPACED_LABEL.sub(lambda match: "".join(match[0].split()), _BUTTONS_AT_END.sub("", line))
    before, fields = _labelled_fields(line)
    dated = bool(_DATE.fullmatch(_to_half_width(before)))
    certain = dated or any(label in LABELS for label, _unit, _value in fields)
    facts = {PUBLISHED: before} if dated else {}
    credits: list[CreditLine] = []
    if (before and not dated) or not (dated or fields) or any(_SENTENCE.search(value) for *_label, value in fields):
        return None
    # 时间：下周三上午 is what a notice says of a meeting, not when a page was published.
    if len(fields) == 1 and fields[0][0] in ("时间", "日期") and not _DATE.fullmatch(_to_half_width(fields[0][2])):
        return None
    for label, unit, value in fields:
        if label in ROLES:
            people = _field_credits(label, unit, value, free=certain or label in FREE)
            if people is None:
                return None
            credits += people
        elif LABELS[label] == SOURCE and not _SOURCE.fullmatch(value):
            return None
        elif value and LABELS[label] != IGNORED:
            facts.setdefault(LABELS[label], value)
    return facts, credits


def _labelled_fields(line: str) -> tuple[str, list[tuple[str, str, str]]]:
    """What stands before the first known label; then label, unit and value of each. A value ends at the next label."""
    found = []
    for match in _CANDIDATE.finditer(line):
        word = _DIGITS_BEFORE.sub("", match[1])
        label = (word, "") if word in LABELS else role_label(word)
        if label:
            found.append((match.end(1) - len(word), match.end(), label))
    starts = [start for start, _end, _label in found] + [len(line)]
    fields = [
        (*label, line[end:stop].strip(_VALUE_ENDS))
        for (_start, end, label), stop in zip(found, starts[1:], strict=True)
    ]
    return line[: starts[0]].strip(_VALUE_ENDS), fields


def _field_credits(label: str, unit: str, value: str, *, free: bool) -> list[CreditLine] | None:
    """The credits of one field; with `free`, what is no run of names is taken as one name."""
    credits = credits_in(value, ROLES[label], unit)
    if credits is None and free and len(value) <= 40 and not re.search("[:：，]", value):
        return [(ROLES[label], value, unit)]
    return credits


def _parse_time(text: str) -> datetime:
    if match := _DATE.fullmatch(_to_half_width(text)):
        year, month, day, hour, minute = (int(part or 0) for part in match.groups()[:5])
        with suppress(ValueError):
            return datetime(year, month, day, hour, minute)  # noqa: DTZ001 (the page's own clock; it names no zone)
    raise UnreadablePage(IS_NO_TIME.filled(text=text[:40]))


def _to_half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _parse_heading(lines: list[str]) -> dict[str, str]:
    """Section, kicker, title and subtitle from the lines above the provenance; a title may run over several."""
    heading = {"section": "", "kicker": "", "title": "", "subtitle": ""}
    above: list[str] = []
    plain: list[str] = []
    crumbs: list[str] = []
    for line in lines:
        if marked := _HEADING.fullmatch(line):
            heading[HEADINGS[marked[1]]] = marked[2]
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
    for name in ("kicker", "title", "subtitle"):
        field: Any = Article._meta.get_field(name)
        if len(heading[name]) > field.max_length:
            raise UnreadablePage(
                HEADING_IS_TOO_LONG.filled(name=field.verbose_name, start=heading[name][:20], most=field.max_length)
            )
    return heading


def _parse_breadcrumb(line: str) -> list[str] | None:
    """The names in 首页 > 要闻 > 正文, or in anything after 当前位置：; None for any other line."""
    if len(line) > _HEADER_LINE:
        return None
    position = _POSITION.match(line)
    names = [name.strip(_BLANKS) for name in _CRUMBS.split(line[position.end() if position else 0 :])]
    known = len(names) > 1 and not PAGE_NAMES.isdisjoint((names[0], names[-1]))
    return names if position or known else None


def _title_end(lines: list[str]) -> int:
    """Where the heading ends on a page without provenance: below its marked lines, or below the first that may be one."""
    marked = [i for i, line in enumerate(lines[:_HEADER_LINES]) if _HEADING.fullmatch(line) or _parse_breadcrumb(line)]
    end = marked[-1] + 1 if marked else 0
    if not any((match := _HEADING.fullmatch(line)) and HEADINGS[match[1]] == "title" for line in lines[:end]):
        end += 2 if not end and _is_above_title(lines[:3]) else 1
    while end < len(lines) and lines[end].startswith("——"):
        end += 1
    return end


def _is_above_title(lines: list[str]) -> bool:
    """Whether the first of three lines is a section and the second the title: it is longer, and the third is text."""
    if len(lines) < 3 or not _SECTION.fullmatch(lines[0]):
        return False
    section, title, text = lines
    is_title = not (_reads_as_body(title) or parse_byline(title) is not None)
    return is_title and len(title) > len(section) and _reads_as_body(text)


def _reads_as_body(line: str) -> bool:
    return len(line) > 120 or line.endswith(("。", "。”", "；", "：", ":"))


def _without_furniture(lines: list[str]) -> list[str]:
    """The lines without the page's furniture among and below the closing bylines; inside the text everything stays."""
    end = len(lines)
    bylines: list[str] = []
    for line in reversed(lines[-_FOOT_LINES:]):
        if _FURNITURE.fullmatch(line):
            end -= 1
        elif parse_byline(line) is not None:
            bylines.insert(0, line)
            end -= 1
        else:
            break
    return lines[:end] + bylines
