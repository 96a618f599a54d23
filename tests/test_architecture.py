"""The house stands: nouns import nothing of ours, verbs import nouns and verbs, doors import verbs; nobody imports a door."""

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "articles"
DOORS = ("articles.admin", "articles.public", "articles.management", "articles.templatetags")
MODULES = sorted(p for p in APP.rglob("*.py") if "migrations" not in p.parts)
# Each verb may import those before it, never those after: no circles.
ORDER = ["byte_ranges", "client_address",
         "audit", "logins", "permissions", "assigning", "sanitising", "uploads", "attachments", "pictures", "checks", "review",
         "comparing", "editing", "search", "relating",
         "short_links", "statistics", "preview", "old_paths", "reporting", "look", "baking", "websub",
         "arranging", "publishing", "scheduling", "review_sheet",
         "evidence", "exchange"]  # fmt: skip


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name, package):
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_each_floor_rests_on_the_ones_below(path):
    me = name_of(path)
    ours = {name for name in imports(path) if within(name, "articles")}
    if within(me, "articles.models"):
        assert not {n for n in ours if not within(n, "articles.models")}, "a noun imports a verb or a door"
    door = next((d for d in DOORS if within(me, d)), None)
    for other in DOORS:
        if other != door:
            assert not {n for n in ours if within(n, other)}, f"{me} imports a door"


def test_verbs_import_one_another_in_one_order():
    for path in MODULES:
        me = name_of(path).split(".")
        if len(me) < 2 or me[1] not in ORDER:
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "articles" and len(parts) > 1 and parts[1] in ORDER and parts[1] != me[1]:
                assert ORDER.index(parts[1]) < ORDER.index(me[1]), f"{'.'.join(me)} imports {name}"


def test_every_verb_has_its_place_in_the_order():
    verbs = {p.stem for p in APP.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert verbs - {
        "__init__",
        "apps",
        "triggers",
        "models",
        "admin",
        "public",
        "management",
        "templatetags",
        "migrations",
        "demo",
    } == set(ORDER)


def test_text_is_marked_safe_at_the_one_gate_only():
    """Law 6. JSON for machines is escaped, not sanitised, and stands where it is made."""
    allowed = {"articles/sanitising/__init__.py", "articles/public/metadata.py"}
    found = {
        str(p.relative_to(ROOT)) for p in MODULES
        if re.search(r"\bmark_safe\b|\bSafeString\(|\bSafeData\(", p.read_text(encoding="utf-8"))
    }  # fmt: skip
    assert found <= allowed
    templates = list((ROOT / "templates").rglob("*.html"))
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape off", template.read_text(encoding="utf-8")), template


def test_no_drawers():
    forbidden = {"utils", "helpers", "services", "common", "core", "manager", "managers"}
    assert not {p for p in MODULES if p.stem in forbidden or forbidden & set(p.parent.parts)}


def test_no_broad_except():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
                assert not names & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


def test_public_pages_know_no_session():
    """Law 9: readers' code and templates never touch the session, the user, messages or a CSRF token."""
    files = itertools.chain((APP / "public").rglob("*.py"), (ROOT / "templates" / "public").rglob("*.html"))
    for path in files:
        assert not re.search(r"request\.(session|user)|csrf_token|get_messages", path.read_text(encoding="utf-8")), path
