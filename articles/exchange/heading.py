"""The head of a printed page: section, kicker, title and subtitle, and the provenance around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..bylines import CreditLine, credits_in, parse_byline
from ..bylines.roles import ROLES
from ..models import Article
from ..refusals import Problem
from .decoding import UnreadablePage
from .marked_lines import PAGE_NAMES, SECTION_NAME, heading_field, is_marked_line, marked_heading, parse_breadcrumb
from .page_time import HAS_CLOCK
from .provenance import (
    COMMON_TIMES,
    PAGE_PUBLISHED,
    PAGE_SOURCE,
    is_medium,
    is_publisher,
    parse_provenance_line,
)

MAX_HEADER_LINES = 12  # no real page has more lines above its text; more would only take time

_SECTION = re.compile(r"[^\s，。！？；：、,.!?;:…“”《》]{2,12}")
_COLUMN = re.compile(r"[【\[]([^【】\[\]]{2,20})[】\]]")  # a separate line above the title: 【新春走基层】
_DOCUMENT_NUMBER = re.compile(r"\S{1,20}[〔（(\[【]\d{4}[〕）)\]】]\s?第?\d{1,5}号")
# Where WeChat says that an article was sent from.
_PLACE = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)

HAS_NO_TITLE = Problem("exchange.no_title", _("it has no title: put it on a separate line above source and time."))
HEADING_IS_TOO_LONG = Problem(
    "exchange.heading_too_long",
    _("its %(name)s “%(start)s…” is longer than %(most)d characters: shorten it, or put the text below it."),
)
TITLE_OF_LINES = Problem(
    "exchange.title_of_lines",
    _("“%(line)s” was taken as the first line of the title; if it is the section, write 栏目： before it."),
)
NEITHER_NAME = Problem(
    "exchange.neither_name",
    _("“%(words)s”, next to the time, may be a source or a person: it was left out."),
)


@dataclass
class Head:
    """The lines of the heading, where the text below it begins, and what the page says about the article."""

    heading: list[str] = field(default_factory=list)
    end: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    credits: list[CreditLine] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)  # of documents, below the title: they belong to the text

    def learns(self, line: str) -> bool:
        """Add what a line of provenance says; False if it is not one, or repeats what is known.

        A second 时间：… belongs to the text, as in the notice of a meeting.
        """
        found = parse_provenance_line(line)
        known = self.facts.keys() & found.facts.keys() if found else set()
        # The account that reprints, next to the time, does not replace the source: 以下文章来源于…
        reprinted = (
            known == {PAGE_SOURCE} and found is not None and PAGE_PUBLISHED in found.facts and not found.labelled
        )
        if found is None or (known and not reprinted):
            return False
        self.facts = found.facts | self.facts
        self.credits += found.credits
        self.unsure += found.unsure
        return True

    def says(self, line: str) -> bool:
        """Return True for a line of provenance that is already known or is new."""
        found = parse_provenance_line(line)
        return found is not None and (found.facts.items() <= self.facts.items() or self.learns(line))

    def learns_from_foot(self, line: str) -> bool:
        """As `learns`, of a line below the text: 时间：… there is the text's own.

        Without a label, as in a signature (霁川日报 2024-03-25), it is learnt, but stays in the text: returns False.
        """
        found = parse_provenance_line(line)
        if found is None or found.unsure or COMMON_TIMES.match(line):
            return False
        if found.facts.keys() == {PAGE_PUBLISHED} and HAS_CLOCK.search(line):
            return self.learns(line)
        if not found.labelled and not {PAGE_SOURCE, PAGE_PUBLISHED} <= found.facts.keys():
            return False
        return self.learns(line) and found.labelled


def find_head(lines: Sequence[str], known_sections: Sequence[str] = ()) -> Head:
    """Return the head of a page, whose lines are not empty; without any provenance it ends below the title."""
    start = next((i for i, line in enumerate(lines[:MAX_HEADER_LINES]) if _is_provenance(line, i)), None)
    if start is None or any(reads_as_body(line) for line in lines[:start]):
        end = _title_end(lines)
        return Head(list(lines[:end]), end)
    head = Head(list(lines[:start]), start)
    _read_bylines_above(head)
    _read_source_above(head, lines)
    _read_provenance(head, lines)
    _read_source_below(head, lines)
    while len(head.heading) > 1 and _DOCUMENT_NUMBER.fullmatch(head.heading[-1]):
        head.numbers.insert(0, head.heading.pop())
    below = [i for i, line in enumerate(lines[head.end : head.end + 4]) if is_marked_line(line)]
    if below or not any(_is_title(line) for line in head.heading):
        _read_title_below(head, lines)
    return head


def _is_title(line: str) -> bool:
    marked = marked_heading(line)
    return heading_field(marked[1]) == "title" if marked else parse_breadcrumb(line) is None


def _read_bylines_above(head: Head) -> None:
    """Read the bylines between the title and the time: 本报记者 方知远, ◎方知远 林晓舟."""
    for place in (-1, -1, -1, 0):  # there are seldom more, and seldom one above the title
        line = head.heading[place] if len(head.heading) > 1 else ""
        people = parse_byline(line) or (credits_in(line[1:].strip(), ROLES["作者"]) if line[:1] in ("□", "◎") else None)
        if people:
            head.credits[:0] = people
            del head.heading[place]


def _read_source_above(head: Head, lines: Sequence[str]) -> None:
    """Read a source, or a head of WeChat, on the line above that of the time: 霁川新闻网, 原创 方知远 霁川发布."""
    above = head.heading[-1] if len(head.heading) > 1 else ""
    if not (is_medium(above) or above.startswith("原创 ")) or PAGE_SOURCE in _provenance_of(lines[head.end]):
        return
    if head.learns(f"{above} {lines[head.end]}"):
        head.heading.pop()
        head.end += 1


def _provenance_of(line: str) -> dict[str, str]:
    found = parse_provenance_line(line)
    return found.facts if found else {}


def _read_source_below(head: Head, lines: Sequence[str]) -> None:
    """Read a source on the line below that of the time, and pass over the place of a head of WeChat."""
    if PAGE_SOURCE not in head.facts and head.end < len(lines) - 1 and is_medium(lines[head.end]):
        head.facts[PAGE_SOURCE] = lines[head.end]
        head.end += 1
        _read_provenance(head, lines)
    if PAGE_SOURCE in head.facts and head.end < len(lines) - 1 and _PLACE.fullmatch(lines[head.end]):
        head.end += 1


def _is_provenance(line: str, place: int) -> bool:
    """Return True for a line of provenance; without a label the first one is a title: 2024年3月25日天气预报,
    摄影：霁川.
    """
    found = parse_provenance_line(line)
    return found is not None and (found.labelled or place > 0 or not (found.credits or found.facts.get(PAGE_SOURCE)))


def _read_provenance(head: Head, lines: Sequence[str]) -> None:
    for line in lines[head.end : head.end + MAX_HEADER_LINES]:
        if not head.learns(line):
            return
        head.end += 1


def _read_title_below(head: Head, lines: Sequence[str]) -> None:
    """Read a heading below the provenance: on newspaper pages, and below the table of a government's page."""
    rest = lines[head.end :]
    title_end = _title_end(rest)
    if title_end >= len(rest) or reads_as_body(rest[title_end - 1]):
        return
    if head.heading and PAGE_SOURCE not in head.facts and is_publisher(head.heading[0]):
        head.facts[PAGE_SOURCE] = head.heading[0]
    head.heading = [line for line in head.heading if parse_breadcrumb(line)] + list(rest[:title_end])
    head.end += title_end
    _read_provenance(head, lines)


