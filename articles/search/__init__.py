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
from .folding import simplified_text
from .index import index_article, index_missing_articles, rebuild_index, remove_from_index

__all__ = [
    "MAX_QUERY_LENGTH",
    "SearchHit",
    "SearchQuery",
    "SearchResult",
    "index_article",
    "index_missing_articles",
    "newest_numbers",
    "rebuild_index",
    "remove_from_index",
    "search_articles",
    "simplified_text",
    "suggest_searches",
]
