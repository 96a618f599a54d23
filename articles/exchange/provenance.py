"""The provenance lines of a printed page: labelled fields such as 来源, 更新时间, 作者, and the credits in them."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime

from .bylines import ROLES, CreditLine, credits_in, role_label

PAGE_SOURCE, PAGE_PUBLISHED, PAGE_UPDATED, IGNORED = "source", "published", "updated", "ignored"
LABELS = (
    dict.fromkeys(("来源", "信息来源", "稿源", "稿件来源", "文章来源", "新闻来源"), PAGE_SOURCE)
    | dict.fromkeys(("发布时间", "发布日期", "发表时间", "发稿时间", "时间", "日期"), PAGE_PUBLISHED)
    | dict.fromkeys(("更新时间", "更新日期", "修改时间"), PAGE_UPDATED)
    | dict.fromkeys(("浏览", "浏览次数", "浏览量", "点击", "点击数", "点击量", "点击次数", "人气"), IGNORED)
    | dict.fromkeys(("阅读", "阅读数", "阅读量", "阅读次数", "访问量", "访问次数"), IGNORED)
    | dict.fromkeys(("字号", "字体", "分享", "分享到"), IGNORED)
)
# The value of these may be any name, also that of an office.
FREE_ROLES = ("作者", "供稿")

# Invisible characters at the ends of a line: Unicode white space, and zero-width characters that str.strip keeps.
BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace()) + "\u200b\u2060\ufeff"
MAX_HEADER_LENGTH = 400  # characters of a line; no real page has longer ones above its text
_CANDIDATE = re.compile(r"(文[/／]图|图[/／]文|[^\s:：|｜/／【】\[\]；;，,、。]{1,24})\s{0,2}[:：]")
_SPACED_LABEL = re.compile(
    "|".join(rf"(?<!\S){word[0]}\s{{1,4}}{word[1]}(?=\s{{0,2}}[:：])" for word in (*LABELS, *ROLES) if len(word) == 2)
)
_DIGITS_BEFORE = re.compile(r"^\d[\d年月日时分秒.-]*")
BUTTONS = r"(?:[\s|｜【\[（(]*(?:打印本页|打印|关闭窗口|关闭本页|关闭|返回顶部|收藏)[】\]）)]?)+"
_BUTTONS_AT_END = re.compile(BUTTONS + "$")
_VALUE_ENDS = BLANKS + "|｜/／；;，,、【】[]"
_SENTENCE = re.compile("[。！？!?；]")
_SOURCE = re.compile("[^:：]{0,80}")
_DATE = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?:\s?日)?"
    r"(?:(?:(?<=日)|\s{1,4}|T)\s?(\d{1,2})\s?[:时]\s?(?:(\d{1,2})(?:\s?[:分]\s?(?:(\d{1,2})秒?)?)?)?)?",
    re.ASCII,
)


def parse_provenance_line(line: str) -> tuple[dict[str, str], list[CreditLine]] | None:
    """Return the facts and credits of a line of labelled fields, which a date may precede; None for any other line."""
    if len(line) > MAX_HEADER_LENGTH:
        return None
    line = _SPACED_LABEL.sub(lambda match: "".join(match[0].split()), _BUTTONS_AT_END.sub("", line))
    before, fields = _labelled_fields(line)
    dated = bool(_DATE.fullmatch(_to_half_width(before)))
    certain = dated or any(label in LABELS for label, _unit, _value in fields)
    facts = {PAGE_PUBLISHED: before} if dated else {}
    credits: list[CreditLine] = []
    if (before and not dated) or not (dated or fields) or any(_SENTENCE.search(value) for *_label, value in fields):
        return None
    # 时间：下周三上午 in a notice is the time of a meeting, not of publication.
    if len(fields) == 1 and fields[0][0] in ("时间", "日期") and not _DATE.fullmatch(_to_half_width(fields[0][2])):
        return None
    for label, unit, value in fields:
        if label in ROLES:
            people = _field_credits(label, unit, value, free=certain or label in FREE_ROLES)
            if people is None:
                return None
            credits += people
        elif LABELS[label] == PAGE_SOURCE and not _SOURCE.fullmatch(value):
            return None
        elif value and LABELS[label] != IGNORED:
            facts.setdefault(LABELS[label], value)
    return facts, credits


def _labelled_fields(line: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the text before the first known label, then label, unit and value of each field up to the next label."""
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
    """Return the credits of one field; with `free`, a value that is not a list of names is taken as one name."""
    credits = credits_in(value, ROLES[label], unit)
    if credits is None and free and len(value) <= 40 and not re.search("[:：，]", value):
        return [(ROLES[label], value, unit)]
    return credits


def parse_page_time(text: str) -> datetime | None:
    """Return the naive time that a page prints, in its own time zone, or None if it is not a date and time."""
    if match := _DATE.fullmatch(_to_half_width(text)):
        year, month, day, hour, minute = (int(part or 0) for part in match.groups()[:5])
        with suppress(ValueError):
            return datetime(year, month, day, hour, minute)  # noqa: DTZ001 (the page names no time zone)
    return None


def _to_half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
