"""Search by words of any length, section, person and time, the same on both databases: in public articles for readers,
in working copies for the desk.
"""

from .finding import (
    MAX_QUERY_LENGTH,
    SearchHit,
    SearchQuery,
    SearchResult,
    newest_numbers,
    numbers_titled,
    search_articles,
    suggest_searches,
)
from .folding import simplified_text
from .index import index_article, index_missing_articles, rebuild_index, remove_from_index
from .working_copies import (
    WorkingCopyPage,
    WorkingCopyQuery,
    find_working_copies,
    index_missing_working_copies,
    index_working_copies,
    index_working_copy,
    is_working_index_complete,
    rebuild_working_copies,
    restate_working_copy,
)

__all__ = [
    "MAX_QUERY_LENGTH",
    "SearchHit",
    "SearchQuery",
    "SearchResult",
    "WorkingCopyPage",
    "WorkingCopyQuery",
    "find_working_copies",
    "index_article",
    "index_missing_articles",
    "index_missing_working_copies",
    "index_working_copies",
    "index_working_copy",
    "is_working_index_complete",
    "newest_numbers",
    "numbers_titled",
    "rebuild_index",
    "rebuild_working_copies",
    "remove_from_index",
    "restate_working_copy",
    "search_articles",
    "simplified_text",
    "suggest_searches",
]
