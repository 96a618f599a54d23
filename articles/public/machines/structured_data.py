"""Structured data for the head of a page, as dictionaries that page_metadata.py prints as JSON-LD: schema.org's, and
the times of Baidu's norm 落地页时间因子 in a block with Baidu's own context.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ...models import Article, SiteSettings
from ...models.ai_use import shown_ai_use
from ...models.quick_paths import fixed_path
from ...uploads import CONTENT_TYPES, SOUNDS
from ..pages.article_page import ArticlePage, Crumb
from ..public_facts import live_edition

CONTEXT = "https://schema.org"
BAIDU_CONTEXT = "https://ziyuan.baidu.com/contexts/cambrian.jsonld"
LANGUAGE = "zh-CN"
PARTLY_BY_AI = "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"
MOST_LISTED = 100  # articles of a list that are named


def iso_seconds(instant: datetime | None) -> str:
    """Return the minute of an instant in the site's zone, as ISO 8601 with seconds: 2022-03-25T17:03:00+08:00."""
    return timezone.localtime(instant).replace(second=0, microsecond=0).isoformat()


def publisher_data(site: SiteSettings) -> dict[str, Any]:
    """Return the NewsMediaOrganization that publishes the site, with its logo if there is one."""
    logo = {"@type": "ImageObject", "url": settings.SITE_URL + site.logo.still_url} if site.logo else None
    return _without_empty_values(
        {
            "@type": "NewsMediaOrganization",
            "name": site.name,
            "url": settings.SITE_URL + fixed_path("home"),
            "logo": logo,
            "parentOrganization": {"@type": "Organization", "name": site.sponsor} if site.sponsor else None,
        }
    )


def baidu_times_data(url: str, title: str, published: datetime | None, updated: datetime | None) -> dict[str, Any]:
    """Return when a page was published and changed, in Baidu's words: `pubDate` and `upDate`, without a zone."""
    return _without_empty_values(
        {
            "@context": BAIDU_CONTEXT,
            "@id": url,
            "title": title,
            "pubDate": iso_seconds(published)[:19] if published else "",
            "upDate": iso_seconds(updated)[:19] if updated else "",
        }
    )


def website_data(site: SiteSettings, home: str, latest: datetime | None) -> dict[str, Any]:
    """Return a WebSite with its publisher and its search."""
    return _without_empty_values(
        {
            "@context": CONTEXT,
            "@type": "WebSite",
            "@id": home,
            "url": home,
            "name": site.name,
            "description": site.description,
            "publisher": publisher_data(site),
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": settings.SITE_URL + fixed_path("search") + "?q={words}",
                },
                "query-input": "required name=words",
            },
            "dateModified": iso_seconds(latest) if latest else "",
            "inLanguage": LANGUAGE,
        }
    )


def breadcrumb_data(crumbs: Iterable[Crumb], *last: Crumb) -> dict[str, Any] | None:
    """Return the BreadcrumbList from the home page to this page; None if there are no crumbs.

    `last` is the page itself, where its crumbs end before it.
    """
    steps = [(_("Home"), fixed_path("home")), *crumbs, *last]
    items = [{"name": name, "item": settings.SITE_URL + url} for name, url in steps]
    return _items_data("BreadcrumbList", items) if len(items) > 1 else None


def item_list_data(articles: Iterable[Article]) -> dict[str, Any] | None:
    """Return the ItemList of the first articles of a list, each once; None if there are none."""
    listed = list(dict.fromkeys(articles))[:MOST_LISTED]
    items = [{"url": article.public_url, "name": live_edition(article).title} for article in listed]
    return _items_data("ItemList", items) if items else None


