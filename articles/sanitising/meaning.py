"""Reads what HTML of any program means: tokens of Word, WPS, WeChat and browsers → the same in plain HTML.

Left out, and counted: what readers of the original do not see (comments, hidden and deleted text, codes of fields).
Translated: styles into elements, Word's paragraphs with markers into lists, symbol fonts into characters, <q> into its
marks, players into links. Plain HTML comes out as it went in.
"""

from collections import Counter
from collections.abc import Iterator

from .embedded import PLAYERS, formula_source, formula_text, is_formula, link_tokens, player_address
from .flow import TextFlow
from .hidden import begins_comment, hidden_reason
from .html_lists import HtmlList
from .numbering import marker_text
from .open_elements import (
    BLOCKS,
    HEADING_NAMES,
    LISTS,
    TRANSPARENT,
    VOID,
    HiddenPart,
    OpenElement,
    OpenElements,
)
from .opening import heading_name, opened_element
from .styles import Style, StyleSheet, style_marks
from .symbols import read_symbols
from .table_columns import OpenTables
from .tokens import DROPPED, HtmlToken, read_tokens
from .word_lists import ListParagraph, WordLists, is_list_marker, list_level

_BREAK_PARAGRAPH = HtmlToken("start", "div", {})


def read_meaning(html: str, removed: Counter[str], *, shows_white: bool = False) -> Iterator[HtmlToken]:
    """Yield tokens of plain HTML with the meaning of `html`; count in `removed` what is left out.

    White text on no ground is left out, unless `shows_white`; of it the characters are counted.
    """
    reader = MeaningReader(removed, shows_white=shows_white)
    for token in read_tokens(html):
        if token.kind == "text":
            yield from reader.read_text(token.value)
        elif token.kind == "start":
            yield from reader.read_start(token)
        else:
            yield from reader.read_end(token)


