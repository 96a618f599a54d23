"""Chinese is whole: every string of the source has a translation, and the compiled catalogue is the committed one."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib import admin
from django.utils import translation
from django.utils.translation import gettext as gettext_of

from articles.admin.django_words import LABEL_SUFFIX, REPHRASED
from tests.conftest import needs

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The catalogue as makemessages would write it now, in a copy of the project."""
    needs(shutil.which("msgfmt") is not None, "gettext")
    copy = tmp_path_factory.mktemp("copy")
    for name in ("articles", "newsroom", "templates", "locale", "static"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "demo", "*.mo"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / ".env").write_text(f"SECRET_KEY=only-for-this-copy\nENCRYPTION_KEYS={'C' * 43}=\n")
    subprocess.run(
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "-l",
            "zh_Hans",
            "--no-obsolete",
            "--no-wrap",
            "--add-location",
            "file",
            "-v",
            "0",
        ],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    return copy / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_every_string_is_translated_and_none_is_a_guess(fresh):
    counts = subprocess.run(
        ["msgfmt", "--statistics", "-o", "/dev/null", str(fresh)],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C"},
        check=True,
        executable=shutil.which("msgfmt"),
    ).stderr
    assert "untranslated" not in counts, counts
    assert "fuzzy" not in counts, counts


def test_placeholders_survive_translation(fresh):
    subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", str(fresh)], check=True)


def test_the_compiled_catalogue_is_the_committed_one(tmp_path):
    needs(shutil.which("msgfmt") is not None, "gettext")
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(CATALOGUE)], check=True)
    is_committed = compiled.read_bytes() == CATALOGUE.with_suffix(".mo").read_bytes()
    assert is_committed, "run make messages"  # without the difference: pytest is at it for minutes


def test_no_word_of_the_desk_is_taken_for_another_of_ours():
    """Ours come first, wherever Django asks for the same string; those that are meant to be others are named."""
    ours, djangos = (
        gettext.GNUTranslations(file.open("rb"))._catalog
        for file in (
            CATALOGUE.with_suffix(".mo"),
            Path(admin.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.mo",
        )
    )
    both = {string for string in ours if string and isinstance(string, str) and string in djangos}
    others = {string for string in both if ours[string] != djangos[string]}
    assert others <= {"History", LABEL_SUFFIX, *REPHRASED}


def test_django_s_words_are_those_of_the_desk():
    """With 您, and without blanks between Chinese and what is filled in, but for numbers."""
    with translation.override("zh-hans"):
        assert gettext_of(LABEL_SUFFIX) == "："
        for said in map(gettext_of, REPHRASED):
            assert re.search(r"[\u4e00-\u9fff]", said)
            words = re.sub(r"%\((limit_value|count|\w*_count)\)[sd]", "1", said)
            assert not re.search(r"你|[\u4e00-\u9fff] [%{]|[s}] [\u4e00-\u9fff]", words), said
