"""The floors hold: doors import verbs, verbs import nouns and the verbs above them, nobody imports a door, nothing is circular.

Imports inside functions count like all others. Imports under TYPE_CHECKING count for the floors, but not for circles,
because they never run. Planted violations show that the tests find what they look for.
"""

import ast
import functools
import graphlib
import itertools
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "articles"
PACKAGES = ("articles", "serving", "newsroom")
OURS = (*PACKAGES, "tests")

NOUNS = "articles.models"
# The base class of refusals; models raise them too.
REFUSALS = "articles.refusals"
# Each may import those before it, never those after.
VERBS = [
    "articles.outside_json",
    "articles.byte_ranges",
    "articles.client_address",
    "articles.faults",
    "articles.triggers",
    "articles.merkle_log",
    "articles.audit",
    "articles.encryption",
    "articles.saved_rows",
    "articles.sanitising",
    "articles.mailing",
    "articles.desk_sessions",
    "articles.passwords",
    "articles.duty_assignments",
    "articles.second_factor",
    "articles.audit_files",
    "articles.address_limits",
    "articles.kept_views",
    "articles.search",
    "articles.bylines",
    "articles.keyword_relations",
    "articles.appearance",
    "articles.csv_tables",
    "articles.old_paths",
    "articles.backoff",
    "articles.login_locks",
    "articles.logins",
    "articles.limited_process",
    "articles.fetching",
    "articles.uploads",
    "articles.file_responses",
    "articles.baking",
    "articles.ai_labels",
    "articles.attachments",
    "articles.pictures",
    "articles.arrangement_facts",
    "articles.proposing",
    "articles.merging",
    "articles.sections",
    "articles.sources",
    "articles.persons",
    "articles.accounts",
    "articles.site_settings",
    "articles.source_list",
    "articles.page_tags",
    "articles.sign_on",
    "articles.password_resets",
    "articles.link_checks",
    "articles.similar_texts",
    "articles.checks",
    "articles.check_ups",
    "articles.typography",
    "articles.check_rules",
    "articles.roster",
    "articles.outside_checking",
    "articles.comparing",
    "articles.review",
    "articles.quality_counts",
    "articles.marked_copies",
    "articles.unsaved_texts",
    "articles.presence",
    "articles.reprint_rights",
    "articles.editing",
    "articles.typed_text",
    "articles.reconciling",
    "articles.masking",
    "articles.marginal_notes",
    "articles.restoring",
    "articles.copying",
    "articles.discarding",
    "articles.leaving",
    "articles.counting",
    "articles.qr_short_links",
    "articles.reads",
    "articles.preview",
    "articles.reporting",
    "articles.websub",
    "articles.home_and_topics",
    "articles.confirming",
    "articles.publication_log",
    "articles.checkpoints",
    "articles.issuing",
    "articles.publishing",
    "articles.closing",
    "articles.placing",
    "articles.scheduling",
    "articles.change_sets",
    "articles.link_removal",
    "articles.worker",
    "articles.review_sheet",
    "articles.log_checking",
    "articles.log_witnesses",
    "articles.copy_checking",
    "articles.evidence",
    "articles.exchange",
    "articles.reprinting",
]
DOORS = ["articles.admin", "articles.public", "articles.management", "articles.templatetags"]
# What the modules of each package may import from the project, in addition to each other. A package may be one file;
# every module is in a package.
MAY_IMPORT = {
    REFUSALS: [],
    NOUNS: [REFUSALS],
    **{verb: [REFUSALS, NOUNS, *VERBS[:place]] for place, verb in enumerate(VERBS)},
    **{door: [REFUSALS, NOUNS, *VERBS] for door in DOORS},
    "articles.apps": VERBS,
    "articles.migrations": [NOUNS],
    "serving": VERBS,
    # Its addresses pass functions of one door to another.
    "newsroom": ["serving", *DOORS],
}
NEWSROOM = {
    *("__init__.py", "databases.py", "environment.py", "formats.py", "setting_values.py", "settings.py"),
    *("urls.py", "wsgi.py"),
}

