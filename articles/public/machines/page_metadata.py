"""Metadata for machines in the head of a page: the meta tags of the government web page norm (国办发〔2017〕47号, 附件
《网页设计规范》), Open Graph, and JSON-LD. The values are those that the page shows: same title, same minute, same
source.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ... import sanitising
from ...editing import split_keywords
from ...models import Article, Section, SiteSettings
from ..pages.article_page import ArticlePage, Crumb
from ..pages.pictures import share_addresses
from ..public_facts import live_edition
from .structured_data import (
    baidu_times_data,
    breadcrumb_data,
    iso_seconds,
    item_list_data,
    news_article_data,
    website_data,
)

_IN_WORD = re.compile("[A-Za-z0-9]")
_WORD_AT_END = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,%'-]*$")
DESCRIPTION_LENGTH = 120  # characters; what WeChat and search pages show of a summary


@dataclass
class PageMetadata:
    """The head of one page. `tags` are (name, content) pairs, `properties` those of Open Graph; none is empty."""

    title: str = ""
    canonical: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    linked_data: dict[str, Any] | None = None
    baidu_times: dict[str, Any] | None = None
    trail: dict[str, Any] | None = None  # schema.org's BreadcrumbList
    listed: dict[str, Any] | None = None  # schema.org's ItemList
    feed: str = ""  # the path of the page's own Atom feed
    indexed: bool = True

    @property
    def elements(self) -> SafeString:
        """The <meta> elements of tags and properties and the <link> of the feed, one per line."""
        rows = [("name", *tag) for tag in self.tags] + [("property", *pair) for pair in self.properties]
        # The names are constants. Values are escaped here: thirty calls of format_html cost a tenth of a whole page.
        tags = [f'<meta {kind}="{name}" content="{escape(value)}">\n' for kind, name, value in rows]
        if self.feed:
            title = escape(self.title)
            tags.append(f'<link rel="alternate" type="application/atom+xml" title="{title}" href="{self.feed}">\n')
        return mark_safe("".join(tags))

    @property
    def has_picture(self) -> bool:
        """True if the page has its own picture for sharing; others get the site's."""
        return any(name == "og:image" for name, _value in self.properties)

    @property
    def linked_data_scripts(self) -> SafeString:
        """The JSON-LD elements, one per line; the JSON contains no character that could end one."""
        found = (self.linked_data, self.baidu_times, self.trail, self.listed)
        return mark_safe("".join(_json_ld_script(data) for data in found if data))


def _json_ld_script(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False)
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/ld+json">{text}</script>\n'


def site_metadata(site: SiteSettings) -> list[tuple[str, str]]:
    """Return the tags of every page: SiteName, SiteDomain and, if the site has one, SiteIDCode."""
    return _without_empty(
        ("SiteName", site.name),
        ("SiteDomain", urlsplit(settings.SITE_URL).hostname or ""),
        ("SiteIDCode", site.site_code),
    )


def home_metadata(site: SiteSettings, latest: datetime | None) -> PageMetadata:
    """Return the head of the home page; `latest` is when the newest article on it was published."""
    home = settings.SITE_URL + reverse("home")
    return PageMetadata(
        linked_data=website_data(site, home, latest),
        baidu_times=baidu_times_data(home, site.name, None, latest),
        canonical=home,
        tags=_without_empty(
            ("description", site.description),
            ("ColumnName", _("Home")),
            ("ColumnDescription", site.description),
            ("ColumnKeywords", ",".join(split_keywords(site.keywords))),
            ("ColumnType", pgettext("column type of the norm", "Home")),
        ),
        properties=_without_empty(
            ("og:type", "website"),
            ("og:title", site.name),
            ("og:url", home),
            ("og:description", site.description),
        ),
    )


def section_metadata(
    section: Section, articles: Iterable[Article], crumbs: Iterable[Crumb], page: int | None = None
) -> PageMetadata:
    """Return the head of a section's front, or of its numbered page `page`, which lists these articles.

    The only page of a section has the same articles as its front, which is its canonical address.
    """
    has_own_address = page and section.last_page > 1
    path = reverse("section_page", args=[section.slug, page]) if has_own_address else section.get_absolute_url()
    name = _("%(section)s, page %(page)d") % {"section": section.name, "page": page} if page else section.name
    description = section.description or _("Articles: %(title)s") % {"title": section.name}
    return PageMetadata(
        title=name,
        canonical=settings.SITE_URL + path,
        tags=[*_without_empty(("description", description)), *_column_tags(section)],
        properties=_without_empty(
            ("og:type", "website"),
            ("og:title", name),
            ("og:url", settings.SITE_URL + path),
            ("og:description", description),
        ),
        trail=breadcrumb_data(crumbs),
        listed=item_list_data(articles),
        feed=reverse("feed_section", args=[section.slug]),
    )


