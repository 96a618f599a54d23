"""The head of a printed page: section, kicker, title and subtitle, and the provenance around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..bylines import NAME, CreditLine, credits_in, parse_byline
from ..bylines.roles import ROLES
from ..models import Article
from ..refusals import Problem
from .decoding import UnreadablePage
from .marked_lines import (
    DOCUMENT_NUMBER,
    MAX_HEADER_LINES,
    PAGE_NAMES,
    SECTION_NAME,
    heading_field,
    is_letterhead,
    is_marked_line,
    marked_heading,
    parse_breadcrumb,
    reads_as_body,
    title_end,
)
from .page_time import HAS_CLOCK
from .provenance import (
    COMMON_TIMES,
    PAGE_PUBLISHED,
    PAGE_SOURCE,
    PROVINCES,
    is_medium,
    is_publisher,
    parse_provenance_line,
)

_SECTION = re.compile(r"[^\s，。！？；：、,.!?;:…“”《》]{2,12}")
_COLUMN = re.compile(r"[【\[]([^【】\[\]]{2,20})[】\]]")  # a separate line above the title: 【新春走基层】
_MAIN_TITLE = re.compile(r"^主\s?题(?=\s{0,3}[:：])")
_LONGEST_BEFORE_COLON = 20  # characters
_PLACE = re.compile(rf"{PROVINCES}|已?订阅")
_LISTENERS = re.compile(r"\d{1,7}人")  # below the place
_PLACE_AT_END = re.compile(rf"(?:^|\s|发[表布]于)(?:{PROVINCES})$")
_REGION = re.compile(rf"{PROVINCES}|[\u4e00-\u9fff]{{1,8}}(?:省|市|州|自治区|县|区)")
# Below the head of an article of WeChat: where it was sent from, and the collection that it is in.
_BELOW_WECHAT = re.compile(rf"收录于(?:合集|话题).{{0,60}}|发布于\s?[:：]?\s?(?:{PROVINCES})省?")

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
    is_labelled: bool = False  # with 来源： and the like, which a head of WeChat has not

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
        self.is_labelled |= found.labelled
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


def find_head(lines: Sequence[str]) -> Head:
    """Return the head of a page, whose lines are not empty; without any provenance it ends below the title."""
    if not is_letterhead(lines):
        return _find_plain_head(lines)
    head = _find_plain_head(lines[2:])
    head.numbers[:0], head.end = lines[:2], head.end + 2
    return head


def _find_plain_head(lines: Sequence[str]) -> Head:
    lines = _with_main_title(lines)
    start = next((i for i in range(min(MAX_HEADER_LINES, len(lines))) if _is_provenance(lines, i)), None)
    if start is None or any(reads_as_body(line) for line in _heading_above(lines, start)):
        end = title_end(lines)
        return Head(list(lines[:end]), end)
    head = Head(list(lines[:start]), start)
    _read_bylines_above(head)
    _read_source_above(head, lines)
    _read_provenance(head, lines)
    _read_source_below(head, lines)
    while len(head.heading) > 1 and DOCUMENT_NUMBER.fullmatch(head.heading[-1]):
        head.numbers.insert(0, head.heading.pop())
    below = [i for i, line in enumerate(lines[head.end : head.end + 4]) if is_marked_line(line)]
    if below or not any(_is_title(line) for line in head.heading):
        _read_title_below(head, lines)
    return head


def _heading_above(lines: Sequence[str], start: int) -> Sequence[str]:
    """Return the lines above provenance that may be text; a title of two lines may break after a colon."""
    if PAGE_SOURCE not in _provenance_of(lines[start]):
        return lines[:start]
    return [line for line in lines[:start] if len(line) > _LONGEST_BEFORE_COLON or not line.endswith(("：", ":"))]


def _with_main_title(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines with 主标题 for 主题, the word of newspapers, where a kicker or a subtitle is marked as well."""
    marked = [found for line in lines[:MAX_HEADER_LINES] if (found := marked_heading(line))]
    if not any(heading_field(found[1]) in ("kicker", "subtitle") for found in marked):
        return lines
    return [_MAIN_TITLE.sub("主标题", line) for line in lines[:MAX_HEADER_LINES]] + list(lines[MAX_HEADER_LINES:])


