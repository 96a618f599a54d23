"""Lines of a head that say themselves what they are: 标题：…, 【副题】…, 首页 > 要闻 > 正文, 第03版：要闻."""

import re

from .decoding import BLANKS
from .provenance import MAX_HEADER_LENGTH

HEADING_FIELDS = {
    "栏目": "section",
    "引题": "kicker",
    "肩题": "kicker",
    "眉题": "kicker",
    "标题": "title",
    "名称": "title",  # typed as 名　　称 above a government's page
    "主标题": "title",
    "副题": "subtitle",
    "副标题": "subtitle",
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
_CRUMBS = re.compile(r"[>＞»›→/]+")


def parse_breadcrumb(line: str) -> list[str] | None:
    """Return the names in 首页 > 要闻 > 正文, or in anything after 当前位置：; None for any other line."""
    if len(line) > MAX_HEADER_LENGTH:
        return None
    newspaper = _NEWSPAPER_PAGE.fullmatch(line)
    if newspaper and (newspaper[2] is None or SECTION_NAME.fullmatch(newspaper[2])):
        return [newspaper[1] or newspaper[2] or ""]
    position = _POSITION.match(line)
    names = [name.strip(BLANKS) for name in _CRUMBS.split(line[position.end() if position else 0 :])]
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
