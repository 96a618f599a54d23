"""Feeds in Atom, RSS and JSON: the newest of the site, a section or a topic, with all who are credited and what was corrected."""

import html
import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.translation import gettext as _

from ... import arranging
from ...models import Article, Edition, Section, SiteSettings, Topic
from ...sanitising import plain_text
from ..pages.article_page import edition_note
from .page_metadata import content_description

NEWEST = 30


class _SteadyDates:
    items: list[dict[str, Any]]

    def latest_post_date(self) -> datetime:
        """When the newest entry changed; without any, an instant that is always the same, as the page is."""
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


class _AtomFeed(_SteadyDates, Atom1Feed):
    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _RssFeed(_SteadyDates, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:dc": "http://purl.org/dc/elements/1.1/"}

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _JsonFeed(_SteadyDates, SyndicationFeed):
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


FORMS = {"atom": _AtomFeed, "rss": _RssFeed, "json": _JsonFeed}


class AllFeed(Feed):
    """The newest of the whole site. Addresses are built from settings, never from the request."""

    language = "zh-cn"
    name = "feed_all"

    def __init__(self, form: str = "atom") -> None:
        self.form, self.feed_type = form, FORMS[form]

    def title(self, of: Any) -> str:
        name = SiteSettings.current().name
        return f"{of} - {name}" if of else name

    def link(self, of: Any) -> str:
        return settings.SITE_URL + (of.get_absolute_url() if of else reverse("home"))

    def feed_url(self, of: Any) -> str:
        name = self.name if self.form == "atom" else f"{self.name}_{self.form}"
        return settings.SITE_URL + reverse(name, args=[of.slug] if of else [])

    def items(self, of: Any) -> list[Article]:
        return list(_feed_rows().order_by("-first_published_at", "-number")[:NEWEST])

    def item_title(self, item: Article) -> str:
        return item.live.title

    def item_description(self, item: Article) -> str:
        """The summary, or how the text begins; where readers see a correction, what was corrected comes first."""
        text = content_description(item.live.revision.content)
        if item.live.kind == Edition.Kind.CORRECTION:
            text = _("Correction: %(note)s") % {"note": edition_note(item.live)} + " " + text
        return escape(text)  # Atom's summaries are HTML

    def item_link(self, item: Article) -> str:
        return item.public_url

    item_guid = item_link

    def item_pubdate(self, item: Article) -> Any:
        return item.first_published_at

    def item_updateddate(self, item: Article) -> Any:
        return item.live.published_at

    def item_author_name(self, item: Article) -> str:
        # Cleaned again: one control character in a name from elsewhere, and XML has no feed at all.
        return "、".join(dict.fromkeys(plain_text(credit["name"]) for credit in item.live.revision.content["credits"]))

    def item_categories(self, item: Article) -> list[str]:
        return [item.listed_in.name, *item.live.revision.content["keywords"]]


class SectionFeed(AllFeed):
    """The newest of one section."""

    name = "feed_section"

    def get_object(self, request: HttpRequest, slug: str) -> Section:
        return get_object_or_404(Section, slug=slug)

    def items(self, of: Section) -> list[Article]:
        # By their places in the section, which one index holds; then as the feed of the site has them.
        listed = _feed_rows().filter(listed_in=of).order_by("-ordinal")[:NEWEST]
        return sorted(listed, key=lambda article: (article.first_published_at, article.number), reverse=True)


class TopicFeed(AllFeed):
    """What stands on a topic's page."""

    name = "feed_topic"

    def get_object(self, request: HttpRequest, slug: str) -> Topic:
        return get_object_or_404(Topic.objects.public(), slug=slug)

    def items(self, of: Topic) -> list[Article]:
        filled = arranging.fill_blocks(arranging.arranged_blocks(of))
        numbers = {line.article.number for _block, lines in filled for line in lines}
        return list(_feed_rows().filter(number__in=numbers).order_by("-first_published_at", "-number")[:NEWEST])


def _feed_rows() -> Any:
    return Article.objects.public().select_related("live__revision", "listed_in").defer("body")


def feed_urls() -> list[Any]:
    """Where the feeds are: Atom under the old names, the others beside."""
    return [
        path(f"feeds/{where}.{form}", feed(form), name=feed.name if form == "atom" else f"{feed.name}_{form}")
        for form in FORMS
        for where, feed in (("all", AllFeed), ("t/<slug:slug>", TopicFeed), ("<slug:slug>", SectionFeed))
    ]