class MeaningReader:
    """Reads tokens one after another."""

    def __init__(self, removed: Counter[str], *, shows_white: bool) -> None:
        self.removed = removed
        self.shows_white = shows_white
        self.open = OpenElements()
        self.sheet = StyleSheet()
        self.word_lists = WordLists()
        self.html_lists: list[HtmlList] = []
        self.tables = OpenTables()
        self.paragraph: ListParagraph | None = None  # of one of Word's lists, before its text
        self.marker = ""  # of an item that became a paragraph, before its text
        self.field_codes = 0  # fields of Word of which the code, not the result, is being read
        self.quotes = 0
        self.formula = ""  # the source of the one that was read last, until text follows
        self.flow = TextFlow()

    # --- Text ---------------------------------------------------------------------------------------------------

    def read_text(self, text: str) -> Iterator[HtmlToken]:
        """Yield the tokens of text."""
        inside = self.open.innermost
        hidden = inside.hidden_part(shows_white=self.shows_white)
        if hidden or self.field_codes:
            if text.strip() and not self.field_codes:
                self._count_hidden(hidden, text)
            return
        if inside.symbol_font:
            text, lost = read_symbols(text, inside.symbol_font)
            self.removed["symbol"] += lost
        if inside.is_marker and self.paragraph:
            self.paragraph.marker += text
            self.paragraph.is_symbol |= bool(inside.symbol_font and text.strip())
        elif inside.keeps_lines and "\n" in text:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self.flow.end()
                    yield _BREAK_PARAGRAPH
                yield from self._read_flow(line, inside)
        else:
            yield from self._read_flow(text, inside)

    def _read_flow(self, text: str, inside: OpenElement) -> Iterator[HtmlToken]:
        text = self.flow.joined(text)
        if text.strip():
            yield from self._begin_content()
            self.formula = ""
        if text and not self.paragraph:
            yield HtmlToken("text", text, {}, alignment=inside.alignment)

    def _begin_content(self) -> Iterator[HtmlToken]:
        """Yield what stands before the first text or picture of a paragraph."""
        inside = self.open.innermost
        if self.paragraph:
            paragraph, self.paragraph = self.paragraph, None
            yield from self.word_lists.begin_paragraph(paragraph)
        elif not inside.in_list_paragraph:
            yield from self.word_lists.close_lists()
        if self.marker:
            marker, self.marker = self.marker, ""
            yield HtmlToken("text", marker_text(marker), {}, alignment=inside.alignment)

    def _count_hidden(self, part: HiddenPart | None, text: str) -> None:
        if part:
            self.removed[part.reason] += len(text.strip()) if part.reason == "white" else 1
            part.reason = ""

    # --- Tags ---------------------------------------------------------------------------------------------------

    def read_start(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the tokens of a start tag, or of a dropped element."""
        if token.value in VOID or token.value in DROPPED:
            yield from self._read_void(token)
            return
        name = token.value
        implied = self.open.place_of_implied_end(name)
        if implied is not None:
            yield from self._close_elements(implied)
        style = self.sheet.style_of(name, token.attributes)
        if begins_comment(token.attributes):
            self.open.hide_rest_of_block(HiddenPart("comment"))
        element = opened_element(token, style, self.open.innermost)
        shown = self.tables.read_start(token)
        if shown is None:
            element.hidden = HiddenPart("hidden")
        element.is_marker |= is_list_marker(style) and self.paragraph is not None
        self._read_field(style)
        if not element.hidden and is_formula(token):
            yield from self._read_formula(token)
            element.hidden = HiddenPart("")
        elif self.formula and "katex-html" in token.attributes.get("class", ""):  # drawn beside its source
            element.hidden = HiddenPart("")
        self.open.push(element)
        element.is_silent = element.is_marker or element.hidden is not None
        if element.is_silent:
            return
        if name in BLOCKS:
            self.field_codes = 0
            self.flow.end()
        yield from self._begin_element(shown or token, style, element)

    def _begin_element(self, token: HtmlToken, style: Style, element: OpenElement) -> Iterator[HtmlToken]:
        name, level = token.value, list_level(style)
        starts = [HtmlToken("start", mark, {}) for mark in self._marks(style)]
        element.ends = [HtmlToken("end", mark.value, {}) for mark in reversed(starts)]
        if name in PLAYERS:
            yield from self._read_player(token)
        if level is not None and name in {"p", "div"} | HEADING_NAMES:
            start = token._replace(value=heading_name(token, style) or name)
            self.paragraph = ListParagraph(start, level, marks=starts)
            element.in_list_paragraph = True
            element.ends.append(HtmlToken("end", start.value, {}))
            element.is_replaced = True
            return
        if name in BLOCKS and name not in TRANSPARENT and not element.in_list_paragraph:
            yield from self.word_lists.close_lists()
        if name in LISTS:
            self.html_lists.append(HtmlList.of(token, style))
            element.is_replaced = True
            if self.html_lists[-1].begun:
                yield token
        elif name == "li" and self.html_lists:
            before, item = self.html_lists[-1].begin_item(token, style)
            self.marker = item.content
            element.is_replaced = True
            element.ends.append(HtmlToken("end", item.value, {}))
            yield from before
            yield item._replace(content="")
        elif heading := heading_name(token, style):
            element.is_replaced = True
            element.ends.append(HtmlToken("end", heading, {}))
            yield token._replace(value=heading)
        elif name == "q":
            yield from self._begin_content()
            opening, closing = ("‘", "’") if self.quotes % 2 else ("“", "”")
            self.quotes += 1
            if self.flow.last != opening:  # the page has written the marks too
                element.ends.append(HtmlToken("text", closing, {}))
                yield HtmlToken("text", opening, {}, alignment=element.alignment)
        else:
            yield token
        yield from starts

    def _marks(self, style: Style) -> list[str]:
        unneeded = {"strong"} if self.open.is_inside("heading") or self.open.is_inside("th") else set()
        unneeded |= {"u"} if self.open.is_inside("a") else set()
        return [mark for mark in style_marks(style) if mark not in unneeded]

    def _read_field(self, style: Style) -> None:
        step = style.get("mso-element", "")
        if step == "field-begin":
            self.field_codes += 1
        elif step in ("field-separator", "field-end"):
            self.field_codes = max(0, self.field_codes - 1)

    def read_end(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the tokens of an end tag."""
        place = self.open.place_of_end(token.value)
        if place is None:
            if not self.open.innermost.hidden and not self.open.innermost.is_marker:
                yield token
            return
        ended = self.open.at(place)
        yield from self._close_elements(place)
        if not (ended.is_silent or ended.is_replaced):
            yield token

    def _close_elements(self, place: int) -> Iterator[HtmlToken]:
        for element in self.open.pop(place):
            self.tables.read_end(element.name)
            if element.is_silent:
                continue
            if element.name in BLOCKS:
                self.flow.end()
                self.field_codes = 0
                if element.name not in TRANSPARENT and not element.in_list_paragraph:
                    yield from self.word_lists.close_lists()
            if element.name in LISTS:
                yield from self.html_lists.pop().end_list()
            elif element.name == "li":
                self.marker = ""
            elif element.name == "q":
                self.quotes -= 1
            elif self.paragraph and element.in_list_paragraph and element.is_replaced:
                self.paragraph = None
            yield from element.ends

    # --- What has no text inside ------------------------------------------------------------------------------------

    def _read_void(self, token: HtmlToken) -> Iterator[HtmlToken]:
        inside, name = self.open.innermost, token.value
        style = self.sheet.style_of(name, token.attributes)
        if name == "style":
            self.sheet.add_rules(token.content)
            yield token
        elif name == "col":
            self.tables.add_column(token.attributes, style)
        elif inside.hidden or hidden_reason(name, style, token.attributes) is not None:
            return
        elif inside.is_marker and self.paragraph:
            self.paragraph.is_symbol |= name == "img"
        elif name in PLAYERS:
            yield from self._read_player(token)
        elif is_formula(token):
            yield from self._read_formula(token)
        elif name in ("br", "img", "hr"):
            if name != "br":
                yield from self._begin_content()
            self.flow.end()
            yield token._replace(alignment=inside.alignment)
        else:
            yield token

    def _read_player(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield a paragraph with a link to what is played, if it has an address."""
        address = player_address(token)
        self.removed["player" if address else "embedded"] += 1
        if address:
            yield from self._begin_content()
            yield from (_BREAK_PARAGRAPH, *link_tokens(address), _BREAK_PARAGRAPH)
            self.flow.end()

    def _read_formula(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the source of a formula as text, in brackets; a page that draws it may have it twice."""
        source = formula_source(token)
        if source and not self.formula:
            self.removed["formula"] += 1
            yield from self._read_flow(formula_text(source), self.open.innermost)
            self.formula = source
