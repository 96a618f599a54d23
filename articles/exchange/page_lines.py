"""The lines of a printed page, before anything is read in them: marks of Markdown, rules, mastheads of newspapers."""

import re

from .decoding import BLANKS
from .provenance import parse_provenance_line
from .wrapping import PageLine

_INDENTS = ("\t", "\u3000", "\u2003", "  ", "\u00a0\u00a0")
_RULE = re.compile(r"[-=_]{3,}|[▼▲▽△↓◆◇●★☆■□\s]{1,20}|[-=\s]{0,20}END[-=\s]{0,20}", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s{1,3}(?=\S)")
# 霁川日报 2024年3月25日 第03版 要闻; 霁川日报/2024年/3月/25日/第003版
_MASTHEAD = re.compile(r"(.{4,40}?)[\s/|｜]{1,6}(第\s?[A-Z]?\d{1,3}\s?版|[A-Z]?\d{2}\s?版)[:：\s/]{0,4}(\S{0,12})")
# 《霁川日报》（2024年03月25日 第 02 版）, below the title
_PAPER = re.compile(
    r"《\s?([^《》]{2,20}?)\s?》\s?[（(]\s?([\d年月日./-]{8,11})\s{0,3}第?\s?[A-Z]?\d{1,3}\s?版[^（()）]{0,12}[)）]"
)
_SLASHED_DATE = re.compile(r"(\d{4}年)/(\d{1,2}月)/(\d{1,2}日)")
_MASTHEAD_LINES = 4  # at the top of a page, which may contain it


def page_lines(whole: str) -> list[PageLine]:
    """Return the lines that are not empty; in a masthead the page number comes first, then newspaper and date."""
    lines: list[PageLine] = []
    after_blank = False
    is_markdown = bool(_MARKDOWN_HEADING.match(whole.lstrip(BLANKS + "-")))
    for line in whole.split("\n"):
        text = line.strip(BLANKS)
        if _RULE.fullmatch(text):
            text = ""
        if is_markdown:
            text = _MARKDOWN_HEADING.sub("", text)
        if text:
            indented = line.startswith(_INDENTS)
            parts = _masthead_parts(text) if len(lines) < _MASTHEAD_LINES else [text]
            lines += [PageLine(part, indented, after_blank) for part in parts]
        after_blank = not text
    return lines


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