def news_article_data(page: ArticlePage, site: SiteSettings, description: str, pictures: list[str]) -> dict[str, Any]:
    """Return a NewsArticle. `pictures` are the addresses of the cover in several shapes, or none."""
    content, url = page.content, page.article.public_url
    return _without_empty_values(
        {
            "@context": CONTEXT,
            "@type": "NewsArticle",
            "@id": url,
            "mainEntityOfPage": url,
            "headline": content["title"],
            "alternativeHeadline": content["subtitle"],
            "description": description,
            "image": pictures,
            "articleSection": page.section.name,
            "keywords": ",".join(content["keywords"]),
            "datePublished": iso_seconds(page.published_at),
            "dateModified": iso_seconds(page.updated_at),
            "version": page.edition,
            "correction": _corrections_data(page),
            "author": _authors_data(page),
            "editor": [{"@type": "Person", "name": name} for name in page.responsible_editors],
            "publisher": publisher_data(site),
            "sourceOrganization": _source_data(page),
            "isBasedOn": _original_data(page),
            "digitalSourceType": PARTLY_BY_AI if shown_ai_use(content) else "",
            "inLanguage": LANGUAGE,
            "video": _videos_data(page, description, pictures),
            "audio": _sounds_data(page),
        }
    )


def _authors_data(page: ArticlePage) -> list[dict[str, Any]]:
    """The people who wrote the article, or took its pictures if there are no writers; the source if nobody is named."""
    people = [{"@type": "Person", "name": name} for name in page.authors or page.photographers]
    source = _source_data(page)
    return people or ([source] if source else [])


def _source_data(page: ArticlePage) -> dict[str, Any] | None:
    """The organisation that the article comes from, which may be another than the one that publishes it here."""
    source = page.content["source"]
    if not source:
        return None
    return _without_empty_values({"@type": "Organization", "name": source["name"], "url": source["url"]})


def _original_data(page: ArticlePage) -> dict[str, Any] | None:
    """The article that this one reprints, as far as it is named."""
    content = page.content
    original = _without_empty_values(
        {
            "headline": content["original_title"],
            "url": content["original_url"],
            "datePublished": content["original_published_on"],
            "author": {"@type": "Person", "name": content["original_author"]} if content["original_author"] else None,
        }
    )
    return {"@type": "NewsArticle", **original} if original else None


def _corrections_data(page: ArticlePage) -> list[dict[str, Any]]:
    return [
        {
            "@type": "CorrectionComment",
            "text": correction.note,
            "datePublished": iso_seconds(correction.published_at),
        }
        for correction in page.corrections
    ]


def _videos_data(page: ArticlePage, description: str, pictures: list[str]) -> list[dict[str, Any]]:
    """Return a VideoObject for each film of the article; captions, which have no width, are left out."""
    return [
        _without_empty_values(
            {
                "@type": "VideoObject",
                "name": film["name"].rpartition(".")[0],
                "description": description,
                "uploadDate": iso_seconds(page.published_at),
                "contentUrl": settings.SITE_URL + address,
                "thumbnailUrl": pictures[0] if pictures else "",
                "duration": f"PT{film['seconds']}S" if film["seconds"] else "",
                "width": film["width"],
                "height": film["height"],
            }
        )
        for address, film in page.films_by_address.items()
        if film.get("width")
    ]


def _sounds_data(page: ArticlePage) -> list[dict[str, Any]]:
    """Return an AudioObject for each recording of the article."""
    return [
        _without_empty_values(
            {
                "@type": "AudioObject",
                "name": sound["name"].rpartition(".")[0],
                "uploadDate": iso_seconds(page.published_at),
                "contentUrl": settings.SITE_URL + address,
                "encodingFormat": CONTENT_TYPES[address.rpartition(".")[2]],
                "duration": f"PT{sound['seconds']}S" if sound["seconds"] else "",
            }
        )
        for address, sound in page.films_by_address.items()
        if address.endswith(SOUNDS)
    ]


def _items_data(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{"@type": "ListItem", "position": position, **item} for position, item in enumerate(items, 1)]
    return {"@context": CONTEXT, "@type": kind, "itemListElement": numbered}


def _without_empty_values(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
