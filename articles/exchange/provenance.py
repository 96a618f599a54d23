"""The provenance lines of a printed page, with or without labels: source, times, and the credits in them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..bylines import NAME, ORGANISATION, CreditLine, credits_in, role_label
from ..bylines.printed_forms import with_colons
from ..bylines.roles import ROLES
from ..search.folding import simplified_text
from .labels import (
    IGNORED,
    LABELS,
    PAGE_PUBLISHED,
    PAGE_SOURCE,
    PAGE_UPDATED,
    VALUE_ENDS,
    LabelledPart,
    with_tabs_as_colons,
)
from .page_time import FIRM_TIME, HAS_CLOCK, find_page_time, parse_page_time

# Labels that also occur in the text of a notice: 时间：下周三上午
COMMON_WORDS = ("时间", "日期")
COMMON_TIMES = re.compile(rf"(?:{'|'.join(COMMON_WORDS)})\s{{0,2}}[:：]")
# The value of these may be any name, including that of an office.
FREE_ROLES = ("作者", "供稿", "author")

MAX_HEADER_LENGTH = 400  # characters of a line; no real page has longer ones above its text
# 【来源】霁川新闻网, and the rows of tables: 发布机构 <tab> 霁川县政府
_BRACKETED_LABEL = re.compile(
    rf"[【\[]\s?({'|'.join(word for word in LABELS if len(word) > 1)})\s?[】\]]\s{{0,2}}(?=[^:：\s])"
)
_SPACED_LABEL = re.compile(
    "|".join(
        r"(?<!\S)" + r"\s{1,4}".join(word) + r"(?=\s{0,2}[:：])"
        for word in (*LABELS, *ROLES)
        if 2 <= len(word) <= 4 and not word.isascii()
    )
)
_BAR_AFTER_LABEL = re.compile(rf"(?<!\S)({'|'.join(word for word in LABELS if len(word) > 1)})\s?[丨︱|｜/／]\s?(?=\S)")
_IN_BRACKETS = re.compile(r"[（(【\[]([^（()）【】\[\]]{4,120})[)）】\]]")
BUTTONS = r"(?:[\s|｜【\[（(]*(?:打印本页|打印|关闭窗口|关闭本页|关闭|返回顶部|收藏|(?:我要)?纠错|[大中小]字[号体])[】\]）)]?)+"
_BUTTONS_AT_END = re.compile(BUTTONS + "$")
# Between fields: 作者：方知远 大字体 小字体 分享到：; 发布于 before a time says nothing more.
_BETWEEN_FIELDS = re.compile(
    r"(?<!\S)(?:[大中小]字[号体](?!\S)|发[布表]于\s?[:：]?(?=\s{0,2}\d{4})|第\s?[A-Z]?\d{1,3}\s?版(?!\S)|[■□▲◎●](?=\S))"
)
_BAR = re.compile(r"\s{0,8}[|｜┃│丨]\s{0,8}|\s{1,8}·\s{1,8}")
# A bar as well, but not in 来源：新华社 / 中国新闻网, nor in 文 / 图 方知远.
_SLASH = re.compile(r"\s{1,8}[/／]\s{1,8}(?![文图摄])")
_SENTENCE = re.compile("[。！？!?；]")
PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# Words next to the names in a WeChat header: 原创 方知远 霁川发布 2024-03-25 17:03 发表于云南
_WECHAT_WORDS = re.compile(
    rf"{PROVINCES}|原创|转载|发[表布]于\S{{0,8}}|(?:IP属地|阅读)\S{{0,8}}|\d{{1,9}}(?:人|次)?(?:阅读|浏览|评论)?|标题已修改|[听在]看?"
)
_WECHAT_HEAD = re.compile(r"原创\s|.*\s发表于\s?\S{0,8}")
# A name that only a publisher has.
_PUBLISHER = re.compile(
    r"新华社|中央社|中新社|联合报|大公报|文汇报|明报|[\u4e00-\u9fffA-Za-z0-9·“”]{1,28}(?:网|日报|晚报|早报|晨报|时报|周报|商报|导报|快报|发布|新闻|客户端|融媒|融媒体|传媒|广电"
    r"|头条|杂志|电视台|广播|通讯社|在线|公众号|视频号|频道)"
)
_ENGLISH_PUBLISHER = re.compile(
    r"[(\[]?((?:[A-Z][\w.&'’-]{0,30} ){1,5}"
    r"(?:News|Daily|Times|Post|Herald|Press|Agency|Net|Online|Weekly|Journal)|Xinhua|Reuters|AFP|CGTN)[)\]]?"
)
# Published on March 25, 2024; Last updated: …
_ENGLISH_TIME = re.compile(
    r"(?<!\S)(?:Last |First )?(Published|Posted|Updated|Modified)(?: on| at)?\s?:?\s(?=[\dA-Z])", re.I
)
_WECHAT_ORIGIN = re.compile(r"以下文章来源于\s?([^\s，,]{2,30})\s?[，,]\s?作者\s?(\S{2,20})")
_LUNAR_DAY = (
    "(?:农历|夏历)?[甲乙丙丁戊己庚辛壬癸]?[子丑寅卯辰巳午未申酉戌亥]?年?"
    "[正一二三四五六七八九十冬腊闰]{1,3}月[初十廿三一二四五六七八九]{2,3}"
)
_DAY_BESIDE_DATE = re.compile(rf"(?<!\S)(?:(?:星期|周)[一二三四五六日天]|{_LUNAR_DAY})(?!\S)")
_STAFF = re.compile(
    rf"(?:{_ENGLISH_PUBLISHER.pattern} )?(?:Staff|Senior|Special|Chief) (?:[Rr]eporter|[Ww]riter|[Cc]orrespondent)s?"
)
# [霁川新闻网](http://…), 霁川新闻网（http://…）
_LINK = re.compile(r"\[([^\[\]]{1,80})\]\(https?://[^()\s]{1,300}\)|[（(]?\s?https?://[\w./?=&%#:~+-]{1,300}\s?[)）]?")
_TIME_WITHOUT_YEAR = re.compile(
    r"(?<![\d-])(?:(?:\d{8}|(?:\d{2}[-/.])?\d{1,2}[-/.月]\d{1,2}日?)\s{1,4})?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?$"
)
_PAGE_OF_PAPER = re.compile(r"[（(]\s{0,2}第?\s?[A-Z]?\d{1,3}\s?版\s{0,2}[)）]")
# 来自：霁川新闻网 is the source; 来自：霁川县 says where somebody is from.
_FROM = re.compile(r"(?<![^\s|｜（(【])[来來]自\s{0,2}[:：]\s{0,2}(?=《?([^\s《》|｜/／；;，,、（()）:：]{2,40}))")
_LONGEST_NAME = 30  # characters of a name without a label


class Provenance(NamedTuple):
    """Facts in one line about an article: PAGE_… → text, credits, and words that are not certainly either."""

    facts: dict[str, str]
    credits: list[CreditLine]
    unsure: tuple[str, ...] = ()
    labelled: bool = True  # it has at least one label, other than a role


def parse_provenance_line(line: str) -> Provenance | None:
    """Return what a line of labelled fields, or a date with names next to it, says; None for any other line."""
    if len(line) > MAX_HEADER_LENGTH:
        return None
    if bracketed := _IN_BRACKETS.fullmatch(line):
        line = bracketed[1]
    line = _FROM.sub(_source_label, _WECHAT_ORIGIN.sub(r"来源：\1 作者：\2", line))
    if staff := _STAFF.fullmatch(line):
        return Provenance({PAGE_SOURCE: staff[1]} if staff[1] else {}, [])
    line = _ENGLISH_TIME.sub(r"\1: ", _LINK.sub(r"\1", line)) if line.isascii() or "://" in line else line
    line = _BUTTONS_AT_END.sub("", _BETWEEN_FIELDS.sub("", line))
    line = _SPACED_LABEL.sub(lambda match: "".join(match[0].split()), line)
    line = _BAR_AFTER_LABEL.sub(r"\1：", with_colons(_BRACKETED_LABEL.sub(r" \1：", with_tabs_as_colons(line))))
    if _WECHAT_HEAD.match(line) and (found := find_page_time(line)):
        line = f"原创 {line[: found[1]].removeprefix('原创')}"  # what follows is where it was sent from
    parts = _labelled_parts(line)
    return _parse_fields(parts) or _parse_fields(parts, unknown_labels=True)


def _source_label(match: re.Match[str]) -> str:
    return "来源：" if is_publisher(match[1]) and match[1][-1] not in "省市州区县乡镇村" else match[0]


def is_publisher(name: str) -> bool:
    """Return True if the name can only be that of a publisher or an office: 霁川新闻网, 霁川县人民政府."""
    return bool(is_medium(name) or ORGANISATION.fullmatch(name))


def is_medium(name: str) -> bool:
    """Return True if the name can only be that of a newspaper, a site or a channel: 霁川新闻网, Jichuan News."""
    return bool(_PUBLISHER.fullmatch(simplified_text(name)) or _ENGLISH_PUBLISHER.fullmatch(name))


def _labelled_parts(line: str) -> list[LabelledPart]:
    """Return the parts of a line, where bars part it; slashes do only without a label of the source."""
    parts = [LabelledPart.read(text) for text in _BAR.split(line)]
    if not _SLASH.search(line) or _name_a_source(parts):
        return parts
    return [LabelledPart.read(text) for part in parts for text in _SLASH.split(part.text)]


def _name_a_source(parts: Sequence[LabelledPart]) -> bool:
    return any(LABELS.get(label.known) == PAGE_SOURCE for part in parts for label in part.labels)


def _parse_fields(parts: Sequence[LabelledPart], *, unknown_labels: bool = False) -> Provenance | None:
    """Parse a line part by part; with `unknown_labels`, fields with other labels are skipped.

    They are skipped only on a line with a time and another label that is known.
    """
    facts: dict[str, str] = {}
    credits: list[CreditLine] = []
    words: list[str] = []
    labels: list[str] = []
    for part in parts:
        before, fields = part.fields(unknown_labels=unknown_labels)
        before = _take_date(before, facts)
        if fields and _name_a_source(parts) and _TIME_WITHOUT_YEAR.fullmatch(before):
            facts.setdefault(PAGE_PUBLISHED, before)
            before = ""
        words += [english[1]] if (english := _ENGLISH_PUBLISHER.fullmatch(before)) else before.split()
        labels += [label for label, _unit, _value in fields]
        if not _read_fields(fields, facts, credits, words):
            return None
    known = [label for label in labels if label in LABELS]
    if unknown_labels and (len(known) < 2 or not {PAGE_PUBLISHED, PAGE_UPDATED} & facts.keys()):
        return None
    if words and not (PAGE_PUBLISHED in facts or (len(parts) > 1 and known)):
        return None
    if not (facts or credits or labels) or _is_of_the_text(labels, facts):
        return None
    unsure = _read_names(words, facts, credits)
    if unsure is None or (words and not labels and not _is_firm(facts, unsure)):
        return None
    return Provenance(facts, credits, tuple(unsure), labelled=bool(known))


def _is_firm(facts: dict[str, str], unsure: Sequence[str]) -> bool:
    """Return True unless a date and a name may just as well be a title or a signature: 2024年3月25日 霁川县政府."""
    return bool(FIRM_TIME.search(facts[PAGE_PUBLISHED])) or (not unsure and is_medium(facts.get(PAGE_SOURCE, "")))


def _is_of_the_text(labels: Sequence[str], facts: dict[str, str]) -> bool:
    """Return True for 时间：下周三上午 in a notice: it is the time of a meeting, not of publication."""
    if len(labels) != 1 or labels[0] not in COMMON_WORDS:
        return False
    time = facts.get(PAGE_PUBLISHED, "")
    return parse_page_time(time) is None or "午" in time


def _read_fields(
    fields: Sequence[tuple[str, str, str]], facts: dict[str, str], credits: list[CreditLine], words: list[str]
) -> bool:
    """Add what the fields say; returns False if one of them is a sentence, so that the line is text."""
    certain = bool(facts) or any(label in LABELS for label, _unit, _value in fields)
    for label, unit, value in fields:
        if _SENTENCE.search(value):
            return False
        if label in ROLES:
            people = _field_credits(label, unit, _take_date(value, facts), free=certain or label in FREE_ROLES)
            if people is None:
                return False
            if people and is_medium(people[-1][1]):  # By Global Times; 图：林晓舟 霁川日报
                facts.setdefault(PAGE_SOURCE, people.pop()[1])
            credits += people
        elif LABELS.get(label) == PAGE_SOURCE:
            value = _take_date(value, facts)
            if PAGE_PUBLISHED not in facts and (loose := _TIME_WITHOUT_YEAR.search(value)):
                facts[PAGE_PUBLISHED], value = loose[0], value[: loose.start()].strip(VALUE_ENDS)
            if re.search("[:：]", value):
                return False
            source, people = _split_source(value)
            credits += people
            if source:
                facts.setdefault(PAGE_SOURCE, source)
        elif value and LABELS.get(label, IGNORED) != IGNORED:
            _read_time(LABELS[label], value, facts, words)
    return True


def _read_time(fact: str, value: str, facts: dict[str, str], words: list[str]) -> None:
    """Add the time; what follows it (时间：2024-03-25 17:03 霁川新闻网) are words without a label."""
    found: dict[str, str] = {}
    rest = _take_date(value, found)
    facts.setdefault(fact, found.get(PAGE_PUBLISHED, value))
    if found:
        words += rest.split()


def _take_date(text: str, facts: dict[str, str]) -> str:
    """Return the text without the date in it, which becomes the time of publication unless there is one already."""
    found = find_page_time(text)
    if found is None:
        return text
    start, end = found
    facts.setdefault(PAGE_PUBLISHED, text[start:end].strip())
    return _DAY_BESIDE_DATE.sub("", f"{text[:start]} {text[end:]}").strip(VALUE_ENDS)


def _split_source(value: str) -> tuple[str, list[CreditLine]]:
    """Return the source, and the credits that follow it without a label: 霁川新闻网 记者 方知远."""
    value = re.sub("^《([^《》]{2,20})》$", r"\1", _PAGE_OF_PAPER.sub("", value).strip())
    words = value.split()
    for place in range(1, len(words)):
        if role_label(words[place]) and (people := credits_in(" ".join(words[place:]))):
            return " ".join(words[:place]), people
    return value, []


def _read_names(words: list[str], facts: dict[str, str], credits: list[CreditLine]) -> list[str] | None:
    """Read the words without labels next to a date: roles with names, a publisher, and in a head of WeChat
    (原创 方知远 霁川发布) the authors before it.

    Returns those that may be either; None if they are not names, so the line is text.
    """
    wechat = "原创" in words
    names = [word for word in words if not _WECHAT_WORDS.fullmatch(word)]
    if sum(map(len, names)) > 2 * _LONGEST_NAME or any(_SENTENCE.search(word) for word in names):
        return None
    if len(names) > 1 and PAGE_SOURCE not in facts and is_medium(names[-1]):
        facts[PAGE_SOURCE] = names.pop()
    role = next(
        (place for place, word in enumerate(names) if role_label(word.rstrip(":：")) or credits_in(word)), len(names)
    )
    if role < len(names):
        people = credits_in(" ".join(names[role:]))
        if people is None:
            return None
        credits += people
    names = names[:role]
    if len(names) == 1 and names[0].endswith(("）", ")")) and (people := credits_in(names[0], ROLES["作者"])):
        credits += people  # 方知远（霁川日报）
        return []
    if not names or len(names) > 4:
        return None if names else []
    if PAGE_SOURCE not in facts:
        has_clock = HAS_CLOCK.search(facts.get(PAGE_PUBLISHED, ""))
        certain = [name for name in names if is_medium(name) or (has_clock and is_publisher(name))]
        if certain or wechat:
            facts[PAGE_SOURCE] = names[-1] if wechat else certain[-1]
            names.remove(facts[PAGE_SOURCE])
    names = [name for name in names if not wechat or name != facts.get(PAGE_SOURCE)]
    if wechat and all(NAME.fullmatch(name) for name in names):
        credits += [(ROLES["作者"], name, "") for name in names]
        return []
    if any(len(name) > _LONGEST_NAME or re.search("[,，、:：“”]", name) for name in names):
        return None
    return names


def _field_credits(label: str, unit: str, value: str, *, free: bool) -> list[CreditLine] | None:
    """Return the credits of one field; with `free`, a value that is not a list of names is taken as one name."""
    credits = credits_in(value, ROLES[label], unit)
    if credits is None and free and len(value) <= 40 and not re.search("[:：，]", value):
        return [(ROLES[label], value, unit)]
    return credits
