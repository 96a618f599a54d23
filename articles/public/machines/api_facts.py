"""Articles and editions as the JSON interface (api.py) returns them; api_document.py has their schemas."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from ...models import Article, Edition, Section
from ...models.ai_use import shown_ai_use
from ..pages.article_page import ArticlePage, edition_note
from ..public_facts import listing_section, live_edition


def section_facts(section: Section) -> dict[str, Any]:
    """Return a section; `parent` is the slug of its parent."""
    return {
        "slug": section.slug,
        "name": section.name,
        "parent": section.parent.slug if section.parent else None,
        "description": section.description,
        "url": settings.SITE_URL + section.get_absolute_url(),
    }


def article_summaries(articles: Iterable[Article]) -> list[dict[str, Any]]:
    """Return articles as lists show them, in their order. One query, for the signed facts about their covers."""
    rows = list(articles)
    Edition.load_picture_texts(live_edition(article) for article in rows if article.shown_cover)
    return [_article_summary(article, live_edition(article)) for article in rows]


def _article_summary(article: Article, edition: Edition) -> dict[str, Any]:
    cover = article.shown_cover
    facts = _summary_facts(article, edition.title, edition.summary, listing_section(article))
    size = {"width": cover.width, "height": cover.height} if cover else {}
    shown = {"url": settings.SITE_URL + cover.still_url, **size, "alt": article.shown_cover_alt} if cover else None
    return {**facts, "cover": shown}


def article_facts(article: Article) -> dict[str, Any]:
    """Return an article with everything that readers see of it."""
    page = ArticlePage.of_edition(article)
    content = page.content
    return {
        **_summary_facts(article, content["title"], content["summary"], page.section),
        "kicker": content["kicker"],
        "subtitle": content["subtitle"],
        "body": content["body"],
        "edition": page.edition,
        "updated_at": _iso_instant(page.updated_at),
        "source": content["source"]["name"] if content["source"] else None,
        "original_url": content["original_url"] or None,
        "ai_use": shown_ai_use(content).parts,
        "authors": page.authors,
        "credits": [{"role": c["role"], "name": c["name"], "unit": c["unit"]} for c in content["credits"]],
        "keywords": content["keywords"],
        "cover": _picture_facts(page.cover) if page.cover else None,
        "pictures": [_picture_facts(picture) for picture in content["pictures"]],
        "attachments": [
            {"name": a["name"], "url": settings.SITE_URL + a["url"], "size": a["size"]} for a in page.attachments
        ],
        "corrections": [{"note": c.note, "published_at": _iso_instant(c.published_at)} for c in page.corrections],
        "codes": dict(zip(("wechat", "phone"), (code.address for code in page.codes), strict=True)),
    }


def edition_facts(edition: Edition, logged: int | None) -> dict[str, Any]:
    """Return an edition; `note` is what readers were told about a correction, `logged` its number in the public log."""
    return {
        "number": edition.number,
        "kind": edition.kind,
        "published_at": _iso_instant(edition.published_at),
        "digest": edition.digest,
        "note": edition_note(edition) if edition.kind == Edition.Kind.CORRECTION else "",
        "logged": logged,
    }


def _summary_facts(article: Article, title: str, summary: str, section: Section) -> dict[str, Any]:
    return {
        "number": article.number,
        "url": article.public_url,
        "title": title,
        "summary": summary,
        "section": section.slug,
        "published_at": _iso_instant(article.first_published_at),
    }


def _picture_facts(picture: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": settings.SITE_URL + settings.MEDIA_URL + picture["file"],
        "width": picture["width"],
        "height": picture["height"],
        "alt": picture["alt"],
        "credit": picture["credit"],
        "ai_label": picture["ai_label"],
    }


def _iso_instant(instant: datetime | None) -> str | None:
    return timezone.localtime(instant).isoformat(timespec="seconds") if instant else None