def parse_heading(lines: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """Return section, kicker, title and subtitle of the heading's lines, and doubts; a title may have several lines.

    Raises UnreadablePage.
    """
    heading = {"section": "", "kicker": "", "title": "", "subtitle": ""}
    above: list[str] = []
    plain: list[str] = []
    crumbs: list[str] = []
    for line in lines:
        if marked := marked_heading(line):
            heading[heading_field(marked[1])] = marked[2]
        elif (names := parse_breadcrumb(line)) is not None:
            crumbs, above, plain = names, above + plain, []
        elif line.startswith(("——", "--")) and (plain or heading["title"]):
            heading["subtitle"] = line
        else:
            plain.append(line)
    if not above and plain and SECTION_NAME.fullmatch(plain[0]) and (len(plain) > 1 or heading["title"]):
        above = [plain.pop(0)]
    if len(plain) > 1 and not heading["kicker"] and (column := _COLUMN.fullmatch(plain[0])):
        heading["kicker"] = column[1]
        del plain[0]
    doubts = [TITLE_OF_LINES.filled(line=plain[0])] if len(plain) > 1 and _SECTION.fullmatch(plain[0]) else []
    heading["title"] = heading["title"] or " ".join(plain)
    if not heading["title"]:
        raise UnreadablePage(HAS_NO_TITLE)
    crumbs = [name for name in crumbs if name not in PAGE_NAMES and name != heading["title"] and 0 < len(name) <= 40]
    named = [line for line in above if _SECTION.fullmatch(line)]
    heading["section"] = heading["section"] or ["", *(crumbs or named)][-1]
    _refuse_long_heading(heading)
    return heading, doubts


def _refuse_long_heading(heading: dict[str, str]) -> None:
    for name in ("kicker", "title", "subtitle"):
        field: Any = Article._meta.get_field(name)
        if len(heading[name]) > field.max_length:
            raise UnreadablePage(
                HEADING_IS_TOO_LONG.filled(name=field.verbose_name, start=heading[name][:20], most=field.max_length)
            )


def _title_end(lines: Sequence[str]) -> int:
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
