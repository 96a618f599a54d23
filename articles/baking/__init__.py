"""Baking: make the disk agree with what the site answers a reader (law 5).

    pages        which addresses show an article, a section, everything: the one list
    render       what the site answers at an address, asked as a reader
    store        files, each written and removed in one step, with its compressed copies beside it
    generations  which folder is served, and which is being filled to take its place
    jobs         the queue: asked for in the act's transaction, done after its commit, tried again when it failed
    whole        the whole site anew, beside the old one, put in place in one step
    checking     whether the files still say what was baked, and what the site answers

There is no "unbake": an act says which addresses may have changed, and each is asked again.
"""

from .affected_pages import (
    IS_NEWS,
    SectionPlace,
    article_pages,
    code_images,
    own_pages,
    pages_of_articles,
    section_pages,
    sitemap_addresses,
    sitemap_articles,
    topic_pages,
)
from .checking import check_files
from .jobs import bake_pending, request_bake, request_full_bake, retry_failed, start_baking
from .store import CACHE_CONTROL
from .whole import AlreadyBaking, bake_everything, full_bake_is_requested, request_bake_on_new_version

__all__ = [
    "CACHE_CONTROL",
    "IS_NEWS",
    "AlreadyBaking",
    "SectionPlace",
    "article_pages",
    "bake_everything",
    "bake_pending",
    "check_files",
    "code_images",
    "full_bake_is_requested",
    "own_pages",
    "pages_of_articles",
    "request_bake",
    "request_bake_on_new_version",
    "request_full_bake",
    "retry_failed",
    "section_pages",
    "sitemap_addresses",
    "sitemap_articles",
    "start_baking",
    "topic_pages",
]
