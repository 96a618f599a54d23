"""The docs stay true: every setting, command, check and address is described; every link leads somewhere."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def settings_read():
    source = (ROOT / "newsroom" / "settings.py").read_text(encoding="utf-8")
    return sorted(set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)))


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


@pytest.mark.parametrize("name", settings_read())
def test_every_setting_is_described(name):
    assert f"`{name}`" in OPERATIONS


@pytest.mark.parametrize("name", commands())
def test_every_command_is_described(name):
    assert f"manage.py {name}" in OPERATIONS


@pytest.mark.parametrize("check", check_ids())
def test_every_check_is_described(check):
    assert f"`{check}`" in OPERATIONS


def test_there_is_something_to_describe():
    assert len(settings_read()) > 8
    assert len(commands()) >= 4
    assert len(check_ids()) >= 8


def test_every_make_command_the_docs_name_exists():
    targets = set(re.findall(r"^([a-z.]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")):
            assert target in targets, f"{page.name}: make {target}"


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
