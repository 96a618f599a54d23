"""The static files of the apps that are served under STATIC_URL."""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.contrib.staticfiles.utils import matches_patterns

# CKEditor contains pages (tests and a preview) that would run scripts on our site; its known vulnerabilities need them.
# We use none of them (docs/decisions/editor.md).
PAGE_PATTERNS = ["*.html", "*.htm", "*.xhtml", "*.swf", "*.php"]


class AppFinder(AppDirectoriesFinder):
    """Django's finder of the apps' static files, without those that match PAGE_PATTERNS."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        return super().list([*(ignore_patterns or ()), *PAGE_PATTERNS])

    def find_in_app(self, app: str, path: str) -> str | None:
        return None if matches_patterns(path, PAGE_PATTERNS) else super().find_in_app(app, path)
