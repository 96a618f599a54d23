"""What the article page shows, from one revision: that of the live edition, or that of a draft in a preview."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import publication_log, qr_short_links, sanitising
from ...models import Article, Credit, Edition, Revision, Section
from ...models.ai_use import ai_sentence
from ...models.quick_paths import fixed_path, numbered_path
from ...models.revision import text_of_content
from ...qr_short_links import Purpose
from ..public_facts import live_edition
from . import films, typesetting
from .linked_pages import LinkedPages
from .pictures import TAGS_AND_SPACE, show_pictures, still_address
from .related_and_adjacent import Neighbours

MOST_CORRECTIONS = 20
CHARACTERS_PER_MINUTE = 400  # Chinese characters, at an easy pace
NO_NEIGHBOURS = Neighbours()
# Fields of a revision that only the desk sees, with the values that replace them in what readers see.
DESK_FIELDS = {
    "section": None,
    "origin": Article.Origin.OWN,
    "embargo_until": None,
}


class Crumb(NamedTuple):
    """One step of a breadcrumb trail."""

    name: str
    url: str


class CorrectionNote(NamedTuple):
    """The public note of a correction (更正), and when the corrected edition was published."""

    note: str
    published_at: datetime

    @property
    def line(self) -> SafeString:
        """The note as HTML, set like the text."""
        return typesetting.typeset_line(self.note)


class QrCodeOnPage(NamedTuple):
    """A QR code on the page: its image, its caption, and its address as text for those who cannot scan."""

    image: str
    caption: str
    address: str


@dataclass(frozen=True)
class ArticlePage:
    """One revision, ready for display. A draft has no edition number, no QR codes and no times."""

    article: Article
    content: dict[str, Any]
    section: Section
    published_at: datetime | None = None
    updated_at: datetime | None = None
    edition: int | None = None
    neighbours: Neighbours = NO_NEIGHBOURS  # the related articles, too
    codes: tuple[QrCodeOnPage, ...] = ()  # on the screen
    code_for_paper: QrCodeOnPage | None = None  # on printouts of the page
    corrections: tuple[CorrectionNote, ...] = ()
    printed_edition: Edition | None = None  # the older edition whose printout the reader holds
    printed_logged: int | None = None  # its number in the public log
    linked: LinkedPages = field(default_factory=LinkedPages)

    @classmethod
    def of_edition(
        cls,
        article: Article,
        *,
        neighbours: Neighbours = NO_NEIGHBOURS,
        printed_edition: Edition | None = None,
        linked: LinkedPages | None = None,
    ) -> "ArticlePage":
        """Return the page of the live edition.

        With `printed_edition`, it is the page for the holder of a printout of that older edition. Such a page gets no
        neighbours: otherwise every one of these pages would have to be baked again whenever a neighbour changes.
        """
        edition = live_edition(article)
        wechat, phone = (
            qr_short_links.code_for(article.number, purpose) for purpose in (Purpose.WECHAT, Purpose.PHONE)
        )
        paper = qr_short_links.code_for(article.number, Purpose.PRINT, edition.number)
        return cls(
            article=article,
            content=edition.revision.content,
            section=edition.section,
            published_at=article.first_published_at,
            updated_at=edition.published_at,
            edition=edition.number,
            neighbours=neighbours,
            codes=(_qr_code(wechat, _("Scan with WeChat")), _qr_code(phone, _("Scan to read on your phone"))),
            code_for_paper=_qr_code(paper, _("Scan to read this article online")),
            corrections=_corrections_of(article) if edition.number > 1 else (),
            printed_edition=printed_edition,
            printed_logged=_log_number(printed_edition) if printed_edition else None,
            linked=linked or LinkedPages(),
        )

    @classmethod
    def of_revision(cls, revision: Revision) -> "ArticlePage":
        """Return the page of a draft, for a preview."""
        sections = Section.objects.select_related("parent__parent")
        # The section that an old revision names may have been deleted since.
        section = sections.filter(pk=revision.content["section"]).first() or revision.article.section
        return cls(article=revision.article, content=revision.content, section=section)

    @property
    def body(self) -> SafeString:
        """The sanitised text; pictures get their sizes and a list of renditions, links to films become players, numbers
        stay with their units.
        """
        body = show_pictures(self.content["body"], self.content["pictures"])
        body = films.embed_players(body, self.films_by_address, still_address(self.cover) if self.cover else "")
        return sanitising.mark_kept_html(typesetting.keep_measures_together(typesetting.let_tables_scroll(body)))

    @cached_property
    def films_by_address(self) -> dict[str, dict[str, Any]]:
        """The films and captions among the attachments, by their addresses."""
        return films.films_of_content(self.content)

    @property
    def reading_time(self) -> str:
        """The estimated reading time in whole minutes, as a phrase."""
        minutes = max(1, round(len(TAGS_AND_SPACE.sub("", self.content["body"])) / CHARACTERS_PER_MINUTE))
        return ngettext("%(minutes)s minute to read", "%(minutes)s minutes to read", minutes) % {"minutes": minutes}

    @property
    def original(self) -> list[tuple[str, str, str]]:
        """What is known about the article that this one reprints (转载规范): (label, text, address or "")."""
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
        """The alternative text of a QR code."""
        return _("QR code of “%(title)s”") % {"title": self.content["title"]}

    @cached_property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The breadcrumb trail down to the article's section."""
        return section_breadcrumb(self.section)

    @property
    def is_updated(self) -> bool:
        """True if this edition and the first one were published in different minutes."""
        return self._minute(self.published_at) != self._minute(self.updated_at)

    @cached_property
    def authors(self) -> list[str]:
        """The names after 作者."""
        return author_names(self.content)

    @cached_property
    def photographers(self) -> list[str]:
        """The names after 摄影."""
        return self._named(Credit.Role.PHOTO)

    @cached_property
    def responsible_editors(self) -> list[str]:
        """The names after 责任编辑."""
        return self._named(Credit.Role.RESPONSIBLE_EDITOR)

    @cached_property
    def credits(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Every role with its (name, address of a page or ""), in the order in which the roles first appear."""
        roles: dict[str, list[tuple[str, str]]] = {}
        for credit in self.content["credits"]:
            page = self.linked.persons.get((credit["name"], credit["unit"]), "")
            roles.setdefault(credit["role"], []).append((credit["name"], page))
        return [(str(Credit.Role(role).label), names) for role, names in roles.items()]

    @property
    def keywords(self) -> list[tuple[str, str]]:
        """(keyword, address): the keyword's page, or a search if it has no page yet."""
        words = self.content["keywords"]
        search = f"{fixed_path('search')}?order=time&keyword=" if words else ""
        return [(word, self.linked.keywords.get(word, search + quote(word, safe=""))) for word in words]

    @cached_property
    def topics(self) -> list[tuple[str, str]]:
        """The topics (专题) in which editors put the article: (title, address)."""
        return self.linked.topics.get(self.article.number, [])

    @property
    def source_page(self) -> str:
        """The address of the source's page, or ""."""
        source = self.content["source"]
        return self.linked.sources.get(source["name"], "") if source else ""

    @property
    def ai_sentence(self) -> str:
        """The notice about the use of AI, or ""."""
        return ai_sentence(self.content)

    @property
    def cover(self) -> dict[str, Any] | None:
        """The metadata of the cover as the revision has them, or None; of an edition, the cover that readers see."""
        if self.edition is None:
            return self.content["cover"]
        return shown_cover_facts(self.article, self.content)

    @cached_property
    def attachments(self) -> list[dict[str, Any]]:
        """The files offered for saving, with address and kind; captions of films are left out."""
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


def shown_cover_facts(article: Article, content: dict[str, Any]) -> dict[str, Any] | None:
    """Return the facts about the public cover in the live edition's content, or None without a cover."""
    shown = article.shown_cover
    return next((p for p in content["pictures"] if shown and p["sha256"] == shown.sha256), None)


def author_names(content: dict[str, Any]) -> list[str]:
    """Return a reprint's original author, otherwise all who are credited with writing a revision, each once."""
    if content["original_author"]:
        return [content["original_author"]]
    return list(dict.fromkeys(credit["name"] for credit in content["credits"] if credit["role"] in Credit.WRITING))


def edition_note(edition: Edition) -> str:
    """Return the public note of an edition: "" unless it was signed, since other notes are for the desk alone."""
    return sanitising.plain_text(edition.note) if edition.basis == Edition.Basis.SIGNED else ""


def public_content(edition: Edition) -> dict[str, Any]:
    """Return the text of an edition without what only the desk sees."""
    return {**text_of_content(edition.revision.content), **DESK_FIELDS}


def text_has_changed(printed: Edition, live: Edition) -> bool:
    """Return True if what readers see differs between the printed and the live edition."""
    return printed.digest != live.digest and public_content(printed) != public_content(live)


def _log_number(edition: Edition) -> int | None:
    return publication_log.log_numbers([edition]).get(edition.pk)


def _corrections_of(article: Article) -> tuple[CorrectionNote, ...]:
    """Return the newest corrections, newest first."""
    found = article.editions.filter(kind=Edition.Kind.CORRECTION).order_by("-number")[:MOST_CORRECTIONS]
    return tuple(CorrectionNote(edition_note(edition), edition.published_at) for edition in found)


def section_breadcrumb(section: Section) -> tuple[Crumb, ...]:
    """Return the sections from the top down to this one; the caller has loaded the parents."""
    crumbs: list[Crumb] = []
    current: Section | None = section
    while current:
        crumbs.append(Crumb(current.name, current.get_absolute_url()))
        current = current.parent
    return tuple(reversed(crumbs))


def _qr_code(code: str, caption: str) -> QrCodeOnPage:
    return QrCodeOnPage(numbered_path("qr_image", code, "png"), caption, qr_short_links.code_url(code))
