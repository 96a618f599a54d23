"""Which files of the apps are served under STATIC_URL."""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.contrib.staticfiles.utils import matches_patterns

# CKEditor brings pages of its own, tests and a preview, that run scripts on our address; its known holes need them.
# Nothing of ours links to one (docs/decisions/editor.md).
PAGES = ["*.html", "*.htm", "*.xhtml", "*.swf", "*.php"]


class AppFinder(AppDirectoriesFinder):
    """Django's finder of the apps' static files, for files alone: what is a page by itself is neither found nor collected."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        return super().list([*(ignore_patterns or ()), *PAGES])

    def find_in_app(self, app: str, path: str) -> str | None:
        return None if matches_patterns(path, PAGES) else super().find_in_app(app, path)
