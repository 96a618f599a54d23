"""What the article page prints, taken from one revision: of the edition readers see, or of a draft in a preview."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import sanitising, short_links
from ...models import Article, Credit, Edition, Revision, Section
from ...models.picture import picture_renditions
from . import films
from .neighbours import Neighbours

IMAGE = re.compile(r"<img\b[^>]*>")
SOURCE, ALT = re.compile(r'\bsrc="([^"]*)"'), re.compile(r'\balt="([^"]*)"')
# The text column is at most 42 em wide; a phone shows pictures from edge to edge.
SIZES = "(min-width: 46rem) 42rem, 100vw"


MOST_CORRECTIONS = 20
NO_TEXT = re.compile(r"<[^>]*>|\s+")
A_MINUTE = 400  # Chinese characters, read at ease
# Nothing to lead to from a page.
ALONE = Neighbours()
# What stands in a revision for the desk alone, and a value for each that says nothing.
NOT_FOR_READERS = {
    "section": None,
    "origin": Article.Origin.OWN,
    "embargo_until": None,
    "pinned_until": None,
    "expires_at": None,
}


class Crumb(NamedTuple):
    name: str
    url: str


class CorrectionNote(NamedTuple):
    """What readers are told about a correction (更正), and when it was made."""

    note: str
    published_at: datetime


class PrintedCode(NamedTuple):
    """A QR code on the page: its image, its caption, and the address in letters for those who cannot scan."""

    image: str
    caption: str
    address: str


@dataclass(frozen=True)
class ArticlePage:
    """One revision, ready to print. `number` is the edition's, or None for a draft, which has no codes and no time."""

    article: Article
    content: dict
    section: Section
    published_at: datetime | None = None
    updated_at: datetime | None = None
    edition: int | None = None
    around: Neighbours = ALONE
    codes: tuple[PrintedCode, ...] = field(default=())
    print_code: PrintedCode | None = None
    corrections: tuple[CorrectionNote, ...] = ()
    since: Edition | None = None
    # Where the people and the source have pages of their own: by (name, unit), and by name; topics by the article's number.
    pages: Mapping[Any, Any] = field(default_factory=dict)

    @classmethod
    def of_edition(
        cls,
        article: Article,
        *,
        around: Neighbours = ALONE,
        since: Edition | None = None,
        pages: Mapping[Any, Any] | None = None,
    ) -> "ArticlePage":
        """What readers see now; for the holder of a printout of the older edition `since`, with a line that says so, and
        with nothing around it: each of these pages would change with its neighbours.
        """
        edition = article.live
        wechat, phone = (short_links.code_for(article.number, p) for p in "WM")
        paper = short_links.code_for(article.number, "P", edition.number)
        return cls(
            article=article,
            content=edition.revision.content,
            section=edition.section,
            published_at=article.first_published_at,
            updated_at=edition.published_at,
            edition=edition.number,
            around=around,
            codes=(_printed_code(wechat, _("Scan with WeChat")), _printed_code(phone, _("Scan to read on your phone"))),
            print_code=_printed_code(paper, _("Scan to read this article online")),
            corrections=_corrections_of(article) if edition.number > 1 else (),
            since=since,
            pages=pages or {},
        )

    @classmethod
    def of_revision(cls, revision: Revision) -> "ArticlePage":
        sections = Section.objects.select_related("parent__parent")
        # The section an old revision names may have been emptied and deleted since.
        section = sections.filter(pk=revision.content["section"]).first() or revision.article.section
        return cls(article=revision.article, content=revision.content, section=section)

    @property
    def body(self) -> SafeString:
        """The text as it passed the gate; pictures get their sizes and the copies a browser may choose from."""
        facts = {settings.MEDIA_URL + picture["file"]: picture for picture in self.content["pictures"]}
        body = IMAGE.sub(lambda found: _responsive_image(found[0], facts), self.content["body"])
        body = films.embed_players(body, self.played, settings.MEDIA_URL + self.cover["file"] if self.cover else "")
        # A wide table scrolls by itself, by finger and by keyboard; the page around it does not.
        label = _("Table")
        scroller = f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>'
        return sanitising.mark_kept_html(body.replace("<table>", scroller).replace("</table>", "</table></div>"))

    @cached_property
    def played(self) -> dict[str, dict]:
        """The films and captions among the attachments, by their address."""
        return films.films_of_content(self.content)

    @property
    def reading_time(self) -> str:
        """How long it takes to read, in whole minutes."""
        minutes = max(1, round(len(NO_TEXT.sub("", self.content["body"])) / A_MINUTE))
        return ngettext("%(minutes)s minute to read", "%(minutes)s minutes to read", minutes) % {"minutes": minutes}

    @property
    def original(self) -> list[tuple[str, str, str]]:
        """What is known of the article this one reprints (转载规范): (label, text, address), where a thing has one."""
        known = self.content
        rows = [
            (_("Original title"), known["original_title"], ""),
            (_("Original author"), known["original_author"], ""),
            (_("Originally published"), known["original_published_on"] or "", ""),
            (_("Original article"), known["original_url"], known["original_url"]),
        ]
        return [row for row in rows if row[1]]

    @property
    def code_text(self) -> str:
        """What stands for an image of a code where nobody sees it."""
        return _("QR code of “%(title)s”") % {"title": self.content["title"]}

    @cached_property
    def crumbs(self) -> tuple[Crumb, ...]:
        return section_breadcrumb(self.section)

    @property
    def is_updated(self) -> bool:
        """Whether the minute of this edition differs from the minute of the first publication."""
        return self._minute(self.published_at) != self._minute(self.updated_at)

    @cached_property
    def authors(self) -> list[str]:
        """The names after 作者: those who wrote it, each once; a reprint's original author; nobody where none is."""
        if self.content["original_author"]:
            return [self.content["original_author"]]
        return list(dict.fromkeys(c["name"] for c in self.content["credits"] if c["role"] in Credit.WRITING))

    @cached_property
    def responsible_editors(self) -> list[str]:
        return self._named(Credit.Role.RESPONSIBLE_EDITOR)

    @cached_property
    def credits(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Every role with its names and their pages, in the order in which the roles first appear."""
        roles: dict[str, list[tuple[str, str]]] = {}
        for credit in self.content["credits"]:
            page = self.pages.get((credit["name"], credit["unit"]), "")
            roles.setdefault(credit["role"], []).append((credit["name"], page))
        return [(Credit.Role(role).label, names) for role, names in roles.items()]

    @property
    def keywords(self) -> list[tuple[str, str]]:
        """The keywords and their pages; where a keyword has none yet, the search for it."""
        words = self.content["keywords"]
        search = f"{reverse('search')}?order=time&keyword=" if words else ""
        return [(word, self.pages.get(("keyword", word, ""), search + quote(word, safe=""))) for word in words]

    @cached_property
    def topics(self) -> list[tuple[str, str]]:
        """The topics (专题) in which editors put it: (title, address)."""
        return self.pages.get(self.article.number, [])

    @property
    def source_page(self) -> str:
        source = self.content["source"]
        return self.pages.get(source["name"], "") if source else ""

    @property
    def ai_labels(self) -> bool:
        """Whether a picture on the page carries the label of AI-made content (《人工智能生成合成内容标识办法》)."""
        return any(picture["ai_label"] for picture in self.content["pictures"])

    @property
    def cover(self) -> dict | None:
        return self.content["cover"]

    @cached_property
    def attachments(self) -> list[dict]:
        """What is offered for saving; captions are none of it."""
        return [
            {**a, "url": reverse("media", args=[a["file"]]), "kind": a["file"].rpartition(".")[2].upper()}
            for a in self.content["attachments"]
            if not a["file"].endswith(".vtt")
        ]

    def _named(self, role: str) -> list[str]:
        return [credit["name"] for credit in self.content["credits"] if credit["role"] == role]

    @staticmethod
    def _minute(instant: datetime | None) -> datetime | None:
        return instant.replace(second=0, microsecond=0) if instant else None


def edition_note(edition: Edition) -> str:
    """What readers are told about an edition. The reason of urgent news and the origin of an archive stay inside."""
    return sanitising.plain_text(edition.note) if edition.basis == Edition.Basis.SIGNED else ""


def public_content(edition: Edition) -> dict[str, Any]:
    """The content of an edition as far as readers see it."""
    return {**edition.revision.content, **NOT_FOR_READERS}


def text_has_changed(printed: Edition, live: Edition) -> bool:
    """Whether readers see another text now than in the printed edition; a new date for the desk is none."""
    return printed.digest != live.digest and public_content(printed) != public_content(live)


def _corrections_of(article: Article) -> tuple[CorrectionNote, ...]:
    """What was corrected, newest first."""
    found = article.editions.filter(kind=Edition.Kind.CORRECTION).order_by("-number")[:MOST_CORRECTIONS]
    return tuple(CorrectionNote(edition_note(edition), edition.published_at) for edition in found)


def section_breadcrumb(section: Section) -> tuple[Crumb, ...]:
    """The sections from the top down to this one; three levels at most, already loaded by the caller."""
    crumbs: list[Crumb] = []
    here: Section | None = section
    while here:
        crumbs.append(Crumb(here.name, here.get_absolute_url()))
        here = here.parent
    return tuple(reversed(crumbs))


def _printed_code(code: str, caption: str) -> PrintedCode:
    return PrintedCode(reverse("qr_image", args=[code, "png"]), caption, short_links.code_url(code))


def _responsive_image(image: str, pictures: dict[str, dict]) -> str:
    """An <img> of the body with its size, so that nothing jumps, and every width; all follow from the picture's facts."""
    source, alt = SOURCE.search(image), ALT.search(image)
    picture = pictures.get(source[1]) if source else None
    if picture is None:
        return ""
    url, width, height = source[1], picture["width"], picture["height"]
    copies = ", ".join(f"{address} {w}w" for w, address in picture_renditions(url, width))
    return (
        f'<img src="{url}" srcset="{copies}" sizes="{SIZES}" width="{width}" height="{height}" '
        f'alt="{alt[1] if alt else ""}" loading="lazy" decoding="async">'
    )
