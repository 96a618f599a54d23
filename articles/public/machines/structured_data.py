"""Structured data of schema.org for the head of a page, as dictionaries that page_metadata.py prints as JSON-LD."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ...models import Article, SiteSettings
from ..pages.article_page import ArticlePage, Crumb
from ..public_facts import live_edition

CONTEXT = "https://schema.org"
LANGUAGE = "zh-CN"
MOST_LISTED = 100  # articles of a list that are named


def iso_seconds(instant: datetime | None) -> str:
    """Return the minute of an instant in the site's zone, as ISO 8601 with seconds: 2022-03-25T17:03:00+08:00."""
    return timezone.localtime(instant).replace(second=0, microsecond=0).isoformat()


def website_data(site: SiteSettings, home: str, latest: datetime | None) -> dict[str, Any]:
    """Return a WebSite with its publisher and its search, and Baidu's `upDate`."""
    updated = iso_seconds(latest) if latest else ""
    return _without_empty_values(
        {
            "@context": CONTEXT,
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
            "inLanguage": LANGUAGE,
        }
    )


def breadcrumb_data(crumbs: Iterable[Crumb]) -> dict[str, Any] | None:
    """Return the BreadcrumbList from the home page to this page; None if there are no crumbs."""
    steps = [(_("Home"), reverse("home")), *crumbs]
    items = [{"name": name, "item": settings.SITE_URL + url} for name, url in steps]
    return _items_data("BreadcrumbList", items) if len(items) > 1 else None


def item_list_data(articles: Iterable[Article]) -> dict[str, Any] | None:
    """Return the ItemList of the first articles of a list, each once; None if there are none."""
    listed = list(dict.fromkeys(articles))[:MOST_LISTED]
    items = [{"url": article.public_url, "name": live_edition(article).title} for article in listed]
    return _items_data("ItemList", items) if items else None


def news_article_data(page: ArticlePage, description: str, picture: str) -> dict[str, Any]:
    """Return a NewsArticle, with Baidu's `pubDate` and `upDate` (its norm 落地页时间因子). `picture`: an address or ""."""
    content, url = page.content, page.article.public_url
    published, updated = iso_seconds(page.published_at), iso_seconds(page.updated_at)
    return _without_empty_values(
        {
            "@context": CONTEXT,
            "@type": "NewsArticle",
            "@id": url,
            "mainEntityOfPage": url,
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
            "correction": _corrections_data(page),
            "author": [{"@type": "Person", "name": name} for name in page.authors],
            "editor": [{"@type": "Person", "name": name} for name in page.responsible_editors],
            "publisher": {"@type": "Organization", "name": content["source"]["name"]} if content["source"] else None,
            "inLanguage": LANGUAGE,
            "video": _videos_data(page, description, picture),
        }
    )


def _corrections_data(page: ArticlePage) -> list[dict[str, Any]]:
    return [
        {
            "@type": "CorrectionComment",
            "text": correction.note,
            "datePublished": iso_seconds(correction.published_at),
        }
        for correction in page.corrections
    ]


def _videos_data(page: ArticlePage, description: str, picture: str) -> list[dict[str, Any]]:
    """Return a VideoObject for each film of the article; captions, which have no width, are left out."""
    return [
        _without_empty_values(
            {
                "@type": "VideoObject",
                "name": film["name"].rpartition(".")[0],
                "description": description,
                "uploadDate": iso_seconds(page.published_at),
                "contentUrl": settings.SITE_URL + address,
                "thumbnailUrl": picture,
                "duration": f"PT{film['seconds']}S" if film["seconds"] else "",
                "width": film["width"],
                "height": film["height"],
            }
        )
        for address, film in page.films_by_address.items()
        if film.get("width")
    ]


def _items_data(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{"@type": "ListItem", "position": position, **item} for position, item in enumerate(items, 1)]
    return {"@context": CONTEXT, "@type": kind, "itemListElement": numbered}


def _without_empty_values(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
