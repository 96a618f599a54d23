"""The one gate where HTML from outside (editor, Word or WPS paste, import, API) becomes HTML we keep (law 6).

    tokens     HTML of any quality → text, start tags, end tags
    body       those → paragraphs, lists, tables, figures, and nothing else
    tidying    one normal form of them: no typed indents, no empty paragraphs
    nh3        last, a second and independent lock, on text that is already clean

The first three make the text right and keep the time linear: nh3 alone needs 40 s for 100,000 nested divs. What they
write holds allowed elements and escaped text only; nh3 is there for the day one of them is wrong.
"""

import html as entities
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from ..refusals import Problem, Refusal
from .addresses import used_files
from .body import BodyBuilder
from .nodes import BOXES, HEADINGS, MARKS
from .removed import removal_sentences
from .text import plain_text
from .tidying import level_headings, tidy_box, write_html
from .tokens import DROPPED, read_tokens

__all__ = [
    "BodyTooLong",
    "Sanitised",
    "SanitisedHtml",
    "as_paragraphs",
    "mark_kept_html",
    "plain_text",
    "sanitise",
    "used_files",
]

# Characters and tags of HTML. The longest investigation pasted from Word with its styles stays far below; what lies
# above would keep a worker busy for longer than an editor waits.
LONGEST = 2_000_000
MOST_TAGS = 200_000

_gate = nh3.Cleaner(
    tags=set(BOXES | MARKS | HEADINGS | {"p", "caption", "figcaption", "br", "hr", "img"}),
    attributes={
        "*": set(),  # otherwise nh3 lets title and lang through
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    tag_attribute_values={
        "a": {"rel": {"noopener"}},
        "th": {"scope": {"row", "col", "rowgroup", "colgroup"}},
    },
    clean_content_tags=set(DROPPED),
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)


TOO_LONG = Problem(
    "sanitising.too_long",
    _(
        "The text is too long: it has more than %(length)s characters or %(tags)s tags of HTML. "
        "Split it into several articles."
    ),
)


class BodyTooLong(Refusal):
    """Raised for HTML that is longer than we take."""


@dataclass(frozen=True)
class Sanitised:
    """`html` as we keep it, and `removed`: translated sentences telling the editor what was taken out of it."""

    html: str
    removed: tuple[str, ...]


class SanitisedHtml(str):
    """`html`, sanitised, together with what was removed from it: a form that sanitises a text, to show a refusal beside
    its field, hands this on to saving, and `sanitise` does not read it again. Raises TooLong.

    Whatever is done to the text (replaced, joined, stripped) makes a plain str of it, which is read like any other.
    """

    removed: tuple[str, ...]

    def __new__(cls, html: str) -> "SanitisedHtml":
        sanitised = sanitise(html)
        text = super().__new__(cls, sanitised.html)
        text.removed = sanitised.removed
        return text


def sanitise(html: str) -> Sanitised:
    """The HTML we keep of `html`; the same again for what it returned, with nothing removed.

    Raises TooLong above LONGEST characters or MOST_TAGS tags, before or after cleaning; never for malformed HTML.
    """
    if isinstance(html, SanitisedHtml):
        return Sanitised(str(html), html.removed)
    _refuse_too_long(len(html), html.count("<"))
    told: Counter[str] = Counter()
    body = BodyBuilder(told)
    for token in read_tokens(html):
        body.take(token)
    tidy_box(body.root, told)
    level_headings(body.root)
    return Sanitised(_gate.clean(_joined_html(write_html(body.root))), removal_sentences(told))


def mark_kept_html(html: str) -> SafeString:
    """What `sanitise` once returned, for a template to print as it is. The one place that marks text safe."""
    return mark_safe(html)


def as_paragraphs(lines: Iterable[str]) -> SanitisedHtml:
    """Plain text `lines` as one <p> each, escaped; blank lines and typed indents are left out."""
    return SanitisedHtml("".join(f"<p>{entities.escape(line)}</p>" for line in lines))


def _joined_html(pieces: Iterator[str]) -> str:
    # One unclosed long link would be written again in every paragraph after it: 2 MB in could become 500 MB out.
    kept, length, tags = [], 0, 0
    for piece in pieces:
        length += len(piece)
        tags += piece.count("<")
        _refuse_too_long(length, tags)
        kept.append(piece)
    return "".join(kept)


def _refuse_too_long(length: int, tags: int) -> None:
    if length > LONGEST or tags > MOST_TAGS:
        raise BodyTooLong(TOO_LONG.filled(length=f"{LONGEST:,}", tags=f"{MOST_TAGS:,}"))
