"""Feeds in Atom, RSS and JSON: the newest articles of the site, a section or a topic, with credits and corrections."""

import html
import json
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from ... import home_and_topics
from ...models import Article, Edition, Section, SiteSettings, Topic
from ...sanitising import plain_text
from ...uploads import CONTENT_TYPES
from ..pages.article_page import author_names, edition_note, shown_cover_facts
from ..pages.pictures import still_address
from ..public_facts import first_publication, listing_section, live_edition
from .page_metadata import content_description

NEWEST = 30


class _StableFeed(SyndicationFeed):
    """A feed with what all three formats add: a date that depends on its entries alone, and several names an entry."""

    def latest_post_date(self) -> datetime:
        """When the newest entry changed; a constant for an empty feed, so that baking it twice gives the same file."""
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


class _AtomFeed(_StableFeed, Atom1Feed):
    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for kind in ("author", "contributor"):
            for name in item[f"{kind}s"]:
                handler.startElement(kind, AttributesImpl({}))
                handler.addQuickElement("name", name)
                handler.endElement(kind)

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _RssFeed(_StableFeed, Rss201rev2Feed):
    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for kind, element in (("author", "dc:creator"), ("contributor", "dc:contributor")):
            for name in item[f"{kind}s"]:
                handler.addQuickElement(element, name)

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:dc": "http://purl.org/dc/elements/1.1/"}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class _JsonFeed(_StableFeed):
    """JSON Feed 1.1 (jsonfeed.org)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
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
        (picture,) = item["enclosures"] or [None]
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_text": html.unescape(item["description"]),
            "date_published": item["pubdate"].isoformat(timespec="seconds"),
            "date_modified": item["updateddate"].isoformat(timespec="seconds"),
            **({"image": picture.url} if picture else {}),
            "authors": [{"name": name} for name in item["authors"]],
            "tags": item["categories"],
        }


FORMS: dict[str, type[SyndicationFeed]] = {"atom": _AtomFeed, "rss": _RssFeed, "json": _JsonFeed}


Of = TypeVar("Of", Section, Topic, None)


class Channel(NamedTuple, Generic[Of]):
    """What a feed is of: a section or topic, or None for the whole site; and the site's settings."""

    of: Of
    site: SiteSettings


class _NewestArticles(Feed):
    """What the feeds have in common. Addresses are built from settings, never from the request."""

    language = "zh-cn"
    name = ""  # of the route

    def __init__(self, form: str = "atom") -> None:
        self.form, self.feed_type = form, FORMS[form]

    def title(self, channel: Channel[Any]) -> str:
        return f"{channel.of} - {channel.site.name}" if channel.of else channel.site.name

    def link(self, channel: Channel[Any]) -> str:
        return settings.SITE_URL + (channel.of.get_absolute_url() if channel.of else reverse("home"))

    def author_name(self, channel: Channel[Any]) -> str:
        """Atom requires an author; the site is that of entries that name none."""
        return channel.site.name

    def feed_url(self, channel: Channel[Any]) -> str:
        return settings.SITE_URL + reverse(self.route_name(self.form), args=[channel.of.slug] if channel.of else [])

    @classmethod
    def route_name(cls, form: str) -> str:
        """Return the name of the feed's address in a form; Atom, the oldest, has no suffix."""
        return cls.name if form == "atom" else f"{cls.name}_{form}"

    def description(self, channel: Channel[Any]) -> str:
        """What the channel is about; its title where nobody wrote that."""
        about = channel.of or channel.site
        return (about.introduction if isinstance(about, Topic) else about.description) or self.title(channel)

    subtitle = description  # as Atom calls it

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

    def item_extra_kwargs(self, item: Article) -> dict[str, Any]:
        """Who wrote it as `authors`, as on the page; others who are credited as `contributors`; each name once."""
        content = live_edition(item).revision.content
        named = dict.fromkeys(plain_text(credit["name"]) for credit in content["credits"])
        authors = [plain_text(name) for name in author_names(content)]
        return {"authors": authors, "contributors": [name for name in named if name not in authors]}

    def item_enclosures(self, item: Article) -> list[Enclosure]:
        """The cover, else the first picture, as the page shares it."""
        content = live_edition(item).revision.content
        picture = shown_cover_facts(item, content) or next(iter(content["pictures"]), None)
        if picture is None:
            return []
        address = still_address(picture)
        # The length must be given; 0 means that it is unknown.
        return [Enclosure(settings.SITE_URL + address, "0", CONTENT_TYPES[address.rpartition(".")[2]])]

    def item_categories(self, item: Article) -> list[str]:
        return [listing_section(item).name, *live_edition(item).revision.content["keywords"]]


class AllFeed(_NewestArticles):
    """The newest of the whole site."""

    name = "feed_all"

    def get_object(self, request: HttpRequest) -> Channel[None]:
        return Channel(None, SiteSettings.current())

    def items(self, channel: Channel[None]) -> list[Article]:
        return list(_newest_first(_feed_rows())[:NEWEST])


class SectionFeed(_NewestArticles):
    """The newest of one section."""

    name = "feed_section"

    def get_object(self, request: HttpRequest, slug: str) -> Channel[Section]:
        return Channel(get_object_or_404(Section, slug=slug), SiteSettings.current())

    def items(self, channel: Channel[Section]) -> list[Article]:
        # Read by ordinal, for which there is an index; then sorted as in the feed of the site.
        listed = _feed_rows().filter(listed_in=channel.of).order_by("-ordinal")[:NEWEST]
        return sorted(listed, key=lambda article: (first_publication(article), article.number), reverse=True)


class TopicFeed(_NewestArticles):
    """The articles on a topic's page."""

    name = "feed_topic"

    def get_object(self, request: HttpRequest, slug: str) -> Channel[Topic]:
        return Channel(get_object_or_404(Topic.objects.public(), slug=slug), SiteSettings.current())

    def items(self, channel: Channel[Topic]) -> list[Article]:
        filled = home_and_topics.fill_blocks(home_and_topics.arranged_blocks(channel.of))
        numbers = {line.article.number for _block, lines in filled for line in lines}
        return list(_newest_first(_feed_rows().filter(number__in=numbers))[:NEWEST])


def _feed_rows() -> QuerySet[Article]:
    return Article.objects.public().select_related("live__revision", "listed_in", "shown_cover").defer("body")


def _newest_first(rows: QuerySet[Article]) -> QuerySet[Article]:
    return rows.order_by("-first_published_at", "-number")


def feed_urls() -> list[URLPattern]:
    """Return the addresses of the feeds."""
    return [
        path(f"feeds/{address}.{form}", feed(form), name=feed.route_name(form))
        for form in FORMS
        for address, feed in (("all", AllFeed), ("t/<slug:slug>", TopicFeed), ("<slug:slug>", SectionFeed))
    ]
