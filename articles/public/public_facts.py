"""Facts that every article with a live edition has: the database constraint `article_public_is_listed_and_dated`
guarantees them, so pages read them here as values that are never None.
"""

from datetime import datetime

from ..models import Article, Edition, Section


def live_edition(article: Article) -> Edition:
    """Return the edition that readers see. Raises ValueError if the article has none."""
    if article.live is None:
        raise ValueError(f"article {article.number} has no live edition")
    return article.live


def first_publication(article: Article) -> datetime:
    """Return when the article was first published. Raises ValueError if it never was."""
    if article.first_published_at is None:
        raise ValueError(f"article {article.number} was never published")
    return article.first_published_at


def listing_section(article: Article) -> Section:
    """Return the section whose pages list the article. Raises ValueError if none does."""
    if article.listed_in is None:
        raise ValueError(f"article {article.number} is listed in no section")
    return article.listed_in


def listing_ordinal(article: Article) -> int:
    """Return the article's ordinal in the section that lists it. Raises ValueError if it has none."""
    if article.ordinal is None:
        raise ValueError(f"article {article.number} has no ordinal")
    return article.ordinal
