"""Names that the product itself gives to its features find them: a new screen is found by what it is called.

Each name is asked with the file that is meant, which one of the rows that `make files` prints must have. If a test here
fails, the row of the feature in docs/features.md wants the name, or the feature a row.
"""

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, URLResolver
from django.utils import translation

from articles.models.audit_actions import ACTION_NAMES
from articles.public.urls import urlpatterns
from tests.feature_files import files_with, find_features, floor_of, read_catalogue, tracked_files

ROOT = Path(__file__).resolve().parent.parent


def not_found(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the names for which no row is printed that has the file."""
    names = set(names)
    assert len(names) > 25
    return sorted((name, path) for name, path in names if not any(row.has(path) for row in find_features(name)))


def in_both_languages(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    chinese = {(english, path): zh for english, zh, files in read_catalogue() for path in files}
    return [(chinese.get((name, path), name), path) for name, path in names] + list(names)


def strings_in(files: Iterable[str], pattern: str) -> list[tuple[str, str]]:
    return [(string, path) for path in files for string in re.findall(pattern, (ROOT / path).read_text("utf-8"))]


def test_what_a_model_is_called_finds_its_file():
    names = []
    for model in apps.get_app_config("articles").get_models():
        path = f"{model.__module__.replace('.', '/')}.py"
        names.append((model.__name__, path))
        for language in ("en", "zh-hans"):
            with translation.override(language):
                names += [(str(model._meta.verbose_name), path), (str(model._meta.verbose_name_plural), path)]
    assert not_found(names) == []


def test_the_heading_of_a_page_finds_its_template():
    pages = [path for path in tracked_files() if path.startswith("templates/")]
    headings = strings_in(pages, r'(?:<h1[^>]*>|block title %\})\s*\{% translate "([^"]+)"')
    assert not_found(in_both_languages(headings)) == []


def test_titles_of_screens_find_them():
    doors = [path for path in tracked_files() if path.startswith("articles/admin/")]
    titles = strings_in(doors, r'(?:title=|"title": )\w+\(\s*"([^"%]+)"\s*\)')
    assert not_found(in_both_languages(titles)) == []


def test_acts_of_the_audit_find_what_writes_them():
    verbs = [path for path in tracked_files() if floor_of(path) in ("verb", "door")]
    writers = dict(strings_in(verbs, r'"([a-z_]+\.[a-z_]+)"'))
    names = []
    for key, name in ACTION_NAMES.items():
        for language in ("en", "zh-hans"):
            with translation.override(language):
                names += [(str(name), writers[key])] if key in writers else []
    assert not_found(names) == []


def test_the_title_of_a_decision_finds_it():
    decisions = [path for path in tracked_files() if path.startswith("docs/decisions/")]
    assert not_found(strings_in(decisions, "^# (.+)")) == []


def test_names_of_addresses_find_their_views():
    names = [
        (pattern.name, f"{inspect.unwrap(pattern.callback).__module__.replace('.', '/')}.py")
        for pattern in patterns_of(urlpatterns)
        if pattern.name
    ]
    assert not_found((name, path) for name, path in names if path.startswith("articles/")) == []


def patterns_of(patterns: list[URLPattern | URLResolver]) -> Iterable[URLPattern]:
    for pattern in patterns:
        yield from patterns_of(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]


def test_settings_find_what_reads_them():
    settings = re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE)
    assert len(settings) > 25
    for setting in settings:
        readers = [path for path in files_with(setting) if path.endswith(".py")]
        assert any(row.has(path) for row in find_features(setting) for path in readers), setting
