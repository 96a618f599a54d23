"""One search finds a feature: its noun, verb, door and test have one stem in their paths.

Not every feature is on every floor: some keep nothing in the database, some have no screen or page of their own.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The stem of a feature, and every floor that has a file of it.
FEATURES = {
    "account": "noun verb door test",
    "address_limit": "noun verb door test",
    "ai_": "noun verb test",
    "appearance": "verb door test",
    "arrangement": "verb",
    "assign": "noun verb door test",
    "attachment": "noun verb door test",
    "audit": "noun verb door test",
    "backoff": "verb test",
    "backup": "door test",
    "bak": "noun verb door server test",
    "byte_range": "verb test",
    "byline": "verb test",
    "change_set": "noun verb door test",
    "check": "noun verb door test",
    "check_rule": "noun verb door test",
    "check_up": "noun verb door test",
    "checkpoint": "verb test",
    "clos": "noun verb test",
    "colleague": "door test",
    "compar": "verb test",
    "confirm": "verb test",
    "copy_check": "verb door test",
    "copying": "verb test",
    "correction": "door test",
    "counting": "verb test",
    "desk_session": "noun verb door test",
    "discard": "verb door test",
    "duty": "noun verb door test",
    "editing": "verb test",
    "encrypt": "verb door test",
    "evidence": "verb door test",
    "exchange": "verb test",
    "factor": "noun verb door test",
    "fault": "verb door test",
    "feed": "door test",
    "fetch": "verb test",
    "film": "verb door test",
    "former_host": "door test",
    "history": "door test",
    "home": "noun verb door test",
    "import": "verb door test",
    "kept_view": "noun verb door test",
    "keyword": "noun verb door test",
    "leav": "verb test",
    "link_check": "noun verb door test",
    "log_witness": "verb door test",
    "link_removal": "verb test",
    "login": "noun verb door test",
    "login_lock": "noun verb door test",
    "mailing": "verb test",
    "masking": "verb door test",
    "merkle_log": "noun verb door test",
    "marginal_note": "noun verb door test",
    "marked_cop": "verb door test",
    "merging": "verb door test",
    "old_path": "noun verb door test",
    "outside": "noun verb test",
    "page_tag": "verb door test",
    "password": "noun verb door test",
    "password_reset": "noun verb door test",
    "pasting": "door test",
    "permission": "verb test",
    "person": "noun verb door test",
    "picture": "noun verb door test",
    "plac": "verb test",
    "presence": "noun verb door test",
    "preview": "noun verb door test",
    "propos": "noun verb door test",
    "publish": "noun verb test",
    "publication_log": "verb test",
    "quality_count": "noun verb door test",
    "qr_short_link": "noun verb door server test",
    "read": "noun verb door test",
    "reconcil": "verb door test",
    "relation": "noun verb test",
    "report": "noun verb door test",
    "reprint": "noun verb door test",
    "reprint_right": "noun verb test",
    "restor": "verb test",
    "review": "noun verb door test",
    "review_sheet": "verb door test",
    "roster": "noun verb door test",
    "sanitis": "verb test",
    "schedul": "verb test",
    "search": "noun verb door test",
    "section": "noun verb door test",
    "site_settings": "noun verb door test",
    "sign_on": "verb door test",
    "similar": "noun verb door test",
    "source": "noun verb door test",
    "topic": "noun verb door test",
    "trigger": "verb test",
    "typed_text": "verb door test",
    "typography": "verb door test",
    "unsaved": "noun verb door test",
    "upload": "verb door test",
    "watermark": "door test",
    "websub": "noun verb test",
    "wechat": "door test",
    "word": "verb door test",
    "work": "noun verb door test",
}
# Verbs that are not features, but used by several of them.
SHARED = {
    *("apps", "client_address", "csv_tables", "file_responses", "issuing", "limited_process", "refusals"),
    "saved_rows",
}
DOORS = ("admin", "public", "management/commands", "templatetags")


def files() -> dict[str, list[str]]:
    """The modules of each floor, as paths below it."""
    nouns = below("articles/models")
    doors = [path for door in DOORS for path in below(f"articles/{door}")]
    elsewhere = ("models/", "migrations/", "management/", *(f"{door}/" for door in DOORS))
    verbs = [path for path in below("articles") if not path.startswith(elsewhere)]
    tests = [path.removeprefix("test_") for path in below("tests") if path.startswith("test_")]
    return {"noun": nouns, "verb": verbs, "door": doors, "server": below("serving"), "test": tests}


def below(folder: str) -> list[str]:
    paths = [path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*.py")]
    return [path for path in paths if path != "__init__.py"]


FILES = files()


def has(path: str, stem: str) -> bool:
    """Return True if a word of the path begins with the stem: "review" does in "admin_review.py", not in "preview.py"."""
    return bool(re.search(rf"(?:^|[/_]){stem}", path))


def floors_of(stem: str) -> set[str]:
    return {floor for floor, paths in FILES.items() if any(has(path, stem) for path in paths)}


@pytest.mark.parametrize("stem", FEATURES)
def test_the_feature_is_found_on_its_floors_by_its_stem(stem):
    assert floors_of(stem) == set(FEATURES[stem].split())


def test_every_verb_is_of_a_feature():
    verbs = {path for path in FILES["verb"] if not any(has(path, stem) for stem in FEATURES)}
    assert {path.partition("/")[0].removesuffix(".py") for path in verbs} == SHARED


def test_a_stem_begins_a_word_of_a_path():
    assert has("admin_review.py", "review")
    assert has("review/workflow.py", "review")
    assert not has("preview.py", "review")
    assert floors_of("nothing_is_called_so") == set()
