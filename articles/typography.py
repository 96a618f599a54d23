"""Typography of a body (一键排版): corrects violations of GB/T 15834 (punctuation) and GB/T 15835 (figures).

Widths, marks, blanks and empty rows at the end of tables, never a word. What is doubtful stays: a hyphen between
figures
is a range only before a unit, since it may be a telephone number or a score. Addresses, superscripts and subscripts
stay.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import sanitising
from .checks.plain_text import PlainText, written_text_of_html
from .checks.punctuation import HAN, find_mendable_marks
from .pictures.words import photographer_expression
from .refusals import Problem, Refusal

MOST_CHARACTERS = 200_000  # of HTML; more takes longer than an editor waits
CONTEXT = 10  # characters shown before and after a change
_PASSES = 5  # a rule may make room for another one
_BLANK = "[ \u00a0\u3000]"
_WIDE_CHARACTER = re.compile("[０-９Ａ-Ｚａ-ｚ]|(?<=[0-9０-９])(?:％|．(?=[0-9０-９]))")
_TO_NARROW = 0xFEE0  # from a full-width character to its half-width one
_DOUBLED_BLANKS = re.compile(f"(?P<one>{_BLANK}){_BLANK}+")
_BLANK_AT_A_MARK = re.compile(
    f"(?<=[{HAN}]){_BLANK}(?=[，。、；：？！）》】”])|(?<=[，。、；：？！（《【“]){_BLANK}(?=[{HAN}])"
)
_MARK_AT_A_QUOTE = re.compile(f"(?<=[{HAN}])[,?!:;](?=[“”])")
_BRACKETS = re.compile(r"\([^()\n]*\)")
_HAN = re.compile(f"[{HAN}”》]")
_NUMBER_BEFORE = r"(?<![0-9A-Za-z.\-~～–—/:])(?!0[0-9])([0-9.]+)"  # 0571 is not an amount
_TIMES = re.compile(f"{_NUMBER_BEFORE}[-–~～]([0-9.]+)(?=[年月日时分秒点])")
_AMOUNTS = re.compile(f"{_NUMBER_BEFORE}[-–~]([0-9.]+)(?=[岁人名个次天周米吨元万亿千百公里度℃%倍层户亩])")

# What is kept unchanged, in the text and in the HTML; it is replaced by characters that are in no text.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[\x21-\x7e]+|(?<![\w.+-])[\w.+-]{1,64}@"
    rf"(?:[a-z0-9-]+\.[{HAN}]|[a-z0-9.-]*[a-z0-9])",  # a host has a dot: if none before, the one before Chinese
    re.IGNORECASE | re.ASCII,
)
_RAISED = r"<(su[bp])>.*?</\1>"
_UNDERLINED = re.compile("<u>.*?</u>", re.DOTALL)
_WIDE_BLANKS = re.compile("\u3000+")
_KEPT, _KEPT_ADDRESS = "\0", "\1"
# The address goes on in Chinese: www.中国.cn, a@b.中国, ?关键词=.
_GOES_ON = f"[{HAN}]+[./=]|(?:中国|公司|网络|政务|公益)(?![{HAN}])"
_MARK_AFTER_AN_ADDRESS = re.compile(
    f"(?<={_KEPT_ADDRESS})(?:(?:[,;:!]|[?.](?!{_GOES_ON}))(?=[{HAN}“《（])|[;?!.](?=\n|$))"
)

_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_EMPTY_ROW = r'<tr>(?:<t[dh](?: (?:scope|colspan)="\w+")*></t[dh]>)*+</tr>'
_EMPTY_ROWS = re.compile(rf"(?<=</tr>)((?:{_EMPTY_ROW})++)(</tbody>|</table>)?")
# The gate corrects these itself; they are counted for the report.
_DOUBLED = re.compile(r"<br\s*/?>\s*(?:<br\s*/?>\s*)+|(?:&nbsp;|\u00a0| ){2,}")


TOO_LONG = Problem(
    "typography.too_long",
    gettext_lazy("The text has more than %(length)s characters of HTML; it is too long for one typography run."),
    gettext_lazy("Split it into several articles."),
)


class TextTooLong(Refusal):
    """Raised for HTML with more than MOST_CHARACTERS."""


class Edit(NamedTuple):
    """text[start:end] is to be `words`."""

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class TypographyChange:
    """`before` became `after`; `lead` and `trail` surround it in its line."""

    lead: str
    before: str
    after: str
    trail: str


@dataclass(frozen=True)
class MendedBody:
    """A body as `sanitise` would return it, each change of its characters, and translated sentences about the rest."""

    html: str
    changes: tuple[TypographyChange, ...]
    told: tuple[str, ...]


def mend_typography(html: str) -> MendedBody:
    """Return a body with its typography corrected. Idempotent. Raises TextTooLong, and BodyTooLong as `sanitise`
    does.
    """
    if len(html) > MOST_CHARACTERS:
        raise TextTooLong(TOO_LONG.filled(length=f"{MOST_CHARACTERS:,}"))
    sanitised = sanitising.sanitise(html)
    plain = written_text_of_html(sanitised.html)
    edits = list(_mend_text(_text_to_mend(plain)))
    mended, rows = _drop_empty_rows(sanitising.sanitise(_edited_html(plain, edits)).html)
    told = list(sanitised.removed)
    if doubled := len(_DOUBLED.findall(html)):
        told.append(_("Doubled blanks and line breaks: %(count)d") % {"count": doubled})
    if rows:
        told.append(_("Empty rows at the end of tables: %(count)d") % {"count": rows})
    return MendedBody(mended, tuple(_change(plain.text, edit) for edit in edits), tuple(told))


# --- The text ---------------------------------------------------------------------------------------------------


def _text_to_mend(plain: PlainText) -> str:
    """Return the text with _KEPT for each character that stays as it is."""
    text = list(_ADDRESS.sub(_kept_address, plain.text))
    spans = sorted(_kept_spans(plain.source))
    for number, place in enumerate(plain.places):
        while spans and spans[0][1] <= place:
            spans.pop(0)
        if spans and spans[0][0] <= place:
            text[number] = _KEPT
    return "".join(text)


def _kept_spans(source: str) -> Iterator[tuple[int, int]]:
    """Yield the places in HTML that stay as they are, other than addresses."""
    # The blank before the photographer separates the caption from the name (pictures.words.split_caption).
    kept = re.compile(rf"{_RAISED}|\u3000(?={photographer_expression()}</figcaption>)", re.DOTALL)
    yield from (found.span() for found in kept.finditer(source))
    # Blanks in an underlined line may be meant to be filled in by hand, and nothing tells them from others.
    for line in _UNDERLINED.finditer(source):
        yield from (blank.span() for blank in _WIDE_BLANKS.finditer(source, *line.span()))


def _kept_address(found: re.Match[str]) -> str:
    """Return what stands for an address: marks at its end are the sentence's, a bracket only if it opens before it."""
    end, unopened = len(found[0]), found[0].count(")") - found[0].count("(")
    while (last := found[0][end - 1]) in ".,;:!?'\"(" or (last == ")" and unopened > 0):
        unopened += (last == "(") - (last == ")")
        end -= 1
    return _KEPT_ADDRESS * end + found[0][end:]


