"""Baking: make the files on disk agree with what the site answers a reader (law 5).

    affected_pages  which addresses show an article, a section, everything: the one list
    log_files       the files of the public log
    sitemap_files   which sitemap files there are, and what each holds
    render          renders an address as a reader would get it
    store           files, each replaced and removed atomically together with its compressed copies
    remote          the same in an S3-compatible object store
    public_store    uploaded files that are public: hard links in a folder, or objects in a bucket
    public_files    which uploaded files are public; links and removes them
    generations     which folder is served, and which is being filled to replace it
    order           in which order addresses are queued, locked and baked, and which together
    jobs            the queue: filled in the act's transaction, processed after its commit, with retries
    whole           bakes the whole site beside the old one and swaps them in one step
    identity        which store belongs to the database, so that no two machines bake the same site separately
    checking        compares the files with what was baked, and with what the site answers
    checking_files  the same for uploads and static files

There is no "unbake": an act names the addresses that may have changed, and each is rendered again.
"""

from .affected_pages import (
    NEWS_SITEMAP_AGE,
    SectionPlace,
    article_pages,
    code_images,
    own_pages,
    pages_of_articles,
    pages_with_picture_text,
    section_pages,
    topic_pages,
)
from .checking import check_files, rebake_empty_files
from .checking_files import wrong_uploads
from .generations import served_page
from .identity import StoreIsForeign, adopt_store, require_own_store
from .jobs import bake_pending, request_bake, request_full_bake, retry_failed, start_baking
from .log_files import log_address, log_files, log_key_pages, outdated_log_files
from .public_files import find_upload, is_public, link_if_public, picture_addresses, public_name, was_public
from .sitemap_files import (
    NAMES,
    listed_names,
    listed_names_of,
    month_addresses,
    names_in_sitemap,
    sitemap_addresses,
    sitemap_articles,
    sitemaps_of_names,
)
from .store import BACK_SOON, PAGE_CACHE_CONTROL, PUBLIC_FILE_CACHE_CONTROL
from .whole import AlreadyBaking, bake_everything, full_bake_is_requested, request_bake_on_new_version

__all__ = [
    "BACK_SOON",
    "NAMES",
    "NEWS_SITEMAP_AGE",
    "PAGE_CACHE_CONTROL",
    "PUBLIC_FILE_CACHE_CONTROL",
    "AlreadyBaking",
    "SectionPlace",
    "StoreIsForeign",
    "adopt_store",
    "article_pages",
    "bake_everything",
    "bake_pending",
    "check_files",
    "code_images",
    "find_upload",
    "full_bake_is_requested",
    "is_public",
    "link_if_public",
    "listed_names",
    "listed_names_of",
    "log_address",
    "log_files",
    "log_key_pages",
    "month_addresses",
    "names_in_sitemap",
    "outdated_log_files",
    "own_pages",
    "pages_of_articles",
    "pages_with_picture_text",
    "picture_addresses",
    "public_name",
    "rebake_empty_files",
    "request_bake",
    "request_bake_on_new_version",
    "request_full_bake",
    "require_own_store",
    "retry_failed",
    "section_pages",
    "served_page",
    "sitemap_addresses",
    "sitemap_articles",
    "sitemaps_of_names",
    "start_baking",
    "topic_pages",
    "was_public",
    "wrong_uploads",
]
