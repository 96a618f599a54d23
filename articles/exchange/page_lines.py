"""The lines of a printed page, before anything is read in them: marks of Markdown, rules, mastheads of newspapers."""

import re

from .decoding import BLANKS
from .marked_lines import SECTION_NAME, reads_as_body
from .page_time import HAS_CLOCK
from .provenance import PAGE_PUBLISHED, PROVINCES, is_medium, parse_provenance_line
from .wrapping import PageLine

_INDENTS = ("\t", "\u3000", "\u2003", "  ", "\u00a0\u00a0")
_RULE = re.compile(r"[-=_]{3,}|[▼▲▽△↓◆◇●★☆■□\s]{1,20}|[-=—\s]{0,20}END[-=—\s]{0,20}", re.IGNORECASE)
# The buttons of a newspaper's page, above and below its text: 上一版 下一版 返回目录 放大 缩小
PAGE_BUTTONS = (
    r"(?=.{0,80}(?:[上下]一[版篇期]|返回目录|标题导航|版面导航))"
    r"(?:[\s|｜<>《》«»]{0,8}(?:[上下]一[版篇期]|返回目录|标题导航|版面导航|放大|缩小|默认)[\s|｜<>《》«»+-]{0,8}){2,9}"
)
_PAGE_BUTTONS = re.compile(PAGE_BUTTONS)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s{1,3}(?=\S)")
# 霁川日报 2024年3月25日 第03版 要闻; 霁川日报/2024年/3月/25日/第003版
_MASTHEAD = re.compile(r"([^:：]{4,40}?)[\s/|｜]{1,6}(第\s?[A-Z]?\d{1,3}\s?版|[A-Z]?\d{2}\s?版)[:：\s/]{0,4}(\S{0,12})")
# 《霁川日报》（2024年03月25日 第 02 版）, below the title
_PAPER = re.compile(
    r"《\s?([^《》]{2,20}?)\s?》\s?[（(]?\s?([\d年月日./-]{8,11}?)\s{0,3}第?\s?[A-Z]?\d{1,3}\s?版[^（()）]{0,12}[)）]?"
)
_PAGE_NUMBER = re.compile(r"[A-Z]?\d{1,2}")
_SLASHED_DATE = re.compile(r"(\d{4}年)/(\d{1,2}月)/(\d{1,2}日)")
_MASTHEAD_LINES = 4  # at the top of a page, which may contain it
# What editors put above a text in WeChat: 点击上方蓝字，关注我们. 点亮蓝色梦想 is a title.
_FOLLOW_US = re.compile(
    r"[↑↓▲▼\s]{0,4}点(?:[击选][^，。！？]{0,6})?(?:蓝色?字体?|蓝色(?=\s?(?:关注|订阅)))[\s，,！!↑↓▲▼]{0,4}"
    r"(?:(?:一键|快速|免费|欢迎|即可|可以|马上|轻松)?(?:关注|订阅)[^，。！？]{0,12}[！!]?)?"
)
# What WeChat puts round the head of an article.
_ACCOUNT = re.compile(r"微信号\s{0,2}[:：]?\s{0,2}[A-Za-z][A-Za-z\d_-]{3,29}")
_ABOUT_ACCOUNT = re.compile(r"功能介绍\s{0,2}[:：]?\s.{0,80}")
_NOVEL_READER = re.compile(r"在小说阅读器(?:读本章|中沉浸阅读)")
_PLACE_OR_LISTENERS = re.compile(rf"{PROVINCES}|\d{{1,7}}人")  # which are read with the head
_NOTE_LINES = 12


def page_lines(whole: str) -> list[PageLine]:
    """Return the lines that are not empty; in a masthead the page number comes first, then newspaper and date."""
    lines: list[PageLine] = []
    after_blank = False
    is_markdown = bool(_MARKDOWN_HEADING.match(whole.lstrip(BLANKS + "-")))
    for line in whole.split("\n"):
        text = line.strip(BLANKS)
        if _RULE.fullmatch(text) or (len(lines) < _MASTHEAD_LINES and _PAGE_BUTTONS.fullmatch(text)):
            text = ""
        if is_markdown:
            text = _MARKDOWN_HEADING.sub("", text)
        if text:
            indented = line.startswith(_INDENTS)
            parts = _masthead_parts(text) if len(lines) < _MASTHEAD_LINES else [text]
            lines += [PageLine(part, indented, after_blank) for part in parts]
        after_blank = not text
    lines = _without_wechat_notes(lines)
    if len(lines) > 2 and _PAGE_NUMBER.fullmatch(lines[0].text) and SECTION_NAME.fullmatch(lines[1].text):
        lines[:2] = [PageLine(f"第{lines[0].text}版：{lines[1].text}", False, False)]
    return lines


def _without_wechat_notes(lines: list[PageLine]) -> list[PageLine]:
    """Return the lines without what WeChat and its editors put round a head; the first line may be the title."""
    texts = [line.text for line in lines[: _NOTE_LINES + 1]]
    notes = {
        place
        for place, text in enumerate(texts[:_NOTE_LINES])
        if _FOLLOW_US.fullmatch(text) and (place or _can_be_title(texts[1:2]))
    }
    for head in [place for place, text in enumerate(texts) if _is_wechat_head(text)]:
        for step in (-1, 1):
            place = head + step
            while 0 < place < len(texts) and (
                (is_note := _is_note(texts, place))
                or is_medium(texts[place])
                or _PLACE_OR_LISTENERS.fullmatch(texts[place])
            ):
                notes |= {place} if is_note else set()
                place += step
    return [
        line._replace(after_blank=line.after_blank or place - 1 in notes)
        for place, line in enumerate(lines)
        if place not in notes
    ]


def _can_be_title(lines: list[str]) -> bool:
    return bool(lines) and not (reads_as_body(lines[0]) or is_medium(lines[0]) or parse_provenance_line(lines[0]))


def _is_wechat_head(text: str) -> bool:
    """Return True for 原创 …, and for a time of day without labels: 霁川发布 2024年3月25日 17:03."""
    if text == "原创" or text.startswith("原创 "):
        return True
    found = parse_provenance_line(text)
    return found is not None and not found.labelled and bool(HAS_CLOCK.search(found.facts.get(PAGE_PUBLISHED, "")))


def _is_note(texts: list[str], place: int) -> bool:
    """Return True for a line of WeChat, next to its head; what may be a heading needs its like beside it."""
    text = texts[place]
    if text == "去阅读":
        return any(_NOVEL_READER.fullmatch(beside) for beside in texts[place - 1 : place + 2])
    if _ABOUT_ACCOUNT.fullmatch(text):
        return bool(_ACCOUNT.fullmatch(texts[place - 1]))
    return text == "听全文" or any(form.fullmatch(text) for form in (_FOLLOW_US, _ACCOUNT, _NOVEL_READER))


def _masthead_parts(text: str) -> list[str]:
    if below := _PAPER.fullmatch(text):
        return [f"来源：{below[1]} 时间：{below[2]}"]
    found = _MASTHEAD.fullmatch(_SLASHED_DATE.sub(r"\1\2\3", text))
    if not found:
        return [text]
    paper = found[1].replace("/", " ").strip(BLANKS)
    is_dated = parse_provenance_line(paper)
    page = f"{found[2]}：{found[3]}" if found[3] else found[2]
    return [page, paper] if is_dated else [text]
