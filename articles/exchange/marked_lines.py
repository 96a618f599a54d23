"""Lines of a head that say themselves what they are: 标题：…, 【副题】…, 首页 > 要闻 > 正文, 第03版：要闻."""

import re
from collections.abc import Sequence

from ..bylines import ORGANISATION, parse_byline
from .decoding import BLANKS
from .provenance import MAX_HEADER_LENGTH

MAX_HEADER_LINES = 12  # no real page has more lines above its text; more would only take time

HEADING_FIELDS = {
    "栏目": "section",
    "引题": "kicker",
    "肩题": "kicker",
    "眉题": "kicker",
    "标题": "title",
    "名称": "title",  # typed as 名　　称 above a government's page
    "主标题": "title",
    "题目": "title",
    "副题": "subtitle",
    "副标题": "subtitle",
    "副标": "subtitle",
    "section": "section",
    "title": "title",
    "headline": "title",
}
PAGE_NAMES = {"首页", "网站首页", "主页", "正文", "内容", "详情", "正文内容", "文章正文"}

_WORDS = "|".join(sorted((word for word in HEADING_FIELDS if word[0] > "z"), key=len, reverse=True))
_SPACED_WORDS = _WORDS.replace("标题", r"标\s{0,4}题").replace("名称", r"名\s{1,4}称")
_HEADING = re.compile(rf"({_SPACED_WORDS}|section|title|headline)(?:\s{{0,3}}[:：]\s*|\t+)(.*)", re.IGNORECASE)
_POSITION = re.compile(r"[您你当前现在所的目]{0,8}位置\s{0,3}[:：]")
_NEWSPAPER_PAGE = re.compile(r"第?\s?[A-Z]?\d{1,3}\s?版\s?[:：]?\s{0,4}(\S{0,12})|[A-Z]?\d{2}\s{1,4}(\S{2,6})")
_BRACKETED_HEADING = re.compile(rf"[【\[]({_WORDS})[】\]]\s{{0,2}}(?=[^:：\s])")
# A short line above the title is a section if it is called as sections are.
SECTION_NAME = re.compile(
    r"\S{0,6}(?:新闻|要闻|动态|资讯|快讯|快报|头条|时政|时讯|公告|公示|公开|民生|社会|文化|文旅|旅游|教育|经济|政务|党建|专题|专栏"
    r"|视频|图片|图集|评论|观察|理论|乡镇|部门|基层|综合|国内|国际|本地|便民|生活|健康|法治|体育|财经|三农|农业|副刊|人物|影像"
    r"|播报|速递|聚焦|关注|看点|热点|要情|纵横|天地|园地|之窗|之声)"
)
DOCUMENT_NUMBER = re.compile(r"\S{1,20}[〔（(\[【]\d{4}[〕）)\]】]\s?第?\d{1,5}号")
_CRUMBS = re.compile(r"[>＞»›→/]+")
_CRUMBS_FROM_HOME = re.compile(r"(?:网站)?(?:首页|主页)\s{0,3}([－—–|｜·-])")  # that are ordinary marks elsewhere


def parse_breadcrumb(line: str) -> list[str] | None:
    """Return the names in 首页 > 要闻 > 正文, or in anything after 当前位置：; None for any other line."""
    if len(line) > MAX_HEADER_LENGTH:
        return None
    newspaper = _NEWSPAPER_PAGE.fullmatch(line)
    if newspaper and (newspaper[2] is None or SECTION_NAME.fullmatch(newspaper[2])):
        return [newspaper[1] or newspaper[2] or ""]
    position = _POSITION.match(line)
    path = line[position.end() if position else 0 :].strip(BLANKS)
    from_home = _CRUMBS_FROM_HOME.match(path)
    names = [name.strip(BLANKS) for name in (path.split(from_home[1]) if from_home else _CRUMBS.split(path))]
    known = len(names) > 1 and not PAGE_NAMES.isdisjoint((names[0], names[-1]))
    return names if position or known else None


def marked_heading(line: str) -> re.Match[str] | None:
    """Return the label and the value of 标题：… or 【标题】…, or None."""
    return _HEADING.fullmatch(_BRACKETED_HEADING.sub(r"\1：", line))


def heading_field(label: str) -> str:
    """Return the field of an article that a label of `marked_heading` names."""
    return HEADING_FIELDS["".join(label.split()).lower()]


def is_marked_line(line: str) -> bool:
    """Return True for a line with a label."""
    return bool(marked_heading(line)) or parse_breadcrumb(line) is not None


def is_letterhead(lines: Sequence[str]) -> bool:
    """Return True if the lines begin with the red head of an office: 霁川县人民政府文件, 霁政发〔2024〕1号."""
    if len(lines) < 4 or not lines[0].endswith("文件") or not DOCUMENT_NUMBER.fullmatch(lines[1]):
        return False
    offices = lines[0].removesuffix("文件").split()
    are_offices = offices and all(ORGANISATION.fullmatch(name) or name.endswith("大学") for name in offices)
    return bool(are_offices) and not reads_as_body(lines[2])


def title_end(lines: Sequence[str]) -> int:
    """Return the end of the heading on a page without provenance: after its marked lines, or after the first line."""
    marked = [i for i, line in enumerate(lines[:MAX_HEADER_LINES]) if is_marked_line(line)]
    end = marked[-1] + 1 if marked else 0
    if not any((match := marked_heading(line)) and heading_field(match[1]) == "title" for line in lines[:end]):
        end += 2 if not end and _is_above_title(lines[:3]) else 1
    while end < len(lines) and lines[end].startswith("——"):
        end += 1
    return end


def _is_above_title(lines: Sequence[str]) -> bool:
    """Return True if line 1 of 3 looks like a section and line 2 like the title: it is longer, and line 3 is text."""
    if len(lines) < 3 or not SECTION_NAME.fullmatch(lines[0]):
        return False
    section, title, text = lines
    is_title = not (reads_as_body(title) or parse_byline(title) is not None)
    return is_title and len(title) > len(section) and reads_as_body(text)


def reads_as_body(line: str) -> bool:
    """Return True for a line that is not a heading: long, or ending like a sentence."""
    return len(line) > 120 or line.endswith(("。", "。”", "；", "：", ":"))