MODULES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
WRITTEN = [p for p in MODULES if "migrations" not in p.parts]  # the others are generated
SOURCES = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in MODULES}


class Import(NamedTuple):
    """A name of ours that is imported; `runs` is False under TYPE_CHECKING."""

    name: str
    line: int
    runs: bool


def module_at(path: str) -> str:
    """The dotted name of the module in a file (a path relative to the root)."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def names_imported(node: ast.stmt, package: str) -> list[str]:
    """The dotted names that an import statement in `package` may mean."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    parents = package.split(".")
    base = parents[: len(parents) - node.level + 1] if node.level else []
    return [".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names]


@functools.cache
def imports_of(path: str, source: str) -> list[Import]:
    """Every import of ours in a file, wherever in it the statement is."""
    package = module_at(path) if path.endswith("/__init__.py") else module_at(path).rpartition(".")[0]
    nodes = list(ast.walk(ast.parse(source)))
    for_types = {
        node
        for test in nodes
        if isinstance(test, ast.If) and ast.unparse(test.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in test.body
        for node in ast.walk(statement)
    }
    return [
        Import(name, node.lineno, node not in for_types)
        for node in nodes
        for name in names_imported(node, package)
        if name.partition(".")[0] in OURS
    ]


def module_of(name: str, modules: set[str]) -> str:
    """Return the module that an imported name is or belongs to; an unknown name is returned unchanged."""
    prefixes = itertools.accumulate(name.split("."), "{}.{}".format)
    return max((prefix for prefix in prefixes if prefix in modules), key=len, default=name)


def package_of(module: str) -> str | None:
    """Return the key of MAY_IMPORT that a module belongs to."""
    return max((package for package in MAY_IMPORT if is_within(module, package)), key=len, default=None)


def floor_violations(sources: dict[str, str]) -> list[str]:
    """Return every import that MAY_IMPORT does not allow, and every module that it does not cover."""
    modules = {module_at(path) for path in sources}
    found = set()
    for path, source in sources.items():
        package = package_of(module_at(path))
        if package is None and source.strip():
            found.add(f"{path} has no place")
        for imported in imports_of(path, source):
            module = module_of(imported.name, modules)
            if package_of(module) not in [package, *MAY_IMPORT.get(package, [])]:
                found.add(f"{path}:{imported.line} imports {module}")
    return sorted(found)


def first_circle(sources: dict[str, str]) -> list[str]:
    """Return the modules of one import cycle, in order; [] if there is none."""
    modules = {module_at(path) for path in sources}
    graph = {
        module_at(path): {module_of(found.name, modules) for found in imports_of(path, source) if found.runs}
        for path, source in sources.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_each_floor_rests_on_the_ones_below():
    assert floor_violations(SOURCES) == []


def test_no_circle():
    assert first_circle(SOURCES) == []


def test_every_package_exists_and_newsroom_is_configuration_alone():
    modules = {module_at(path) for path in SOURCES}
    assert {package for package in MAY_IMPORT if not any(is_within(module, package) for module in modules)} == set()
    assert {path.name for path in (ROOT / "newsroom").rglob("*.py")} == NEWSROOM


@pytest.mark.parametrize(
    ("path", "line", "imported"),
    [
        ("articles/models/article.py", "from newsroom import desk", "newsroom"),
        ("articles/models/article.py", "def later():\n    from newsroom import settings", "newsroom.settings"),
        ("articles/models/article.py", "import articles.audit", "articles.audit"),
        (
            "articles/models/article.py",
            "if TYPE_CHECKING:\n    from ..admin.article import x",
            "articles.admin.article",
        ),
        ("articles/audit.py", "from .duty_assignments import permissions", "articles.duty_assignments.permissions"),
        ("articles/publishing.py", "from .public.pages import article", "articles.public.pages.article"),
        ("articles/baking/jobs.py", "from ..publishing import publish", "articles.publishing"),
        ("articles/public/pages/article.py", "from serving import negotiation", "serving.negotiation"),
        ("articles/public/pages/article.py", "from ...admin import article", "articles.admin.article"),
        ("articles/public/pages/article.py", "from tests.bench import archive_text", "tests.bench.archive_text"),
        ("articles/management/commands/serve.py", "import newsroom.wsgi", "newsroom.wsgi"),
        ("articles/migrations/0001_initial.py", "from articles.search import find", "articles.search"),
        ("serving/baked_files.py", "from articles.models import Article", "articles.models"),
        ("serving/negotiation.py", "from articles.public.media import media_view", "articles.public.media"),
        ("newsroom/urls.py", "from articles import audit", "articles.audit"),
    ],
)
def test_a_planted_import_of_the_wrong_floor_is_found(path, line, imported):
    with_it = floor_violations({**SOURCES, path: f"{SOURCES[path]}\n{line}\n"})
    (found,) = set(with_it) - set(floor_violations(SOURCES))
    assert found.startswith(f"{path}:")
    assert found.endswith(f" imports {imported}")


@pytest.mark.parametrize("path", ["articles/shed.py", "articles/shed/__init__.py", "articles/shed/tool.py"])
def test_a_planted_module_without_a_place_is_found(path):
    assert f"{path} has no place" in floor_violations({**SOURCES, path: "TOOL = 1\n"})


@pytest.mark.parametrize(
    ("path", "line", "other"),
    [
        ("articles/public/pages/article_page.py", "from . import article", "articles.public.pages.article"),
        (
            "articles/public/pages/article_page.py",
            "def later():\n    from .article import article_view",
            "articles.public.pages.article",
        ),
        (
            "articles/public/pages/article_page.py",
            "from articles.public.pages.article import article_view",
            "articles.public.pages.article",
        ),
        ("articles/models/section.py", "import articles.models", "articles.models"),
        ("serving/negotiation.py", "from . import baked_files", "serving.baked_files"),
    ],
)
def test_a_planted_circle_inside_a_floor_is_found(path, line, other):
    circle = first_circle({**SOURCES, path: f"{SOURCES[path]}\n{line}\n"})
    assert {module_at(path), other} <= set(circle)


def test_an_import_for_types_alone_makes_no_circle():
    path = "articles/public/pages/article_page.py"
    line = "if TYPE_CHECKING:\n    from . import article"
    assert first_circle({**SOURCES, path: f"{SOURCES[path]}\n{line}\n"}) == []


def test_text_is_marked_safe_at_the_one_gate_only():
    """Law 6. Structured data (JSON) is escaped, not sanitised, and marked where it is created."""
    allowed = {"articles/sanitising/__init__.py", "articles/public/machines/page_metadata.py"}
    marks = re.compile(r"\bmark_safe\b|\bSafeString\(|\bSafeData\(")
    found = {str(p.relative_to(ROOT)) for p in WRITTEN if marks.search(p.read_text(encoding="utf-8"))}
    assert found <= allowed
    templates = list((ROOT / "templates").rglob("*.html"))
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape off", template.read_text(encoding="utf-8")), template


def test_no_drawers():
    forbidden = {"utils", "helpers", "services", "common", "core", "manager", "managers"}
    assert not {p for p in WRITTEN if p.stem in forbidden or forbidden & set(p.parent.parts)}


def test_no_broad_except():
    for path in WRITTEN:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
                assert not names & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


def test_public_pages_know_no_session():
    """Law 9: readers' code and templates never touch the session, the user, messages or a CSRF token."""
    files = itertools.chain((APP / "public").rglob("*.py"), (ROOT / "templates" / "public").rglob("*.html"))
    for path in files:
        assert not re.search(r"request\.(session|user)|csrf_token|get_messages", path.read_text(encoding="utf-8")), path
