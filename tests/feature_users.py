"""What uses the files of a feature, and what they use: modules by import, templates, scripts, style sheets by name.

A feature owns the files of its row in docs/features.md; where it begins at the desk, in a command or in a loop of the
worker is often a file of another one, which has no word of it in its name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

from tests.feature_files import ROOT, tracked_files

IMPORT = re.compile(r"^ *from (\.*)([\w.]*) import (\([^)]*\)|.+)$", re.MULTILINE)
# Of a template, a script or a style sheet, in whatever quotes it; what fills another template is no user of it.
QUOTED = re.compile(r"""(?<!extends )["']([\w./-]+\.(?:html|xml|txt|js|css|svg))["']""")
CODE = (".py", ".html", ".xml", ".js", ".css", ".conf", ".service", ".sh", ".sql")
USERS_NAMED = (".py", ".html", ".xml", ".js", ".css")
# What more files use than this is of many features: models of articles, permissions, dates.
MOST_USERS = 25
# What a feature uses is near to it if few others do.
FEW_USERS = 6
MOST_NAMED = 25
MOST_TESTS = 10
# They name every feature.
NAME_ALL = {"tests/mutants/related_tests.py", "tests/test_architecture.py", "tests/test_features.py"}
# It names all models, and so uses every one.
ALL_MODELS = "articles/models/__init__.py"
SETTING = re.compile(r"\bsettings\.([A-Z_]+)")
# What is named instead of imported: middleware, storages, engines.
DOTTED = re.compile(r"""["']((?:articles|serving)(?:\.\w+)+)["']""")


def find_users(owned: list[str]) -> list[str]:
    """Return the files that use these and are none of them, those first that use most."""
    users = read_users()
    others = (users[path] - {*owned, ALL_MODELS} for path in owned if not is_used_by_many(path))
    return by_count(Counter(chain.from_iterable(others)))


def find_used(owned: list[str]) -> list[str]:
    """Return the files that these use and few others do, those first that most of these use."""
    near = {path: users & {*owned} for path, users in read_users().items() if len(users) <= FEW_USERS}
    used = [path for path, users in near.items() if users and path not in owned]
    return sorted(used, key=lambda path: (-len(near[path]), path))


def find_naming(names: Iterable[str]) -> list[str]:
    """Return the files of code with one of the feature's names in their text, those first that have them most often:
    what shows a feature, styles it or tests it in passing.
    """
    stems = [name for name in names if re.fullmatch(r"(?!test_)\w{4,}", name)]
    if not stems:
        return []
    pattern = re.compile("|".join(rf"(?<![a-z]){stem.replace('_', '[_-]?')}" for stem in stems), re.IGNORECASE)
    found = Counter({path: len(pattern.findall(text)) for path, text in read_code().items()})
    naming = [path for path in by_count(+found) if path not in NAME_ALL]
    tests = [path for path in naming if path.startswith("tests/")]
    return [path for path in naming if path not in tests] + tests[:MOST_TESTS]


def by_count(paths: Counter[str]) -> list[str]:
    return sorted(paths, key=lambda path: (-paths[path], path))


def is_used_by_many(path: str) -> bool:
    return len(read_users()[path]) > MOST_USERS


def find_settings(owned: list[str]) -> list[str]:
    """Return the settings of the server that these files read."""
    code = [path for path in owned if path.endswith(".py") and not path.startswith("tests/")]
    named = SETTING.findall("".join(read_code()[path] for path in code))
    return sorted({*named} - {"AUTH_USER_MODEL"})  # every model with a person has that one


@cache
def read_code() -> dict[str, str]:
    """Return the text of each file of code: modules, templates, scripts, style sheets, configuration, tests."""
    return {path: (ROOT / path).read_text("utf-8") for path in tracked_files() if path.endswith(CODE)}


@cache
def read_users() -> dict[str, set[str]]:
    """Return the users of each file of the repository, without tests."""
    files = set(tracked_files())
    by_name = {path.partition("/")[2]: path for path in files if path.startswith(("templates/", "static/"))}
    users = defaultdict(set)
    for path, text in read_code().items():
        if path.endswith(USERS_NAMED) and not path.startswith("tests/"):
            names = {name.removeprefix("/static/") for name in QUOTED.findall(text)}
            used = {by_name[name] for name in names if name in by_name}
            for one in used | (imported_files(path, text) & files if path.endswith(".py") else set()):
                users[one].add(path)
    return users


def imported_files(path: str, text: str) -> set[str]:
    """Return the files from which a module takes something, as paths that may or may not be there."""
    imports = read_imports(path, text)
    # `from . import review`, and `review.submit(…)` below.
    taken = [
        (source / name, set(re.findall(rf"\b{name}\.(\w+)", text)))
        for source, names in imports
        for name in names
        if is_package(source / name)
    ]
    named = [Path(*dotted.split(".")) for dotted in DOTTED.findall(text)]
    found = {f"{one}.py" for path in named for one in (path, path.parent)}
    for source, names in imports + taken:
        found |= {f"{source}.py", f"{source}/__init__.py", *(f"{source}/{name}.py" for name in names)}
        if is_package(source):  # what it hands on is used where it is written
            found |= {f"{inner}.py" for inner, handed_on in imports_of_package(source) if handed_on & names}
    return found


@cache
def imports_of_package(source: Path) -> list[tuple[Path, set[str]]]:
    package = f"{source}/__init__.py"
    return read_imports(package, (ROOT / package).read_text("utf-8"))


@cache
def is_package(source: Path) -> bool:
    return source.parts[:1] in (("articles",), ("serving",)) and (ROOT / source / "__init__.py").exists()


def read_imports(path: str, text: str) -> list[tuple[Path, set[str]]]:
    """Return from where a module imports, as a path without its ending, and the names that it takes from there."""
    parts = Path(path).parts
    return [
        (Path(*(parts[: -len(dots)] if dots else ()), *filter(None, module.split("."))), set(re.findall(r"\w+", names)))
        for dots, module, names in IMPORT.findall(text)
    ]