def article_metadata(page: ArticlePage, site: SiteSettings) -> PageMetadata:
    """Return the head of an article's page, which is not a draft's."""
    description = content_description(page.content)
    pictures = share_addresses(page.cover or next(iter(page.content["pictures"]), None))
    title, url = page.content["title"], page.article.public_url
    return PageMetadata(
        title=title,
        canonical=url,
        tags=[*_article_tags(page, description, pictures), *_column_tags(page.section)],
        properties=_article_properties(page, description, pictures),
        linked_data=news_article_data(page, site, description, pictures),
        baidu_times=baidu_times_data(url, title, page.published_at, page.updated_at),
        trail=breadcrumb_data(page.crumbs, Crumb(title, page.article.get_absolute_url())),
    )


def _article_tags(page: ArticlePage, description: str, pictures: list[str]) -> list[tuple[str, str]]:
    content = page.content
    return _without_empty(
        ("description", description),
        ("ArticleTitle", content["title"]),
        ("PubDate", timezone.localtime(page.published_at).strftime("%Y-%m-%d %H:%M")),
        ("ContentSource", content["source"]["name"] if content["source"] else ""),
        ("Keywords", ",".join(content["keywords"])),
        ("Author", ",".join(page.authors or page.responsible_editors)),
        ("Description", description),
        ("Image", pictures[0] if pictures else ""),
        ("Url", page.article.public_url),
        ("twitter:card", "summary_large_image" if pictures else "summary"),
    )


def _article_properties(page: ArticlePage, description: str, pictures: list[str]) -> list[tuple[str, str]]:
    published, updated = iso_seconds(page.published_at), iso_seconds(page.updated_at)
    return _without_empty(
        ("og:type", "article"),
        ("og:title", page.content["title"]),
        ("og:url", page.article.public_url),
        ("og:description", description),
        *(("og:image", picture) for picture in pictures),
        ("article:published_time", published),
        ("article:modified_time", updated),
        ("article:section", page.section.name),
        ("og:locale", "zh_CN"),
        ("bytedance:published_time", published),
        ("bytedance:updated_time", updated),
    )


def history_metadata(article: Article) -> PageMetadata:
    """Return the head of a history page. It is not indexed, because it quotes retracted statements."""
    edition = live_edition(article)
    return PageMetadata(
        title=_("What changed in “%(title)s”") % {"title": edition.title},
        canonical=settings.SITE_URL + reverse("history", args=[article.number]),
        tags=_column_tags(edition.section),
        indexed=False,
    )


def list_metadata(
    title: str, path: str, description: str = "", articles: Iterable[Article] = (), crumbs: Iterable[Crumb] = ()
) -> PageMetadata:
    """Return the head of a list that is not a section: of a person, a source, a day or a topic.

    `crumbs` is the breadcrumb trail that the page shows.
    """
    url = settings.SITE_URL + path
    description = description or _("Articles: %(title)s") % {"title": title}
    return PageMetadata(
        title=title,
        canonical=url,
        tags=_without_empty(
            ("description", description),
            ("ColumnName", title),
            ("ColumnDescription", title),
            ("ColumnKeywords", title),
            ("ColumnType", Section.Kind.NEWS),
        ),
        properties=_without_empty(
            ("og:type", "website"), ("og:title", title), ("og:description", description), ("og:url", url)
        ),
        trail=breadcrumb_data(crumbs),
        listed=item_list_data(articles),
    )


def search_metadata(words: str) -> PageMetadata:
    """Return the head of the search page, which is not indexed."""
    title = _("Search: %(words)s") % {"words": words[:40]} if words.strip() else _("Search")
    return PageMetadata(title=title, indexed=False)


def unindexed_metadata(title: str = "") -> PageMetadata:
    """Return the head of a page that search engines should not index, such as an error or a preview."""
    return PageMetadata(title=title, indexed=False)


def content_description(content: dict[str, Any]) -> str:
    """Return the summary of a revision's content, or the beginning of its text, in one line."""
    lines = [content["summary"]] if content["summary"] else sanitising.text_lines(content["body"])
    return shorten_text(" ".join(" ".join(lines).split()), DESCRIPTION_LENGTH)


def shorten_text(text: str, length: int) -> str:
    """Return at most `length` characters of a line of text: a longer one ends with a whole word and an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if _IN_WORD.match(text[length - 1]):
        cut = _WORD_AT_END.sub("", cut) or cut
    return cut.rstrip("，、：；（《“,:;( ") + "…"


def _column_tags(section: Section) -> list[tuple[str, str]]:
    return _without_empty(
        ("ColumnName", section.name),
        ("ColumnDescription", section.description or section.name),
        ("ColumnKeywords", ",".join(split_keywords(section.keywords)) or section.name),
        ("ColumnType", section.kind),
    )


def _without_empty(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(name, " ".join(value.split())) for name, value in pairs if value and value.strip()]
