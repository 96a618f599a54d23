"""The self-check of page tags (标签自检): what the head of each kind of page must declare, and whether it does.

Reads pages as they are baked, that is, as readers and inspectors get them. The tags are those of the government web
page norm (国办发〔2017〕47号, 附件《网页设计规范》) and those that search engines and WeChat read.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import baking
from .models import Article, Section, Topic
from .outside_json import parse_outside_json
from .refusals import Problem, Sentence

MOST_OF_A_KIND = 50  # sections and topics, which have their own texts; of other kinds a few are enough
NEWEST_ARTICLES = 20

IS_NOT_BAKED = Problem(
    "page_tags.not_baked",
    _("This page has no file yet."),
    _("Wait a minute; if this does not change, check the pages to bake."),
)
IS_MISSING = Problem("page_tags.missing", _("%(tag)s is missing."), "%(hint)s")
DISAGREES = Problem("page_tags.disagrees", _("%(tag)s is “%(found)s”, but the page shows “%(shown)s”."), "%(hint)s")

_IN_SETTINGS = _("Fill it in in the site settings.")
_SITE_DESCRIPTION = _("Fill in the description of the site in the site settings.")
_BY_ITSELF = _("The software writes it: have the page baked again, and report it if this does not help.")
_KEYWORDS = _("Fill in the keywords of the section, or of the site for the home page.")

EVERY_PAGE = {
    "title": _BY_ITSELF,
    "canonical": _BY_ITSELF,
    "SiteName": _IN_SETTINGS,
    "SiteDomain": _BY_ITSELF,
    "description": _SITE_DESCRIPTION,
    "og:title": _BY_ITSELF,
    "og:url": _BY_ITSELF,
    "og:type": _BY_ITSELF,
    "og:image": _BY_ITSELF,
    "og:site_name": _IN_SETTINGS,
    "og:description": _SITE_DESCRIPTION,
}
COLUMN_PAGE = {
    "ColumnName": _BY_ITSELF,
    "ColumnDescription": _SITE_DESCRIPTION,
    "ColumnKeywords": _KEYWORDS,
    "ColumnType": _BY_ITSELF,
}
ARTICLE_PAGE = {
    "ArticleTitle": _BY_ITSELF,
    "PubDate": _BY_ITSELF,
    "ContentSource": _("Choose a source for the article."),
    "Keywords": _("Give the article keywords."),
    "Author": _("Credit a writer or a responsible editor."),
    "Description": _("Write a summary, or a text."),
    "Url": _BY_ITSELF,
    "NewsArticle": _BY_ITSELF,
}
# The tags that repeat what the page shows as its heading.
REPEATED = ("ArticleTitle", "og:title", "headline")


class PageKind(NamedTuple):
    """A kind of page: its name, the tags it must have with how to put each right, and its newest pages."""

    name: Sentence
    tags: Mapping[str, Sentence]
    paths: Iterable[str]


@dataclass
class CheckedPage:
    """One page, what its tags say, and their faults."""

    kind: Sentence
    path: str
    tags: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(tag, value) of every tag, in the order of the page."""
        return list(self.tags.items())


def check_page_tags() -> list[CheckedPage]:
    """Check the newest pages of every kind as they are baked. The number of pages and queries is bounded."""
    return [_check_page(kind, path) for kind in page_kinds() for path in islice(kind.paths, MOST_OF_A_KIND)]


