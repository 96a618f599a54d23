"""The docs stay true: settings, commands, checks and addresses are described; links lead somewhere; names exist."""

import functools
import importlib
import re
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from newsroom.environment import NAMES, SETTINGS
from tests.test_architecture import VERBS

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def commands():
    return sorted(p.stem for p in (ROOT / "articles/management/commands").glob("*.py") if p.stem != "__init__")


def check_ids():
    found = set()
    for path in (ROOT / "articles" / "checks").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'Problem\(\s*f?"([a-z_.]+)"', source))
        if 'f"provenance.{field}"' in source:
            found |= {f"provenance.{field}" for field in re.findall(r'"(original_\w+)"', source)}
    return sorted(found)


def rule_names():
    sources = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "articles" / "checks").glob("*.py")))
    return [name for source in sources for name in re.findall(r'\bRule\(\s*"(\w+)"', source)]


def test_every_setting_is_described_in_order_with_its_default():
    table = OPERATIONS.split("| setting | default | meaning |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:4]] for row in table.splitlines()[2:]]
    assert [name for names, _default, _meaning in rows for name in names.replace("`", "").split(", ")] == NAMES
    defaults = {name: default for names, default, _meaning in rows for name in names.replace("`", "").split(", ")}
    for setting in SETTINGS:
        if setting.default is None:  # none, or what follows from another setting
            assert not re.fullmatch("`[^`]+`", defaults[setting.name]), setting.name
        else:
            assert defaults[setting.name] == f"`{setting.default}`"
    assert all(meaning for _names, _default, meaning in rows)


@pytest.mark.parametrize("name", commands())
def test_every_command_is_described(name):
    assert f"manage.py {name}" in OPERATIONS


@pytest.mark.parametrize("check", check_ids())
def test_every_check_is_described(check):
    assert f"`{check}`" in OPERATIONS


@pytest.mark.parametrize("rule", rule_names())
def test_every_rule_of_the_machine_is_described(rule):
    assert f"`{rule}`" in OPERATIONS


def test_there_is_something_to_describe():
    assert len(NAMES) > 8
    assert len(commands()) >= 4
    assert len(check_ids()) >= 8
    assert len(rule_names()) >= 20


def test_every_verb_is_in_the_architecture_in_import_order():
    tree = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    verbs = tree[tree.index(" VERBS\n") : tree.index("  apps.py ")]
    listed = re.findall(r"(?<=[ \n])(\w+(?:\.py|/))(?=[ \n])", verbs)
    assert [name.rstrip("/").removesuffix(".py") for name in listed] == [
        verb.removeprefix("articles.") for verb in VERBS
    ]
    assert [name for name in listed if not (ROOT / "articles" / name).exists()] == []


# --- names in the docs ----------------------------------------------------------------------------------------------

# The changelog also names what was there before; tests/test_features.py checks the stems and paths of the index.
NAMED = [page for page in PAGES if page.name not in ("CHANGELOG.md", "features.md")]
PLACES = ("", "articles/", "tests/", "docs/", "docs/decisions/", "deploy/systemd/")  # what paths may be relative to
PACKAGES = ("articles", "serving", "newsroom", "tests")
FILE = r"[\w./-]*\.(?:py|md|js|css|conf|html|svg|json|txt|po|service|timer)|[\w.-]+(?:/[\w.-]+)*/|(?:\.ci|deploy)/\w+"
# Names and files of others, of examples, and of what is made when it runs.
NOT_OURS = {
    *("transaction.atomic", "ckeditor.W001", "res.wx.qq.com", "info.version", "image2", "TRUNCATE"),
    *("a/12/index.html", "var/", "turns.md", ".json", "Line", "v0.18.0", "cast.writer", "cast.chief"),
    *("database.dump", "database.sqlite3", "media.tar"),
}


def code_spans(text):
    """Return what is between backticks, except for fenced blocks."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


@functools.cache
def source_words():
    """Every word of the source: what a single name in the docs may be."""
    kinds = {".py", ".html", ".css", ".js", ".conf", ".toml", ".txt", ".json", ""}
    folders = ("articles", "serving", "newsroom", "tests", "templates", "static", "deploy")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds and path.is_file()
    ]
    files = [path for path in files if not {"node_modules", "demo"} & set(path.parts) and path.name != "test_docs.py"]
    text = "".join(path.read_text(encoding="utf-8", errors="ignore") for path in [*files, ROOT / "Makefile"])
    return set(re.findall(r"[\w-]+", text)) | set(re.findall(r"\w+", text))


def has_file(path):
    return any((ROOT / place / path).exists() for place in PLACES)


def has_module(name):
    return name in module_names()


@functools.cache
def module_names():
    """Every module and package of ours, dotted."""
    paths = [path.relative_to(ROOT).with_suffix("") for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {".".join(path.parts).removesuffix(".__init__") for path in paths}


def has_attribute(owner, names):
    """Return True if `owner.a.b` exists."""
    for name in names:
        if not hasattr(owner, name):
            return False
        owner = getattr(owner, name)
    return True


def has_name(dotted):
    """Return True for a module (also by its last name), a name in one, and a field or method of a model."""
    first, *rest = dotted.split(".")
    models = {model.__name__: model for model in apps.get_app_config("articles").get_models()}
    owners = {**models, **{name.lower(): model for name, model in models.items()}}
    owners["ArticleQuerySet"] = type(models["Article"].objects.all())
    if first in owners and has_attribute(owners[first], rest):
        return True
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        ending = "." + ".".join(parts[:length])
        for module in (name for name in module_names() if f".{name}".endswith(ending)):
            if has_attribute(importlib.import_module(module), parts[length:]):
                return True
    return False


def unknown_names(spans, make_targets):
    """Return the code spans that look like a path, module, name, command or make target, and are not in the tree."""
    found = []
    for span in spans:
        name = span.removesuffix("()")
        if span in NOT_OURS or span in check_ids():
            continue
        if command := re.match(r"make ([a-z]+)", span):
            known = command[1] in make_targets
        elif command := re.match(r"manage\.py (\w+)", span):
            known = command[1] in {*get_commands(), "version"}
        elif command := re.match(r"(?:\.venv/bin/)?python -m ([\w.]+)", span):
            known = has_module(command[1])
        elif re.fullmatch(FILE, span) and not span.startswith("/"):
            known = has_file(span)
        elif re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", name):
            known = has_name(name)
        elif re.fullmatch(r"[A-Za-z_]\w{3,}", name):
            known = name in source_words()
        else:
            continue
        if not known:
            found.append(span)
    return found


@functools.cache
def make_targets():
    return set(re.findall(r"^([a-z.]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", NAMED, ids=lambda page: page.name)
def test_every_name_in_the_docs_is_in_the_tree(page):
    assert unknown_names(code_spans(page.read_text(encoding="utf-8")), make_targets()) == []


def test_every_new_name_in_the_newest_version_of_the_changelog_is_in_the_tree():
    """Former names are those whose present name it states."""
    newest = CHANGELOG.split("\n## ")[1]
    without_former = re.sub(r"`[^`]+`(?:\s+and\s+`[^`]+`)?\s+(?:is|are)\b", "", newest)
    assert unknown_names(code_spans(without_former), make_targets()) == []


@pytest.mark.parametrize(
    "span",
    [
        "articles/look.py",
        "search/words.py",
        "articles/shed/",
        "deploy/teardown",
        "audit.record",
        "publishing.publish",
        "Article.look",
        "BakeJob.mark",
        "articles.statistics",
        "notice_instants",
        "make shed",
        "manage.py make_archive 5",
        "python -m tests.bench.shed",
    ],
)
def test_a_planted_name_that_is_gone_is_found(span):
    assert unknown_names([span], make_targets()) == [span]


def test_every_make_command_the_docs_name_exists():
    for page in PAGES:
        for target in re.findall(r"(?:`|^    )make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in make_targets(), f"{page.name}: make {target}"


def test_every_link_and_picture_of_the_docs_is_there():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_address_is_in_the_architecture():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for start in ("/a/<number>/", "/s/<section>/", "/q/<code>", "/preview/<token>/", "/media/", "/admin/"):
        assert start in text


@pytest.mark.parametrize("record", sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md")))
def test_every_decision_record_is_in_the_architecture_with_its_state(record):
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    state = re.search(rf"^\| \[{record[:-3]}\]\(decisions/{record}\): .+ \| (.+) \|$", text, re.MULTILINE)
    assert state, record
    assert re.match("holds|superseded by", state[1])


# --- a release ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_what_a_stranger_looks_for_is_there_and_linked_from_the_readme(name):
    assert (ROOT / name).stat().st_size > 1000
    assert f"({name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_newest_version_of_the_changelog_is_ours():
    versions = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ – \d{4}-\d{2}-\d{2}", version) for version in versions)
    assert versions[0].split()[0] == settings.VERSION


def test_the_changelog_has_one_order():
    """Each version says what was added, changed and fixed, and then what an operator must do."""
    order = ["Added", "Changed", "Fixed", "When upgrading"]
    for section in CHANGELOG.split("\n## ")[1:]:
        headings = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert headings == [heading for heading in order if heading in headings], section.splitlines()[0]
        assert headings[-1] == "When upgrading"


def test_the_newest_version_is_supported():
    series = settings.VERSION.rpartition(".")[0]
    assert f"| {series} | yes |" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def hooks():
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in configuration["repos"]] == ["local"]
    return {hook["id"]: hook for hook in configuration["repos"][0]["hooks"]}


def test_the_hooks_are_the_project_s_own_pinned_tools():
    pinned = set(re.findall(r"^([a-z-]+)", (ROOT / "tests" / "requirements.txt").read_text(), re.MULTILINE))
    tools = {hook["entry"].split()[0] for hook in hooks().values() if hook["language"] == "system"}
    assert {"ruff", "mypy", "djlint", "pre-commit"} <= pinned
    assert tools == {f".venv/bin/{tool}" for tool in ("ruff", "mypy", "djlint", "python")}


@pytest.mark.parametrize(("length", "is_refused"), [(72, False), (73, True)])
def test_a_subject_has_at_most_72_characters(length, is_refused):
    """As pre-commit looks with `pygrep --multiline`: what is found is refused. A body may have longer lines."""
    hook = hooks()["subject"]
    assert (hook["language"], hook["args"], hook["stages"]) == ("pygrep", ["--multiline"], ["commit-msg"])
    message = f"{'a' * length}\n\n{'b' * 100}\n"
    found = re.search(hook["entry"].encode(), message.encode(), re.MULTILINE | re.DOTALL)
    assert bool(found) == is_refused
