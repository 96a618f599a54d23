"""The labels of a printed page, in simplified characters and small letters, with the facts that they name.

Also: the labels in a line, with their values.
"""

import re
from itertools import zip_longest
from typing import NamedTuple

from ..bylines import role_label
from ..search.folding import simplified_text
from .decoding import BLANKS

PAGE_SOURCE, PAGE_PUBLISHED, PAGE_UPDATED, IGNORED = "source", "published", "updated", "ignored"
LABELS = (
    dict.fromkeys(
        ("来源", "信息来源", "稿源", "稿件来源", "文章来源", "新闻来源", "来源部门", "来源单位", "本文来源"),
        PAGE_SOURCE,
    )
    | dict.fromkeys(
        ("发布机构", "发布单位", "发布部门", "发文机关", "发文单位", "信息提供", "公开机构", "source"), PAGE_SOURCE
    )
    | dict.fromkeys(
        ("发布时间", "发布日期", "发表时间", "发稿时间", "时间", "日期", "published", "posted", "date"), PAGE_PUBLISHED
    )
    | dict.fromkeys(("公开日期", "公布日期", "发文日期", "刊发时间", "上传时间"), PAGE_PUBLISHED)
    | dict.fromkeys(("更新时间", "更新日期", "修改时间", "最新更新", "最后更新", "updated", "modified"), PAGE_UPDATED)
    | dict.fromkeys(("浏览", "浏览次数", "浏览量", "点击", "点击数", "点击量", "点击次数", "人气", "views"), IGNORED)
    | dict.fromkeys(("阅读", "阅读数", "阅读量", "阅读次数", "访问量", "访问次数"), IGNORED)
    | dict.fromkeys(("字号", "字体", "字数", "分享", "分享到"), IGNORED)
    | dict.fromkeys(("发布者", "发布人", "录入", "录入者", "录入员", "上传者", "信息员"), IGNORED)
    | dict.fromkeys(("索引号", "主题分类", "信息分类", "体裁分类", "文号", "发文字号", "主题词", "关键词"), IGNORED)
    | dict.fromkeys(
        ("公开方式", "公开范围", "有效性", "成文日期", "生成日期", "信息类别", "语种", "分类", "时效性"), IGNORED
    )
    | dict.fromkeys(
        ("组配分类", "公文种类", "内容概述", "信息名称", "文件编号", "统一编号", "公开类别", "版次", "版名"), IGNORED
    )
)

_CANDIDATE = re.compile(r"(文[/／]图|图[/／]文|[^\s:：|｜/／【】\[\]；;，,、。]{1,24})\s{0,2}[:：]")
# 霁川新闻网编辑：, where a page lost its blanks; 美术编辑 and 霁川日报记者 are labels.
_LONG_LABELS = "|".join(word for word in LABELS if len(word) > 3 and not word.isascii())
_GLUED_LABEL = re.compile(rf"\S{{3,20}}?({_LONG_LABELS}|来源|责任编辑|责编|编辑|作者|校对|审核)")
_DIGITS_BEFORE = re.compile(r"^\d[\d年月日时分秒.-]*")
UNKNOWN_LABEL = re.compile(r"[\u4e00-\u9fff]{2,8}")
VALUE_ENDS = BLANKS + "|｜/／；;，,、【】[]·"


class Label(NamedTuple):
    """A word before a colon: where it and its value begin, its key in LABELS or ROLES, '' for others, and its unit."""

    start: int
    end: int
    known: str
    unit: str


class LabelledPart(NamedTuple):
    """A line, or a part of it, with its labels."""

    text: str
    labels: list[Label]

    @classmethod
    def read(cls, text: str) -> "LabelledPart":
        """Find the labels of the text."""
        found = []
        for match in _CANDIDATE.finditer(text):
            word = _DIGITS_BEFORE.sub("", match[1])
            known = simplified_text(word).lower()
            label = (known, "") if known in LABELS else role_label(word)
            if label is None and (glued := _GLUED_LABEL.fullmatch(word)):
                word = known = glued[1]
                label = (known, "") if known in LABELS else role_label(word)
            if label or UNKNOWN_LABEL.fullmatch(word):
                found.append(Label(match.end(1) - len(word), match.end(), *(label or ("", ""))))
        return cls(text, found)

    def fields(self, *, unknown_labels: bool) -> tuple[str, list[tuple[str, str, str]]]:
        """Return the text before the first label, then label, unit and value of each field up to the next label."""
        found = [label for label in self.labels if label.known or unknown_labels]
        starts = [label.start for label in found] + [len(self.text)]
        fields = [
            (label.known, label.unit, self.text[label.end : stop].strip(VALUE_ENDS))
            for label, stop in zip(found, starts[1:], strict=True)
        ]
        return self.text[: starts[0]].strip(VALUE_ENDS), fields


def with_tabs_as_colons(line: str) -> str:
    """Return a row of a table with labels and values in turn as labelled fields."""
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    labels = ["".join(cell.split()).rstrip(":：") for cell in cells[::2]]
    if len(cells) < 2 or LABELS.keys().isdisjoint(labels) or not all(map(UNKNOWN_LABEL.fullmatch, labels)):
        return line
    return " ".join(f"{label}：{value}" for label, value in zip_longest(labels, cells[1::2], fillvalue=""))