def _mend_text(original: str) -> Iterator[Edit]:
    """Yield the edits of a text, in order, as places in the given text; none overlaps another."""
    text, spans = original, [(place, place + 1) for place in range(len(original))]
    for _pass in range(_PASSES):
        before = text
        for find in _RULES:
            text, spans = _apply(text, spans, find(text))
        if text == before:
            break
    return _joined_edits(original, text, spans)


def _apply(text: str, spans: list[tuple[int, int]], edits: Iterable[Edit]) -> tuple[str, list[tuple[int, int]]]:
    """Return the edited text, and where in the original each of its characters comes from."""
    in_order = sorted(edits)
    if not in_order:
        return text, spans
    pieces, places, at = [], [], 0
    for start, end, words in in_order:
        if start < at:
            continue  # overlaps: it is found again in the next pass
        first, last = spans[start][0], spans[end - 1][1]
        pieces += [text[at:start], words]
        places += [*spans[at:start], *((first if number == 0 else last, last) for number in range(len(words)))]
        at = end
    return "".join([*pieces, text[at:]]), places + spans[at:]


def _joined_edits(original: str, text: str, spans: list[tuple[int, int]]) -> Iterator[Edit]:
    edits: list[Edit] = []
    at = 0
    for character, (start, end) in [*zip(text, spans, strict=True), ("", (len(original), len(original)))]:
        if start > at:
            edits.append(Edit(at, start, ""))
        if original[start:end] != character:
            edits.append(Edit(start, end, character))
        at = max(at, end)
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].end == edit.start:
            edit = Edit(joined[-1].start, edit.end, joined.pop().words + edit.words)
        joined.append(edit)
    return (edit for edit in joined if original[edit.start : edit.end] != edit.words)


