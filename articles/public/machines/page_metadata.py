"""What machines read in the head of a page: the meta tags of the government web page norm (国办发〔2017〕47号, 附件
《网页设计规范》), Open Graph, and JSON-LD. Their values are the visible ones: same title, same minute, same source.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ...editing import split_keywords
from ...models import Article, Section, SiteSettings
from ..pages.article_page import ArticlePage, Crumb

MOST_LISTED = 100  # articles of a list that machines are told
DESCRIPTION_LENGTH = 120  # characters; what WeChat and search pages show of a summary


@dataclass
class PageMetadata:
    """The head of one page. `tags` are (name, content) pairs, `properties` Open Graph ones; empty values are left out."""

    title: str = ""
    canonical: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    linked_data: dict[str, Any] | None = None
    trail: dict[str, Any] | None = None  # schema.org's BreadcrumbList
    listed: dict[str, Any] | None = None  # schema.org's ItemList
    indexed: bool = True

    @property
    def elements(self) -> SafeString:
        """The <meta> elements of tags and properties, a line each."""
        rows = [("name", *tag) for tag in self.tags] + [("property", *pair) for pair in self.properties]
        # The names are ours. Escaped here and joined at once: thirty of them by format_html cost a tenth of a whole page.
        return mark_safe("".join(f'<meta {kind}="{name}" content="{escape(value)}">\n' for kind, name, value in rows))

    @property
    def linked_data_scripts(self) -> SafeString:
        """The JSON-LD elements, a line each; the JSON holds no character that could end one."""
        return mark_safe("".join(_json_ld_script(data) for data in (self.linked_data, self.trail, self.listed) if data))


def _json_ld_script(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False)
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/ld+json">{text}</script>\n'


def site_metadata(site: SiteSettings) -> list[tuple[str, str]]:
    """SiteName, SiteDomain and, where there is one, SiteIDCode: on every page."""
    return _without_empty(
        ("SiteName", site.name),
        ("SiteDomain", urlsplit(settings.SITE_URL).hostname or ""),
        ("SiteIDCode", site.site_code),
    )


def home_metadata(site: SiteSettings, latest: datetime | None) -> PageMetadata:
    """`latest`: when the newest of what it shows was published."""
    home = settings.SITE_URL + reverse("home")
    return PageMetadata(
        linked_data=_website_data(site, home, latest),
        canonical=home,
        tags=_without_empty(
            ("description", site.description),
            ("ColumnName", _("Home")),
            ("ColumnDescription", site.description),
            ("ColumnKeywords", ",".join(split_keywords(site.keywords))),
            ("ColumnType", pgettext("column type of the norm", "Home")),
        ),
        properties=_without_empty(
            ("og:type", "website"), ("og:title", site.name), ("og:url", home), ("og:description", site.description)
        ),
    )


def section_metadata(
    section: Section, articles: Iterable[Article], crumbs: Iterable[Crumb], page: int | None = None
) -> PageMetadata:
    """The front of a section, or its numbered page `page`, and the articles it lists."""
    path = reverse("section_page", args=[section.slug, page]) if page else section.get_absolute_url()
    name = _("%(section)s, page %(page)d") % {"section": section.name, "page": page} if page else section.name
    return PageMetadata(
        title=name,
        canonical=settings.SITE_URL + path,
        tags=[*_without_empty(("description", section.description)), *_column_tags(section)],
        properties=_without_empty(
            ("og:type", "website"),
            ("og:title", name),
            ("og:url", settings.SITE_URL + path),
            ("og:description", section.description),
        ),
        trail=_breadcrumb_data(crumbs),
        listed=_item_list_data(articles),
    )


def article_metadata(page: ArticlePage) -> PageMetadata:
    content, url = page.content, page.article.public_url
    description = content_description(content)
    picture = settings.SITE_URL + settings.MEDIA_URL + content["pictures"][0]["file"] if content["pictures"] else ""
    if page.cover:
        picture = settings.SITE_URL + settings.MEDIA_URL + page.cover["file"]
    published, updated = (timezone.localtime(t) for t in (page.published_at, page.updated_at))
    source = content["source"]["name"] if content["source"] else ""
    return PageMetadata(
        title=content["title"],
        canonical=url,
        tags=[
            *_without_empty(
                ("description", description),
                ("ArticleTitle", content["title"]),
                ("PubDate", published.strftime("%Y-%m-%d %H:%M")),
                ("ContentSource", source),
                ("Keywords", ",".join(content["keywords"])),
                ("Author", ",".join(page.authors or page.responsible_editors)),
                ("Description", description),
                ("Image", picture),
                ("Url", url),
                ("twitter:card", "summary_large_image" if picture else "summary"),
            ),
            *_column_tags(page.section),
        ],
        properties=_without_empty(
            ("og:type", "article"),
            ("og:title", content["title"]),
            ("og:url", url),
            ("og:description", description),
            ("og:image", picture),
            ("article:published_time", _iso_seconds(published)),
            ("article:modified_time", _iso_seconds(updated)),
            ("article:section", page.section.name),
            ("og:locale", "zh_CN"),
            ("bytedance:published_time", _iso_seconds(published)),
            ("bytedance:updated_time", _iso_seconds(updated)),
        ),
        linked_data=_news_article_data(page, description, picture),
        trail=_breadcrumb_data(page.crumbs),
    )


def history_metadata(article: Article) -> PageMetadata:
    """The history page: it quotes what was wrong, so it is found from the article and not from a search engine."""
    return PageMetadata(
        title=_("What changed in “%(title)s”") % {"title": article.live.title},
        canonical=settings.SITE_URL + reverse("history", args=[article.number]),
        tags=_column_tags(article.live.section),
        indexed=False,
    )


def list_metadata(
    title: str, path: str, description: str = "", articles: Iterable[Article] = (), crumbs: Iterable[Crumb] = ()
) -> PageMetadata:
    """A list that is no section: of a person, a source, a day, a topic. `crumbs`: the way here that the page shows."""
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
        trail=_breadcrumb_data(crumbs),
        listed=_item_list_data(articles),
    )


def search_metadata(words: str) -> PageMetadata:
    """The search page; search engines have searches of their own."""
    title = _("Search: %(words)s") % {"words": words[:40]} if words.strip() else _("Search")
    return PageMetadata(title=title, indexed=False)


def unindexed_metadata(title: str = "") -> PageMetadata:
    """A page that search engines should leave alone: an error, a preview."""
    return PageMetadata(title=title, indexed=False)


def _website_data(site: SiteSettings, home: str, latest: datetime | None) -> dict[str, Any]:
    """schema.org's WebSite, with whose it is and how it is searched; Baidu's upDate beside."""
    updated = _iso_seconds(timezone.localtime(latest)) if latest else ""
    facts = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "@id": home,
        "url": home,
        "name": site.name,
        "description": site.description,
        "publisher": {"@type": "NewsMediaOrganization", "name": site.sponsor or site.name, "url": home},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": settings.SITE_URL + reverse("search") + "?q={words}"},
            "query-input": "required name=words",
        },
        "dateModified": updated,
        "upDate": updated[:19],
        "inLanguage": "zh-CN",
    }
    return {name: value for name, value in facts.items() if value}


def _breadcrumb_data(crumbs: Iterable[Crumb]) -> dict[str, Any] | None:
    """The way from the home page to here; None where there is nothing between."""
    steps = [(_("Home"), reverse("home")), *crumbs]
    items = [{"name": name, "item": settings.SITE_URL + url} for name, url in steps]
    return _items_data("BreadcrumbList", items) if len(items) > 1 else None


def _item_list_data(articles: Iterable[Article]) -> dict[str, Any] | None:
    """The first articles of a list, in its order, each once; None where there are none."""
    listed = list(dict.fromkeys(articles))[:MOST_LISTED]
    items = [{"url": article.public_url, "name": article.live.title} for article in listed]
    return _items_data("ItemList", items) if items else None


def _items_data(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    placed = [{"@type": "ListItem", "position": place, **item} for place, item in enumerate(items, 1)]
    return {"@context": "https://schema.org", "@type": kind, "itemListElement": placed}


def _news_article_data(page: ArticlePage, description: str, picture: str) -> dict[str, Any]:
    """schema.org's NewsArticle, with Baidu's pubDate and upDate (its 落地页时间因子 norm) beside."""
    content = page.content
    published, updated = (_iso_seconds(timezone.localtime(t)) for t in (page.published_at, page.updated_at))
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": page.article.public_url,
        "mainEntityOfPage": page.article.public_url,
        "headline": content["title"],
        "alternativeHeadline": content["subtitle"],
        "description": description,
        "image": [picture] if picture else None,
        "articleSection": page.section.name,
        "keywords": ",".join(content["keywords"]),
        "datePublished": published,
        "dateModified": updated,
        "pubDate": published[:19],
        "upDate": updated[:19],
        "version": page.edition,
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": correction.note,
                "datePublished": _iso_seconds(timezone.localtime(correction.published_at)),
            }
            for correction in page.corrections
        ],
        "author": [{"@type": "Person", "name": name} for name in page.authors],
        "editor": [{"@type": "Person", "name": name} for name in page.responsible_editors],
        "publisher": {"@type": "Organization", "name": content["source"]["name"]} if content["source"] else None,
        "inLanguage": "zh-CN",
        "video": [
            _video_data(address, film, description, published, picture)
            for address, film in page.played.items()
            if film.get("width")
        ],
    }
    return {key: value for key, value in facts.items() if value}


def _video_data(address: str, film: dict[str, Any], description: str, published: str, picture: str) -> dict[str, Any]:
    facts = {
        "@type": "VideoObject",
        "name": film["name"].rpartition(".")[0],
        "description": description,
        "uploadDate": published,
        "contentUrl": settings.SITE_URL + address,
        "thumbnailUrl": picture,
        "duration": f"PT{film['seconds']}S" if film["seconds"] else "",
        "width": film["width"],
        "height": film["height"],
    }
    return {key: value for key, value in facts.items() if value}


def _column_tags(section: Section) -> list[tuple[str, str]]:
    return _without_empty(
        ("ColumnName", section.name),
        ("ColumnDescription", section.description or section.name),
        ("ColumnKeywords", ",".join(split_keywords(section.keywords)) or section.name),
        ("ColumnType", section.kind),
    )


def content_description(content: dict[str, Any]) -> str:
    """The summary, or how the text begins, in one line."""
    text = content["summary"] or strip_tags(content["body"].replace("</p>", " "))
    return " ".join(text.split())[:DESCRIPTION_LENGTH]


def _iso_seconds(local: Any) -> str:
    """ISO 8601 with seconds and the zone's offset: 2022-03-25T17:03:00+08:00."""
    return local.replace(second=0, microsecond=0).isoformat()


def _without_empty(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(name, " ".join(value.split())) for name, value in pairs if value and value.strip()]
