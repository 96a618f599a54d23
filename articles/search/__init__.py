"""Search in public articles by words of any length, section, person and time; the same on both databases."""

from .finding import (
    MAX_QUERY_LENGTH,
    SearchHit,
    SearchQuery,
    SearchResult,
    newest_numbers,
    search_articles,
    suggest_searches,
)
from .index import index_article, rebuild_index, remove_from_index

__all__ = [
    "MAX_QUERY_LENGTH",
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
