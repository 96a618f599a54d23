"""Reads what HTML of any program means: tokens of Word, WPS, WeChat and browsers → the same in plain HTML.

Left out, and counted: what readers of the original do not see (comments, hidden and deleted text, codes of fields).
Translated: styles into elements, Word's paragraphs with markers into lists, symbol fonts into characters, <q> into its
marks, players into links. Plain HTML is returned unchanged.
"""

from collections import Counter
from collections.abc import Iterator

from .backgrounds import background_picture
from .drawings import DrawingReader
from .embedded import is_drawn_late, is_formula, is_player
from .hidden import begins_comment, hidden_reason, is_generator_of_running_heads, is_running_head
from .html_lists import HtmlList, start_reversed_lists
from .open_elements import (
    BLOCKS,
    HEADING_NAMES,
    LISTS,
    TRANSPARENT,
    VOID,
    HiddenPart,
    OpenElement,
)
from .opening import heading_name, opened_element
from .styles import Style, style_marks
from .tick_boxes import drawn_box, input_box, is_drawing_of_box, tick_box
from .tokens import DROPPED, HtmlToken, read_tokens
from .word_lists import ListParagraph, is_list_marker, list_level


def read_meaning(html: str, removed: Counter[str], *, shows_white: bool = False) -> Iterator[HtmlToken]:
    """Yield tokens of plain HTML with the meaning of `html`; count in `removed` what is dropped.

    White text on no ground is left out, unless `shows_white`; of it the characters are counted.
    """
    reader = MeaningReader(removed, shows_white=shows_white)
    tokens = read_tokens(html)
    for token in start_reversed_lists(tokens) if "reversed" in html else tokens:
        yield from reader.read_token(token)


class MeaningReader(DrawingReader):
    """Reads tokens one after another."""

    def read_token(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the tokens of a text, a tag or a dropped element."""
        if token.kind == "text":
            yield from self.read_text(token.value)
        elif token.kind == "start":
            yield from self.read_start(token)
        else:
            yield from self.read_end(token)

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
        style, context = self.sheet.style_of(name, token.attributes, self.open.innermost.context)
        if begins_comment(token.attributes):
            self.open.hide_rest_of_block(HiddenPart("comment"))
        around = self.open.innermost
        shown = self.tables.read_start(token)
        element = self._new_element(token, style, is_shown=shown is not None)
        element.context = context
        self._read_field(style)
        yield from self._replace_element(token, element)
        self.open.push(element)
        element.is_silent = element.is_marker or element.hidden is not None
        if element.is_silent:
            if name == "tr" and not around.hidden:  # without cells: what spans it is shortened
                yield from (HtmlToken("start", name, {}), HtmlToken("end", name, {}))
            return
        if name in BLOCKS:
            self.field_codes = 0
            self.flow.end()
        yield from self._begin_element(shown or token, style, element)

    def _new_element(self, token: HtmlToken, style: Style, *, is_shown: bool) -> OpenElement:
        """Return the element of a start tag; hidden if it is not shown, or a running head."""
        element = opened_element(token, style, self.open.innermost)
        if not is_shown:
            element.hidden = HiddenPart("hidden")
        elif self.has_running_heads and is_running_head(token.value, token.attributes):
            element.hidden = element.hidden or HiddenPart("running head")
        element.is_marker |= is_list_marker(style) and self.paragraph is not None
        return element

    def _replace_element(self, token: HtmlToken, element: OpenElement) -> Iterator[HtmlToken]:
        """Yield the replacement of an element whose content is skipped; hide it then."""
        if element.hidden:
            return
        if is_formula(token):
            yield from self._read_formula(token)
        elif box := drawn_box(token):
            yield from self._read_flow(box, self.open.innermost)
        # KaTeX's drawing next to its source; ruby readings get our own brackets.
        elif not (self.formula and "katex-html" in token.attributes.get("class", "")) and token.value != "rp":
            return
        element.hidden = HiddenPart("")

    def _begin_element(self, token: HtmlToken, style: Style, element: OpenElement) -> Iterator[HtmlToken]:
        name, level = token.value, list_level(style)
        starts = [HtmlToken("start", mark, {}) for mark in self._marks(style)]
        element.ends = [HtmlToken("end", mark.value, {}) for mark in reversed(starts)]
        element.background, element.shown_before = background_picture(token.attributes), self.shown
        if is_player(name):
            yield from self._read_player(token)
        if name == "a" and any(attribute.startswith("data-miniprogram-") for attribute in token.attributes):
            self.removed["mini program"] += 1
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
            self.marker = " ".join(mark for mark in (item.content, tick_box(token)) if mark)
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
            self.reading = element if name == "rt" else self.reading
            yield token
            if box := tick_box(token):
                yield from self._read_flow(box, element)
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
            if element is self.reading:
                self.reading = None
            if element.background:
                yield from self._show_background(element)
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
            elif is_drawn_late(element.name):
                self.removed["embedded"] += self.shown == element.shown_before
            elif self.paragraph and element.in_list_paragraph and element.is_replaced:
                self.paragraph = None
            yield from element.ends

    # --- Elements without text ------------------------------------------------------------------------------------

    def _read_void(self, token: HtmlToken) -> Iterator[HtmlToken]:
        inside, name = self.open.innermost, token.value
        style, _context = self.sheet.style_of(name, token.attributes, inside.context)
        if name == "style":
            self.sheet.add_rules(token.content)
            yield token
        elif name == "meta":
            self.has_running_heads |= is_generator_of_running_heads(token.attributes)
        elif name == "col":
            self.tables.add_column(token.attributes, style)
        elif inside.hidden or hidden_reason(name, style, token.attributes) is not None:
            return
        elif inside.is_marker and self.paragraph:
            self.paragraph.is_symbol |= name == "img"
        elif is_player(name):
            yield from self._read_player(token)
        elif name == "input":
            if not self.marker:  # a box that the item's marker already shows
                yield from self._read_flow(input_box(token), inside)
        elif name == "svg":
            yield from self._read_drawing(token)
        elif name == "img" and is_drawing_of_box(token):
            return
        elif is_formula(token):
            yield from self._read_formula(token)
        elif name in ("br", "img", "hr"):
            if name != "br":
                yield from self._begin_content()
            self.flow.end()
            yield token._replace(alignment=inside.alignment)
        else:
            yield token
