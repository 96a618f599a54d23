"""The only place where HTML from outside (editor, Word or WPS paste, import, API) becomes HTML that we store (law 6).

    tokens     HTML of any quality → text, start tags, end tags
    meaning    tokens of Word, WPS, WeChat … → tokens of plain HTML that mean the same
    body       tokens → paragraphs, lists, tables, figures, and nothing else
    tidying    normalises them: no typed indents, no empty paragraphs
    nh3        a second, independent sanitiser for the result

The first four shape the text and keep the time linear: nh3 alone takes 40 s for 100,000 nested divs. They write
allowed elements and escaped text only; nh3 protects against a bug in them.
"""

import html as entities
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal
from .addresses import DESK_FILES, addresses_below, desk_addresses, used_files
from .body import BodyBuilder
from .characters import ORDINARY_CHARACTERS, character_sentences
from .clipboard import unwrap_clipboard
from .held import HeldPicture, held_pattern, held_places, places_to_fill
from .meaning import read_meaning
from .names import CHINESE_LETTERS, MIDDLE_DOTS, plain_name, unify_name_marks
from .nodes import BOXES, MARKS
from .removed import LOOKS, removal_sentences
from .styles import ALIGNMENTS
from .symbols import LOST_SYMBOL, is_symbol_font, read_symbols
from .text import plain_text, text_lines
from .tidying import level_headings, tidy_box, write_html
from .tokens import DROPPED
from .word_equations import equation_text

__all__ = [
    "CHINESE_LETTERS",
    "DESK_FILES",
    "LOST_SYMBOL",
    "MIDDLE_DOTS",
    "ORDINARY_CHARACTERS",
    "BodyTooLong",
    "HeldPicture",
    "Pasted",
    "Sanitised",
    "addresses_below",
    "as_paragraphs",
    "character_sentences",
    "desk_addresses",
    "equation_text",
    "held_pattern",
    "held_places",
    "is_symbol_font",
    "mark_kept_html",
    "places_to_fill",
    "plain_name",
    "plain_text",
    "read_pasted_html",
    "read_pasted_text",
    "read_symbols",
    "sanitise",
    "text_lines",
    "unify_name_marks",
    "used_files",
]

# The longest investigation pasted from Word with its styles is far below; more takes longer than an editor waits.
MAX_HTML_LENGTH = 2_000_000  # characters
MAX_HTML_TAGS = 200_000

_gate = nh3.Cleaner(
    tags=set(BOXES | MARKS | {"h2", "h3", "h4", "p", "caption", "figcaption", "br", "hr", "img"}),
    attributes={
        "*": set(),  # otherwise nh3 allows title and lang
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    tag_attribute_values={
        "a": {"rel": {"noopener"}},
        "p": {"class": {f"align-{side}" for side in ALIGNMENTS}},
        "th": {"scope": {"row", "col", "rowgroup", "colgroup"}},
    },
    clean_content_tags=set(DROPPED),
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)


BODY_TOO_LONG = Problem(
    "sanitising.too_long",
    _(
        "The text is too long: it has more than %(length)s characters or %(tags)s tags of HTML. "
        "Split it into several articles."
    ),
)


class BodyTooLong(Refusal):
    """Raised for HTML with more than MAX_HTML_LENGTH characters or MAX_HTML_TAGS tags."""


@dataclass(frozen=True)
class Sanitised:
    """`html` as it is stored, and `removed`: translated sentences for the editor about what was removed from it."""

    html: str
    removed: tuple[str, ...]


def sanitise(html: str) -> Sanitised:
    """Return the HTML that is stored for `html`, and what was removed. Idempotent: sanitised HTML is returned as it is.

    Raises BodyTooLong above MAX_HTML_LENGTH or MAX_HTML_TAGS, before or after cleaning; never for malformed HTML.
    """
    _refuse_too_long(len(html), html.count("<"))
    removed: Counter[str] = Counter()
    return Sanitised(_read_body(html, removed), removal_sentences(removed))


@dataclass(frozen=True)
class Pasted:
    """Text from the clipboard: `html` that `sanitise` would return unchanged, sentences about what was `left_out`, and
    the pictures whose placeholders are in it.
    """

    html: str
    left_out: tuple[str, ...]
    pictures: tuple[HeldPicture, ...]


def read_pasted_html(html: str, *, first_picture: int = 1) -> Pasted:
    """Read HTML of another program as `sanitise` does, but with placeholders for pictures that are not in the library.

    Held places are numbered from `first_picture`. Raises BodyTooLong.
    """
    _refuse_too_long(len(html), html.count("<"))
    removed: Counter[str] = Counter()
    held: list[HeldPicture] = []
    cleaned = _read_body(unwrap_clipboard(html), removed, held, first=first_picture)
    return Pasted(cleaned, removal_sentences(removed, without=LOOKS), tuple(held))


def read_pasted_text(text: str) -> Pasted:
    """Read plain text: each line is a paragraph. Raises BodyTooLong."""
    return read_pasted_html(as_paragraphs(text.splitlines()))


def _read_body(html: str, removed: Counter[str], held: list[HeldPicture] | None = None, *, first: int = 1) -> str:
    """Read HTML; where most of the text is white, its page was dark, and white text is not hidden."""
    cleaned = _build_body(html, BodyBuilder(removed, held, first=first))
    if removed["white"] and removed["white"] > sum(len(line) for line in text_lines(cleaned) if not held_places(line)):
        removed.clear()
        if held:
            held.clear()
        cleaned = _build_body(html, BodyBuilder(removed, held, first=first), shows_white=True)
    return cleaned


def _build_body(html: str, body: BodyBuilder, *, shows_white: bool = False) -> str:
    for token in read_meaning(html, body.removed, shows_white=shows_white):
        body.add_token(token)
    tidy_box(body.root, body.removed)
    level_headings(body.root)
    return _gate.clean(_joined_html(write_html(body.root)))


def mark_kept_html(html: str) -> SafeString:
    """Mark HTML that `sanitise` returned as safe, for templates. The only place that marks text safe."""
    return mark_safe(html)


def as_paragraphs(lines: Iterable[str]) -> str:
    """Return HTML with each line of plain text escaped in a <p>; it is sanitised like any other when it is saved."""
    return "".join(f"<p>{entities.escape(line)}</p>" for line in lines)


def _joined_html(pieces: Iterator[str]) -> str:
    # One unclosed long link is repeated in every paragraph after it: 2 MB of input could become 500 MB of output.
    kept, length, tags = [], 0, 0
    for piece in pieces:
        length += len(piece)
        tags += piece.count("<")
        _refuse_too_long(length, tags)
        kept.append(piece)
    return "".join(kept)


def _refuse_too_long(length: int, tags: int) -> None:
    if length > MAX_HTML_LENGTH or tags > MAX_HTML_TAGS:
        raise BodyTooLong(BODY_TOO_LONG.filled(length=f"{MAX_HTML_LENGTH:,}", tags=f"{MAX_HTML_TAGS:,}"))