def _by_pattern(pattern: re.Pattern[str], words: Callable[[re.Match[str]], str]) -> Callable[[str], Iterator[Edit]]:
    """Return the rule that puts words in the place of what a pattern finds."""

    def find(text: str) -> Iterator[Edit]:
        for found in pattern.finditer(text):
            yield from _small_edits(*found.span(), found[0], words(found))

    return find


def _small_edits(start: int, end: int, before: str, after: str) -> Iterator[Edit]:
    """Yield one edit, or if the length stays, one for each character that changes: between them there may be tags."""
    if len(before) != len(after):
        yield Edit(start, end, after)
        return
    for place, (old, new) in enumerate(zip(before, after, strict=True), start):
        if old != new:
            yield Edit(place, place + 1, new)


def _mend_marks(text: str) -> Iterator[Edit]:
    for match in find_mendable_marks(text):
        yield from _small_edits(match.start, match.end, text[match.start : match.end], match.suggestion)


def _mend_brackets(text: str) -> Iterator[Edit]:
    """Both of a pair are full-width if Chinese is between them, or before them."""
    for found in _BRACKETS.finditer(text):
        if _HAN.search(found[0]) or _HAN.match(text[found.start() - 1 : found.start()]):
            yield Edit(found.start(), found.start() + 1, "（")
            yield Edit(found.end() - 1, found.end(), "）")


def _mend_after_addresses(text: str) -> Iterator[Edit]:
    """A mark between an address and Chinese is full-width, and one at the end of a line that has Chinese before it."""
    for found in _MARK_AFTER_AN_ADDRESS.finditer(text):
        at, end = found.span()
        if text[end : end + 1] not in ("", "\n") or _HAN.search(text, text.rfind("\n", 0, at) + 1, at):
            yield Edit(at, end, _WIDE_MARKS[found[0]])


_WIDE_MARKS = dict(zip(",?!:;.", "，？！：；。", strict=True))
_RULES: list[Callable[[str], Iterator[Edit]]] = [
    _by_pattern(_WIDE_CHARACTER, lambda found: chr(ord(found[0]) - _TO_NARROW)),
    _by_pattern(_DOUBLED_BLANKS, lambda found: found["one"]),
    _by_pattern(_BLANK_AT_A_MARK, lambda _found: ""),
    _mend_brackets,
    _mend_marks,
    _mend_after_addresses,
    _by_pattern(_MARK_AT_A_QUOTE, lambda found: _WIDE_MARKS[found[0]]),
    _by_pattern(_TIMES, lambda found: f"{found[1]}—{found[2]}"),
    _by_pattern(_AMOUNTS, lambda found: f"{found[1]}～{found[2]}"),
]


def _change(text: str, edit: Edit) -> TypographyChange:
    lead = text[max(edit.start - CONTEXT, 0) : edit.start].rpartition("\n")[2]
    trail = text[edit.end : edit.end + CONTEXT].partition("\n")[0]
    return TypographyChange(lead, text[edit.start : edit.end], edit.words, trail)


# --- The HTML ---------------------------------------------------------------------------------------------------


def _edited_html(plain: PlainText, edits: Iterable[Edit]) -> str:
    """Return the source with its text edited; tags within an edit come after its words."""
    pieces, at = [], 0
    for edit in edits:
        start, end = plain.source_span(edit.start, edit.end)
        tags = _TAG.findall(plain.source[start:end])
        pieces += [plain.source[at:start], escape(edit.words, quote=False), *tags]
        at = end
    return "".join([*pieces, plain.source[at:]])


def _drop_empty_rows(html: str) -> tuple[str, int]:
    """Return HTML without the empty rows at the end of its tables, and how many they were. One row is always left."""
    dropped = 0

    def drop(found: re.Match[str]) -> str:
        nonlocal dropped
        if not found[2]:
            return found[0]
        dropped += found[1].count("<tr>")
        return found[2]

    return _EMPTY_ROWS.sub(drop, html), dropped
