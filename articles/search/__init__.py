"""Searching what readers may see: by words of any length, section, person and time; the same on both databases."""

from .finding import LONGEST, SearchHit, SearchQuery, SearchResult, newest_numbers, search_articles, suggest_searches
from .index import index_article, rebuild_index, remove_from_index

__all__ = [
    "LONGEST",
    "SearchHit",
    "SearchQuery",
    "SearchResult",
    "index_article",
    "newest_numbers",
    "rebuild_index",
    "remove_from_index",
    "search_articles",
    "suggest_searches",
]
