"""Feeds in Atom, RSS and JSON: the newest articles of the site, a section or a topic, with credits and corrections."""

import html
import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from ... import home_and_topics
from ...models import Article, Edition, Section, SiteSettings, Topic
from ...sanitising import plain_text
from ..pages.article_page import edition_note
from ..public_facts import first_publication, listing_section, live_edition
from .page_metadata import content_description

NEWEST = 30


class _StableDates(SyndicationFeed):
    def latest_post_date(self) -> datetime:
        """When the newest entry changed; a constant for an empty feed, so that baking it twice gives the same file."""
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


class _AtomFeed(_StableDates, Atom1Feed):
    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _RssFeed(_StableDates, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:dc": "http://purl.org/dc/elements/1.1/"}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _JsonFeed(_StableDates):
    """JSON Feed 1.1 (jsonfeed.org)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": "zh-CN",
            "items": [self._item(item) for item in self.items],
        }
        if settings.WEBSUB_HUB:
            feed["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_HUB}]
        outfile.write(json.dumps(feed, ensure_ascii=False).encode(encoding))

    @staticmethod
    def _item(item: dict[str, Any]) -> dict[str, Any]:
        names = item["author_name"].split("、") if item["author_name"] else []
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_text": html.unescape(item["description"]),
            "date_published": item["pubdate"].isoformat(timespec="seconds"),
            "date_modified": item["updateddate"].isoformat(timespec="seconds"),
            "authors": [{"name": name} for name in names],
            "tags": item["categories"],
        }


FORMS: dict[str, type[SyndicationFeed]] = {"atom": _AtomFeed, "rss": _RssFeed, "json": _JsonFeed}


class _NewestArticles(Feed):
    """What the feeds have in common; `of` is the section or topic, None for the whole site.

    Addresses are built from settings, never from the request.
    """

    language = "zh-cn"
    name = ""  # of the route

    def __init__(self, form: str = "atom") -> None:
        self.form, self.feed_type = form, FORMS[form]

    def title(self, of: Section | Topic | None) -> str:
        name = SiteSettings.current().name
        return f"{of} - {name}" if of else name

    def link(self, of: Section | Topic | None) -> str:
        return settings.SITE_URL + (of.get_absolute_url() if of else reverse("home"))

    def feed_url(self, of: Section | Topic | None) -> str:
        return settings.SITE_URL + reverse(self.route_name(self.form), args=[of.slug] if of else [])

    @classmethod
    def route_name(cls, form: str) -> str:
        """Return the name of the feed's address in a form; Atom, the oldest, has no suffix."""
        return cls.name if form == "atom" else f"{cls.name}_{form}"

    def item_title(self, item: Article) -> str:
        return live_edition(item).title

    def item_description(self, item: Article) -> str:
        """The summary, or the beginning of the text; after the public note if the edition is a correction."""
        edition = live_edition(item)
        text = content_description(edition.revision.content)
        if edition.kind == Edition.Kind.CORRECTION:
            text = _("Correction: %(note)s") % {"note": edition_note(edition)} + " " + text
        return escape(text)  # Atom's summaries are HTML

    def item_link(self, item: Article) -> str:
        return item.public_url

    item_guid = item_link

    def item_pubdate(self, item: Article) -> datetime:
        return first_publication(item)

    def item_updateddate(self, item: Article) -> datetime:
        return live_edition(item).published_at

    def item_author_name(self, item: Article) -> str:
        # Control characters are removed again: with one of them in a name, the feed would not be XML.
        credits = live_edition(item).revision.content["credits"]
        return "、".join(dict.fromkeys(plain_text(credit["name"]) for credit in credits))

    def item_categories(self, item: Article) -> list[str]:
        return [listing_section(item).name, *live_edition(item).revision.content["keywords"]]


class AllFeed(_NewestArticles):
    """The newest of the whole site."""

    name = "feed_all"

    def items(self) -> list[Article]:
        return list(_newest_first(_feed_rows())[:NEWEST])


class SectionFeed(_NewestArticles):
    """The newest of one section."""

    name = "feed_section"

    def get_object(self, request: HttpRequest, slug: str) -> Section:
        return get_object_or_404(Section, slug=slug)

    def items(self, of: Section) -> list[Article]:
        # Read by ordinal, for which there is an index; then sorted as in the feed of the site.
        listed = _feed_rows().filter(listed_in=of).order_by("-ordinal")[:NEWEST]
        return sorted(listed, key=lambda article: (first_publication(article), article.number), reverse=True)


class TopicFeed(_NewestArticles):
    """The articles on a topic's page."""

    name = "feed_topic"

    def get_object(self, request: HttpRequest, slug: str) -> Topic:
        return get_object_or_404(Topic.objects.public(), slug=slug)

    def items(self, of: Topic) -> list[Article]:
        filled = home_and_topics.fill_blocks(home_and_topics.arranged_blocks(of))
        numbers = {line.article.number for _block, lines in filled for line in lines}
        return list(_newest_first(_feed_rows().filter(number__in=numbers))[:NEWEST])


def _feed_rows() -> QuerySet[Article]:
    return Article.objects.public().select_related("live__revision", "listed_in").defer("body")


def _newest_first(rows: QuerySet[Article]) -> QuerySet[Article]:
    return rows.order_by("-first_published_at", "-number")


def feed_urls() -> list[URLPattern]:
    """Return the addresses of the feeds."""
    return [
        path(f"feeds/{address}.{form}", feed(form), name=feed.route_name(form))
        for form in FORMS
        for address, feed in (("all", AllFeed), ("t/<slug:slug>", TopicFeed), ("<slug:slug>", SectionFeed))
    ]