def _is_title(line: str) -> bool:
    marked = marked_heading(line)
    return heading_field(marked[1]) == "title" if marked else parse_breadcrumb(line) is None and not is_medium(line)


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
        if len(head.heading) > 1 and head.heading[-1] == head.facts.get(PAGE_SOURCE):
            head.heading.pop()  # the account has written the text itself
        _read_authors_of_wechat(head)


def _read_authors_of_wechat(head: Head) -> None:
    """Read 原创 and the names between it and the account, which WeChat has on lines of their own."""
    place = len(head.heading) - 1 - head.heading[::-1].index("原创") if "原创" in head.heading[1:] else 0
    names = head.heading[place + 1 :]
    if place and all(re.fullmatch(NAME, name) for name in names):
        head.credits += [credit for name in names for credit in credits_in(name, ROLES["作者"]) or ()]
        del head.heading[place:]


def _provenance_of(line: str) -> dict[str, str]:
    found = parse_provenance_line(line)
    return found.facts if found else {}


def _read_source_below(head: Head, lines: Sequence[str]) -> None:
    """Read a source on the line below that of the time, and pass over the place of a head of WeChat."""
    if PAGE_SOURCE not in head.facts and head.end < len(lines) - 1 and is_medium(lines[head.end]):
        head.facts[PAGE_SOURCE] = lines[head.end]
        head.end += 1
        _read_provenance(head, lines)
    while PAGE_SOURCE in head.facts and head.end < len(lines) - 1 and _is_below_wechat(head, lines):
        head.end += 1


def _is_below_wechat(head: Head, lines: Sequence[str]) -> bool:
    """Return True if a head of WeChat goes on: a place alone, among others, is a heading of the text."""
    above, line, *below = lines[head.end - 1 :]
    if _PLACE.fullmatch(line) or (_LISTENERS.fullmatch(line) and _PLACE_AT_END.search(above)):
        is_wechat = not head.is_labelled and HAS_CLOCK.search(head.facts.get(PAGE_PUBLISHED, ""))
        return bool(is_wechat) and not any(_REGION.fullmatch(line) for line in below)
    return bool(_BELOW_WECHAT.fullmatch(line))


def _is_provenance(lines: Sequence[str], place: int) -> bool:
    """Return True for a line of provenance; without a label the first one is a title: 2024年3月25日天气预报,
    摄影：霁川. Above the page of a newspaper it is not.
    """
    found = parse_provenance_line(lines[place])
    if found is None or found.labelled or place > 0 or not (found.credits or found.facts.get(PAGE_SOURCE)):
        return found is not None
    return PAGE_PUBLISHED in found.facts and len(lines) > 1 and parse_breadcrumb(lines[1]) is not None


def _read_provenance(head: Head, lines: Sequence[str]) -> None:
    for line in lines[head.end : head.end + MAX_HEADER_LINES]:
        if not head.learns(line):
            return
        head.end += 1


def _read_title_below(head: Head, lines: Sequence[str]) -> None:
    """Read a heading below the provenance: on newspaper pages, and below the table of a government's page."""
    rest = lines[head.end :]
    end = title_end(rest)
    if end >= len(rest) or reads_as_body(rest[end - 1]):
        return
    if head.heading and PAGE_SOURCE not in head.facts and is_publisher(head.heading[0]):
        head.facts[PAGE_SOURCE] = head.heading[0]
    head.heading = [line for line in head.heading if parse_breadcrumb(line)] + list(rest[:end])
    head.end += end
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
    heading["title"] = heading["title"] or _joined_title(plain)
    if not heading["title"]:
        raise UnreadablePage(HAS_NO_TITLE)
    crumbs = [name for name in crumbs if name not in PAGE_NAMES and name != heading["title"] and 0 < len(name) <= 40]
    named = [line for line in above if _SECTION.fullmatch(line)]
    heading["section"] = heading["section"] or ["", *(crumbs or named)][-1]
    _refuse_long_heading(heading)
    return heading, doubts


def _joined_title(lines: Sequence[str]) -> str:
    """Return the lines of a title as one, with a blank between them, but none after a full-width colon."""
    return "".join(line if line.endswith("：") else f"{line} " for line in lines).rstrip()


def _refuse_long_heading(heading: dict[str, str]) -> None:
    for name in ("kicker", "title", "subtitle"):
        field: Any = Article._meta.get_field(name)
        if len(heading[name]) > field.max_length:
            raise UnreadablePage(
                HEADING_IS_TOO_LONG.filled(name=field.verbose_name, start=heading[name][:20], most=field.max_length)
            )
