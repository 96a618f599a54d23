"""The three formats of feeds: Atom 1.0, RSS 2.0 and JSON Feed 1.1 (jsonfeed.org)."""

import html
import io
import json
from datetime import UTC, datetime
from typing import IO, Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.xmlutils import SimplerXMLGenerator


class _StableFeed(SyndicationFeed):
    """A feed with what all three formats add: a date that depends on its entries alone, and several names an entry."""

    def latest_post_date(self) -> datetime:
        """When the newest entry changed; a constant for an empty feed, so that baking it twice gives the same file."""
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


class _XmlFeed(_StableFeed):
    def write(self, outfile: IO[bytes], encoding: str) -> None:
        text = io.StringIO()  # encoded at once, not each of a thousand tags
        super().write(text, encoding)
        outfile.write(text.getvalue().encode(encoding))


class AtomFeed(_XmlFeed, Atom1Feed):
    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for kind in ("author", "contributor"):
            for name in item[f"{kind}s"]:
                handler.startElement(kind, AttributesImpl({}))
                handler.addQuickElement("name", name)
                handler.endElement(kind)
        if self.feed["whole"]:
            handler.addQuickElement("content", item["whole_text"](), {"type": "html"})

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class RssFeed(_XmlFeed, Rss201rev2Feed):
    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for kind, element in (("author", "dc:creator"), ("contributor", "dc:contributor")):
            for name in item[f"{kind}s"]:
                handler.addQuickElement(element, name)
        if self.feed["whole"]:
            handler.addQuickElement("content:encoded", item["whole_text"]())

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})


class JsonFeed(_StableFeed):
    """JSON Feed 1.1 (jsonfeed.org)."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: IO[bytes], encoding: str) -> None:
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

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        (picture,) = item["enclosures"] or [None]
        summary = html.unescape(item["description"])
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            **(
                {"summary": summary, "content_html": item["whole_text"]()}
                if self.feed["whole"]
                else {"content_text": summary}
            ),
            "date_published": item["pubdate"].isoformat(timespec="seconds"),
            "date_modified": item["updateddate"].isoformat(timespec="seconds"),
            **({"image": picture.url} if picture else {}),
            "authors": [{"name": name} for name in item["authors"]],
            "tags": item["categories"],
        }


FORMS: dict[str, type[SyndicationFeed]] = {"atom": AtomFeed, "rss": RssFeed, "json": JsonFeed}
