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

from .checking import check
from .jobs import bake_pending, bake_soon, request, request_everything, retry
from .pages import IS_NEWS, Place, of_article, of_codes, of_section, of_sitemap, of_topic, own, pages_of, sitemaps
from .store import CACHE_CONTROL
from .whole import AlreadyBaking, bake_everything, is_wanted, notice_new_version

__all__ = [
    "CACHE_CONTROL",
    "IS_NEWS",
    "AlreadyBaking",
    "Place",
    "bake_everything",
    "bake_pending",
    "bake_soon",
    "check",
    "is_wanted",
    "notice_new_version",
    "of_article",
    "of_codes",
    "of_section",
    "of_sitemap",
    "of_topic",
    "own",
    "pages_of",
    "request",
    "request_everything",
    "retry",
    "sitemaps",
]
