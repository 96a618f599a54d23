"""What readers see between the tags: text, and its substitutes and those of pictures in HTML of other programs."""

from collections import Counter
from collections.abc import Iterator

from .embedded import formula_source, formula_text, link_tokens, player_address
from .flow import TextFlow
from .html_lists import HtmlList
from .numbering import marker_text
from .open_elements import HiddenPart, OpenElement, OpenElements
from .style_sheets import StyleSheet
from .symbols import read_symbols
from .table_columns import OpenTables
from .tokens import HtmlToken
from .word_lists import ListParagraph, WordLists

BREAK_PARAGRAPH = HtmlToken("start", "div", {})


class ContentReader:
    """Reads text and its substitutes in the open elements; `MeaningReader` opens and closes them."""

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
        self.field_codes = 0  # open Word fields whose code, not result, is being read
        self.quotes = 0
        self.reading: OpenElement | None = None  # of a <ruby>, before its text
        self.shown = 0  # texts and pictures so far
        self.formula = ""  # the source of the one that was read last, until text follows
        self.flow = TextFlow()
        self.has_running_heads = False

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
                    yield BREAK_PARAGRAPH
                yield from self._read_flow(line, inside)
        else:
            yield from self._read_flow(text, inside)

    def _read_flow(self, text: str, inside: OpenElement) -> Iterator[HtmlToken]:
        text = self.flow.joined(text)
        if text.strip():
            yield from self._begin_content()
            self.formula = ""
            if self.reading:  # 霁（jì）川
                self.reading.ends.insert(0, HtmlToken("text", "）", {}))
                text, self.reading = f"（{text.lstrip()}", None
        if text and not self.paragraph:
            yield HtmlToken("text", text, {}, alignment=inside.alignment)

    def _begin_content(self) -> Iterator[HtmlToken]:
        """Yield the marker of a paragraph, before its first text or picture."""
        inside = self.open.innermost
        self.shown += 1
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

    def _show_background(self, element: OpenElement) -> Iterator[HtmlToken]:
        """Yield the background picture of an element as a picture of the text, if the element has no other content."""
        if self.shown > element.shown_before:
            self.removed["background"] += 1
        else:
            yield from self._begin_content()
            yield HtmlToken("start", "img", {"src": element.background})
            self.flow.end()

    def _read_player(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield a paragraph with a link to the played file or page, if it has an address."""
        address = player_address(token)
        self.removed["player" if address else "embedded"] += 1
        if address:
            yield from self._begin_content()
            yield from (BREAK_PARAGRAPH, *link_tokens(address), BREAK_PARAGRAPH)
            self.flow.end()

    def _read_formula(self, token: HtmlToken) -> Iterator[HtmlToken]:
        """Yield the source of a formula as text, in brackets; a page that draws it may have it twice."""
        source = formula_source(token)
        if source and not self.formula:
            self.removed["formula"] += 1
            yield from self._read_flow(formula_text(source), self.open.innermost)
            self.formula = source
