"""The docs stay true: every setting, command, check and address is described; every link leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


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