def page_kinds() -> list[PageKind]:
    """Return every kind of page that is indexed, each with the addresses to check."""
    sections = list(Section.objects.filter(last_ordinal__gt=0).order_by("position", "pk")[:MOST_OF_A_KIND])
    topics = Topic.objects.public()[:MOST_OF_A_KIND]
    articles = Article.objects.public().order_by("-first_published_at", "-number").values_list("number", flat=True)
    column = {**EVERY_PAGE, **COLUMN_PAGE}
    described = {"ColumnDescription": _("Fill in the description of the section."), "description": _BY_ITSELF}
    day = Article.objects.public().newest_publication_day()
    fixed = [
        (_("home page"), "home"),
        (_("topics"), "topics"),
        (_("corrections"), "corrections"),
        (_("archive"), "archive"),
    ]
    return [
        *(PageKind(name, column, [reverse(route)]) for name, route in fixed),
        PageKind(_("section"), {**column, **described}, (section.get_absolute_url() for section in sections)),
        PageKind(
            _("page of a section"),
            {**column, **described},
            (reverse("section_page", args=[section.slug, section.last_page]) for section in sections[:1]),
        ),
        PageKind(_("topic"), column, (topic.get_absolute_url() for topic in topics)),
        *(
            PageKind(name, column, _newest_names(route))
            for name, route in ((_("person"), "person"), (_("source"), "source"), (_("keyword"), "keyword"))
        ),
        PageKind(_("month"), column, [reverse("month", args=[f"{day:%Y-%m}"])] if day else []),
        PageKind(_("day"), column, [reverse("day", args=[day.isoformat()])] if day else []),
        PageKind(
            _("article"),
            {**EVERY_PAGE, **COLUMN_PAGE, **ARTICLE_PAGE},
            (reverse("article", args=[number]) for number in articles[:NEWEST_ARTICLES]),
        ),
    ]


def _newest_names(route: str) -> list[str]:
    newest = baking.listed_names(route).order_by("-pk").values_list("pk", flat=True)
    return [reverse(route, args=[key]) for key in newest[:1]]


def _check_page(kind: PageKind, path: str) -> CheckedPage:
    page = CheckedPage(kind.name, path)
    body = baking.served_page(path)
    if body is None:
        page.problems.append(IS_NOT_BAKED)
        return page
    reader = _HeadReader()
    reader.feed(body.decode())
    page.tags = reader.tags
    for tag, hint in kind.tags.items():
        if not page.tags.get(tag, "").strip():
            page.problems.append(IS_MISSING.filled(tag=tag, hint=hint))
    page.problems += _disagreements(page, reader.heading)
    return page


def _disagreements(page: CheckedPage, heading: str) -> Iterator[Problem]:
    """Yield a problem for each tag of an article that has another title than the page, and for a foreign address."""
    titled = {tag: heading for tag in REPEATED if "ArticleTitle" in page.tags}
    for tag, shown in titled.items():
        found = page.tags.get(tag, "")
        if found and " ".join(found.split()) != " ".join(shown.split()):
            yield DISAGREES.filled(tag=tag, found=found, shown=shown, hint=_BY_ITSELF)
    canonical = page.tags.get("canonical", "")
    if canonical and not canonical.startswith(f"{settings.SITE_URL}/"):
        yield DISAGREES.filled(tag="canonical", found=canonical, shown=settings.SITE_URL + page.path, hint=_BY_ITSELF)


class _HeadReader(HTMLParser):
    """Collects the tags of a page, by their names, and its first heading."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, str] = {}
        self.heading = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := found.get("name") or found.get("property")):
            self.tags.setdefault(name, found.get("content", ""))
        elif tag == "link" and found.get("rel") == "canonical":
            self.tags["canonical"] = found.get("href", "")
        elif tag == "script" and found.get("type") == "application/ld+json":
            self._inside = "json"
        elif tag in ("title", "h1"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "h1", "script"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.tags["title"] = self.tags.get("title", "") + data
        elif self._inside == "h1":
            self.heading += data
        elif self._inside == "json":
            with suppress(ValueError):
                self._keep_linked_data(parse_outside_json(data))

    def _keep_linked_data(self, found: Any) -> None:
        if isinstance(found, dict) and isinstance(found.get("@type"), str):
            self.tags.setdefault(found["@type"], str(found.get("@id") or found["@type"]))
            if found["@type"] == "NewsArticle":
                self.tags["headline"] = str(found.get("headline", ""))
