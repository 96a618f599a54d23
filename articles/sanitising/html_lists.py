"""The numberings of HTML's lists: an item whose marker a plain list cannot show is a paragraph that begins with it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .hidden import hidden_reason
from .numbering import is_bullet, list_style, plain_number, written_number
from .style_sheets import NO_CONTEXT, StyleSheet
from .styles import Style
from .tokens import HtmlToken

_LISTS = frozenset({"ol", "ul"})
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,6}")
# Outlook on the web writes markers as they are: list-style-type: "(A) "
_WRITTEN_MARKER = re.compile(r"""list-style(?:-type)?\s{0,3}:\s{0,3}(?:"([^"]{1,20})"|'([^']{1,20})')""", re.I)
_LEVEL_TEXT = re.compile(r"([^%]{0,6})%1([^%]{0,6})")  # Word on the web: data-leveltext="（%1）"


@dataclass
class HtmlList:
    """An open list; its output, ul or ol, begins with its first item that a plain list can show."""

    style: str
    number: int = 1  # of the next item
    step: int = 1
    begun: str = ""  # the list being written: ul, ol or none
    marker: re.Match[str] | None = None  # that the style of the list spells out for its items

    @classmethod
    def of(cls, token: HtmlToken, style: Style) -> "HtmlList":
        """Return the list that a start tag begins; a plain <ul> has begun."""
        numbering, marker = list_style(_numbering(style), token.attributes.get("type")), _spelt_marker(token)
        if token.value != "ol":
            return cls(numbering or "bullet", begun="" if numbering or marker else token.value, marker=marker)
        start = _whole_number(token.attributes, "start")
        step = -1 if "reversed" in token.attributes and start is not None else 1
        return cls(numbering or "decimal", 1 if start is None else start, step, marker=marker)

    def begin_item(self, token: HtmlToken, style: Style) -> tuple[list[HtmlToken], HtmlToken]:
        """Return the tokens before an item and the one that begins it: li, or p with the marker as its content."""
        own = list_style(_numbering(style), token.attributes.get("type"))
        value = _whole_number(token.attributes, "value")
        number = self.number if value is None else value
        spelt = _spelt_marker(token) or (None if own else self.marker)
        numbering, number, marker = _written_marker(token, spelt, own or self.style, number, counts_on=self.step == 1)
        name = {"bullet": "ul", "decimal": "ol"}.get(numbering, "")
        is_next = name == "ul" or number == self.number
        before = [] if self.begun in (name, "menu", "dir") and is_next else list(self.end_list())
        self.number = number + self.step
        if not name:
            return before, HtmlToken("start", "p", token.attributes, content=marker)
        if not self.begun:
            before.append(HtmlToken("start", name, {"start": str(number)} if name == "ol" and number > 1 else {}))
            self.begun = name
        return before, HtmlToken("start", "li", token.attributes)

    def end_list(self) -> Iterator[HtmlToken]:
        """Yield the end tag, if the list has begun."""
        if self.begun:
            yield HtmlToken("end", self.begun, {})
        self.begun = ""


def start_reversed_lists(tokens: Iterable[HtmlToken]) -> list[HtmlToken]:
    """Return the tokens with the number of its shown items as the start of each reversed list that names none."""
    kept: list[HtmlToken] = []
    lists: list[tuple[int, int]] = []  # the open ones: place of the start tag, items
    sheet = StyleSheet()
    for token in tokens:
        if token.value == "style":
            sheet.add_rules(token.content)
        elif token.value in _LISTS and token.kind == "start":
            lists.append((len(kept), 0))
        elif token.value == "li" and token.kind == "start" and lists and _is_shown(token, sheet):
            lists[-1] = (lists[-1][0], lists[-1][1] + 1)
        kept.append(token)
        if token.value in _LISTS and token.kind == "end" and lists:
            _start_reversed_list(kept, *lists.pop())
    for place, items in lists:  # without an end tag
        _start_reversed_list(kept, place, items)
    return kept


def _is_shown(item: HtmlToken, sheet: StyleSheet) -> bool:
    style, _context = sheet.style_of(item.value, item.attributes, NO_CONTEXT)
    return hidden_reason(item.value, style, item.attributes) is None


def _start_reversed_list(tokens: list[HtmlToken], place: int, items: int) -> None:
    if "reversed" in tokens[place].attributes:
        tokens[place] = tokens[place]._replace(attributes={"start": str(items)} | tokens[place].attributes)


def _spelt_marker(token: HtmlToken) -> re.Match[str] | None:
    return _WRITTEN_MARKER.search(token.attributes.get("style", "")[:2_000])


def _written_marker(
    token: HtmlToken, written: re.Match[str] | None, numbering: str, number: int, *, counts_on: bool
) -> tuple[str, int, str]:
    """Return an item's numbering, number and marker; "bullet" and "decimal" are what a plain list shows."""
    if written:
        marker = (written[1] or written[2] or "").strip()
        plain = plain_number(marker)
        return (
            ("bullet", number, "") if is_bullet(marker) else ("decimal" if plain else "text", plain or number, marker)
        )
    if numbering == "bullet":
        return numbering, number, ""
    before, (digits, end) = "", written_number(numbering, number)
    if found := _LEVEL_TEXT.fullmatch(token.attributes.get("data-leveltext", "")):
        before, end = found[1], found[2].strip()
    is_plain = numbering == "decimal" and number > 0 and counts_on and (before, end) in (("", "."), ("", ""))
    return "decimal" if is_plain else "text", number, before + digits + end


def _numbering(style: Style) -> str:
    return style.get("list-style-type") or style.get("list-style") or ""


def _whole_number(attributes: dict[str, str], name: str) -> int | None:
    written = attributes.get(name, "").strip()
    return int(written) if _WHOLE_NUMBER.fullmatch(written) else None
