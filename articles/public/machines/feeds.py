"""Feeds in Atom, RSS and JSON: the newest articles of the site, a section or a topic, with credits and corrections."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.feedgenerator import Enclosure, SyndicationFeed
from django.utils.html import escape
from django.utils.translation import gettext as _

from ... import home_and_topics
from ...models import Article, Edition, Section, SiteSettings, Topic
from ...models.ai_use import ai_sentence
from ...sanitising import plain_text
from ...uploads import CONTENT_TYPES
from ..pages.article_page import author_names, edition_note, shown_cover_facts
from ..pages.page_batch import PageBatch
from ..pages.pictures import still_address
from ..public_facts import first_publication, listing_section, live_edition
from .feed_formats import FORMS
from .page_metadata import content_description

NEWEST = 30
ADDRESS_HERE = re.compile(r' (src|href)="/')  # in sanitised HTML

Of = TypeVar("Of", bound=Section | Topic | None)


@dataclass
class Channel(Generic[Of]):
    """What a feed is of: a section or topic, or None for the whole site; and the site's settings.

    `entries`, as `SyndicationFeed` keeps them, are the same in all formats: the first one that is rendered makes them.
    """

    of: Of
    site: SiteSettings
    entries: list[dict[str, Any]] = field(default_factory=list)


class _NewestArticles(Feed):
    """What the feeds have in common. Addresses are built from settings, never from the request."""

    language = "zh-cn"
    name = ""  # of the route

    def __init__(self, form: str = "atom") -> None:
        self.form, self.feed_type = form, FORMS[form]

    def shared_channel(self, request: HttpRequest, find: Callable[[], Of], slug: str = "") -> Channel[Of]:
        """Return the channel of what `find` returns; the formats share it that are baked together."""
        batch = PageBatch.of_request(request)
        return batch.once((self.name, slug), lambda: Channel(find(), batch.settings))

    def find_articles(self, channel: Channel[Any]) -> list[Article]:
        """Return the articles of the feed, newest first."""
        raise NotImplementedError

    def items(self, channel: Channel[Any]) -> list[Article]:
        return [] if channel.entries else self.find_articles(channel)

    def get_feed(self, channel: Channel[Any], request: HttpRequest) -> SyndicationFeed:
        feed = super().get_feed(channel, request)
        channel.entries = feed.items = feed.items or channel.entries
        return feed

    def title(self, channel: Channel[Any]) -> str:
        return f"{channel.of} - {channel.site.name}" if channel.of else channel.site.name

    def link(self, channel: Channel[Any]) -> str:
        return settings.SITE_URL + (channel.of.get_absolute_url() if channel.of else reverse("home"))

    def author_name(self, channel: Channel[Any]) -> str:
        """Atom requires an author; the site is the author of entries without one."""
        return channel.site.name

    def feed_guid(self, channel: Channel[Any]) -> str:
        kind = f"{channel.of._meta.model_name}/{channel.of.pk}" if channel.of else "all"
        return f"tag:{settings.FEED_TAG}:feeds/{kind}"

    def feed_extra_kwargs(self, channel: Channel[Any]) -> dict[str, Any]:
        return {"whole": channel.site.full_feeds}

    def feed_url(self, channel: Channel[Any]) -> str:
        return settings.SITE_URL + reverse(self.route_name(self.form), args=[channel.of.slug] if channel.of else [])

    @classmethod
    def route_name(cls, form: str) -> str:
        """Return the name of the feed's address in a form; Atom, the oldest, has no suffix."""
        return cls.name if form == "atom" else f"{cls.name}_{form}"

    def description(self, channel: Channel[Any]) -> str:
        """The description of the channel; its title if there is none."""
        about = channel.of or channel.site
        return (about.introduction if isinstance(about, Topic) else about.description) or self.title(channel)

    subtitle = description  # as Atom calls it

    def item_title(self, item: Article) -> str:
        return live_edition(item).title

    def item_description(self, item: Article) -> str:
        """The summary, or the beginning of the text; after the public note if the edition is a correction."""
        edition = live_edition(item)
        text = content_description(edition.revision.content)
        return escape(f"{_correction(edition)} {text}".strip())  # Atom's summaries are HTML

    def item_link(self, item: Article) -> str:
        return item.public_url

    item_guid_is_permalink = False

    def item_guid(self, item: Article) -> str:
        """An id that changes neither with the host nor with the scheme (RFC 4151)."""
        return f"tag:{settings.FEED_TAG}:a/{item.number}"

    def item_pubdate(self, item: Article) -> datetime:
        return first_publication(item)

    def item_updateddate(self, item: Article) -> datetime:
        return live_edition(item).published_at

    def item_extra_kwargs(self, item: Article) -> dict[str, Any]:
        """Who wrote it as `authors`, as on the page; others who are credited as `contributors`; each name once.

        `whole_text` returns the text as HTML; it is called if the feed contains it.
        """
        content = live_edition(item).revision.content
        named = dict.fromkeys(plain_text(credit["name"]) for credit in content["credits"])
        authors = [plain_text(name) for name in author_names(content)]
        return {
            "authors": authors,
            "contributors": [name for name in named if name not in authors],
            "whole_text": partial(_whole_text, live_edition(item)),
        }

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
        return self.shared_channel(request, lambda: None)

    def find_articles(self, channel: Channel[None]) -> list[Article]:
        return list(_newest_first(_feed_rows())[:NEWEST])


class SectionFeed(_NewestArticles):
    """The newest of one section."""

    name = "feed_section"

    def get_object(self, request: HttpRequest, slug: str) -> Channel[Section]:
        return self.shared_channel(request, lambda: get_object_or_404(Section, slug=slug), slug)

    def find_articles(self, channel: Channel[Section]) -> list[Article]:
        # Read by ordinal, for which there is an index; then sorted as in the feed of the site.
        listed = _feed_rows().filter(listed_in=channel.of).order_by("-ordinal")[:NEWEST]
        return sorted(listed, key=lambda article: (first_publication(article), article.number), reverse=True)


class TopicFeed(_NewestArticles):
    """The articles on a topic's page."""

    name = "feed_topic"

    def get_object(self, request: HttpRequest, slug: str) -> Channel[Topic]:
        return self.shared_channel(request, lambda: get_object_or_404(Topic.objects.public(), slug=slug), slug)

    def find_articles(self, channel: Channel[Topic]) -> list[Article]:
        filled = home_and_topics.fill_blocks(home_and_topics.arranged_blocks(channel.of))
        numbers = {line.article.number for _block, lines in filled for line in lines}
        return list(_newest_first(_feed_rows().filter(number__in=numbers))[:NEWEST])


def _correction(edition: Edition) -> str:
    """Return the public note of a correction, "" of any other edition."""
    if edition.kind != Edition.Kind.CORRECTION:
        return ""
    return _("Correction: %(note)s") % {"note": edition_note(edition)}


def _whole_text(edition: Edition) -> str:
    """Return the text of an edition as HTML with absolute addresses, below its correction and the notice about
    the use of AI.
    """
    content = edition.revision.content
    notes = [_correction(edition), ai_sentence(content)]
    body = ADDRESS_HERE.sub(rf' \1="{settings.SITE_URL}/', content["body"])
    return "".join(f"<p>{escape(note)}</p>" for note in notes if note) + body


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
