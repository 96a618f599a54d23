"""The static files that are served under STATIC_URL: which ones, and how they are collected."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.contrib.staticfiles.utils import matches_patterns
from whitenoise.storage import CompressedManifestStaticFilesStorage

# CKEditor contains pages (tests and a preview) that would run scripts on our site; its known vulnerabilities need them.
# We use none of them (docs/decisions/editor.md).
PAGE_PATTERNS = ["*.html", "*.htm", "*.xhtml", "*.swf", "*.php"]
# Nine tenths of CKEditor's files are plugins, skins and languages that the editor never loads. These folders belong to
# the plugins of articles/admin/editor.py and to those that they require; tests/test_editor.py compares.
EDITOR_PLUGINS = (
    *("a11yhelp", "clipboard", "dialog", "divarea", "filetools", "find", "lineutils", "link", "magicline"),
    *("notification", "notificationaggregator"),
    *("table", "tableselection", "tabletools", "uploadwidget", "widget"),
)
EDITOR_PATTERNS = [
    *("ckeditor/ckeditor-init.js", "ckeditor/ckeditor.css", "ckeditor/fixups.js"),
    *(
        f"ckeditor/ckeditor/{pattern}"
        for pattern in (
            *("ckeditor.js", "contents.css", "LICENSE.md", "lang/*", "skins/moono-lisa/*", "plugins/icons*.png"),
            *(f"plugins/{name}/*" for name in EDITOR_PLUGINS),
        )
    ),
]
EDITOR_LANGUAGES = ("/lang/en.js", "/lang/zh-cn.js")


def is_served(path: str) -> bool:
    """Return True if an app's static file may be requested by one of our pages."""
    if matches_patterns(path, PAGE_PATTERNS):
        return False
    if not path.startswith("ckeditor/"):
        return True
    return matches_patterns(path, EDITOR_PATTERNS) and ("/lang/" not in path or path.endswith(EDITOR_LANGUAGES))


class AppFinder(AppDirectoriesFinder):
    """Django's finder of the apps' static files, without those that none of our pages loads."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        return (found for found in super().list(ignore_patterns) if is_served(found[0]))

    def find_in_app(self, app: str, path: str) -> str | None:
        return super().find_in_app(app, path) if is_served(path) else None


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage: names with hashes, compressed copies. What has not changed is not processed again."""

    STAMP = "processed.txt"  # the digest of the files from which the folder was made

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Yield (name, hashed name, result) of each file that was processed; none if all are unchanged."""
        if dry_run:
            return
        stamp, digest = Path(self.path(self.STAMP)), _digest_files(paths)
        if stamp.exists() and stamp.read_text() == digest and self.exists(self.manifest_name):
            return
        stamp.unlink(missing_ok=True)
        yield from super().post_process(paths, dry_run, **options)
        stamp.write_text(digest)


def _digest_files(paths: dict[str, Any]) -> str:
    """Return a digest of names and contents, and of the versions of what processes them."""
    digest = hashlib.sha256(" ".join(map(version, ("django", "whitenoise", "brotli"))).encode())
    for name, (storage, path) in sorted(paths.items()):
        with storage.open(path) as file:
            digest.update(f"\0{name}\0".encode() + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()
