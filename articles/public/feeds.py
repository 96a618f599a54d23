"""Atom feeds: the newest of the site and of each section, with everyone who is credited and what was corrected."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from ..models import Article, Edition, Section, SiteSettings
from ..sanitising import plain
from .metadata import description_of
from .page import note_of

NEWEST = 30


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """When the newest entry changed; without any, an instant that is always the same, as the page is."""
        return max((item["updateddate"] for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


class AllFeed(Feed):
    """The newest of the whole site. Addresses are built from settings, never from the request."""

    feed_type = _Atom
    language = "zh-cn"

    def title(self, section: Section | None) -> str:
        name = SiteSettings.current().name
        return f"{section.name} - {name}" if section else name

    def link(self, section: Section | None) -> str:
        return settings.SITE_URL + (section.get_absolute_url() if section else reverse("home"))

    def feed_url(self, section: Section | None) -> str:
        path = reverse("feed_section", args=[section.slug]) if section else reverse("feed_all")
        return settings.SITE_URL + path

    def items(self, section: Section | None) -> list[Article]:
        rows = Article.objects.public().select_related("live__revision", "listed_in").defer("body")
        if section:
            # By their places in the section, which one index holds; then as the feed of the site has them.
            listed = rows.filter(listed_in=section).order_by("-ordinal")[:NEWEST]
            return sorted(listed, key=lambda article: (article.first_published_at, article.number), reverse=True)
        return list(rows.order_by("-first_published_at", "-number")[:NEWEST])

    def item_title(self, item: Article) -> str:
        return item.live.title

    def item_description(self, item: Article) -> str:
        """The summary, or how the text begins; where readers see a correction, what was corrected comes first."""
        text = description_of(item.live.revision.content)
        if item.live.kind == Edition.Kind.CORRECTION:
            text = _("Correction: %(note)s") % {"note": note_of(item.live)} + " " + text
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
        return "、".join(dict.fromkeys(plain(credit["name"]) for credit in item.live.revision.content["credits"]))

    def item_categories(self, item: Article) -> list[str]:
        return [item.listed_in.name, *item.live.revision.content["keywords"]]


class SectionFeed(AllFeed):
    """The newest of one section."""

    def get_object(self, request: HttpRequest, slug: str) -> Section:
        return get_object_or_404(Section, slug=slug)
