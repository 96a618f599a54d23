"""In which order addresses are queued, locked and baked, and which together (decisions/lock_ordering.md)."""

import re

from .public_files import is_file_address
from .sitemap_files import is_sitemap_file


def baking_order(path: str) -> tuple[int, str]:
    """Sort key: uploaded files, which pages show; then home page, section fronts, articles, the rest: what readers open
    first is ready first. The log's checkpoint is last: what it commits to is there before it.
    """
    if is_file_address(path):
        return (0, path)
    if path.startswith("/log/"):
        return (5 if path.endswith("/checkpoint") else 4, path)
    return (1 if _is_front(path) else 2 if re.fullmatch(r"/a/[0-9]+/", path) else 3, path)


def are_baked_together(path: str, other: str) -> bool:
    """Return False if one is a front, which does not wait for other pages, or one is a sitemap file and the other none:
    the index may be queued while the job of such a file is locked, and has its place after all of them, but before many
    other pages.
    """
    return not (_is_front(path) or _is_front(other)) and is_sitemap_file(path) == is_sitemap_file(other)


def _is_front(path: str) -> bool:
    return bool(re.fullmatch(r"/(?:s/[^/]+/)?", path))
