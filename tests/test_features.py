"""One search finds a feature: its noun, verb, door, template, script, style sheet and test have one stem.

Not every feature is on every floor: some keep nothing in the database, some have no screen or page of their own.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The stem of a feature, and every floor that has a file of it; a page is a template, static a script or a style sheet.
FEATURES = {
    "account": "noun verb door page test",
    "address_limit": "noun verb door test",
    "ai_label": "verb",
    "ai_use": "noun test",
    "appearance": "verb door page static test",
    "archive": "noun verb door page test",
    "arrang": "verb page",
    "article_action": "door test",
    "article_list": "door static test",
    "assign": "noun verb door static test",
    "attachment": "noun verb door static test",
    "audit": "noun verb door page test",
    "back_soon": "door page",
    "backoff": "verb test",
    "backup": "door test",
    "bak": "noun verb door server page test",
    "byline": "verb test",
    "byte_range": "verb test",
    "calendar_day": "noun test",
    "change_set": "noun verb door page static test",
    "check": "noun verb door page static test",
    "check_rule": "noun verb door page test",
    "check_up": "noun verb door page test",
    "checkpoint": "verb test",
    "clos": "noun verb test",
    "colleague": "door page static test",
    "compar": "verb page test",
    "confirming": "verb test",
    "copy_check": "verb door page test",
    "copying": "verb test",
    "correction": "door page test",
    "counting": "verb test",
    "dashboard": "door test",
    "desk_session": "noun verb door page test",
    "discard": "verb door page test",
    "duty": "noun verb door static test",
    "editing": "verb test",
    "embargo": "test",
    "encrypt": "verb door test",
    "error_target": "door page",
    "evidence": "verb door test",
    "exchange": "verb test",
    "expiry": "noun test",
    "factor": "noun verb door page static test",
    "fault": "verb door test",
    "feed": "door test",
    "fetch": "verb test",
    "film": "verb door test",
    "former_host": "door test",
    "help": "door page test",
    "history": "door page test",
    "home": "noun verb door page static test",
    "import": "verb door page test",
    "kept_view": "noun verb door test",
    "keyword": "noun verb door page test",
    "last_choice": "door test",
    "leav": "verb page test",
    "link_check": "noun verb door page static test",
    "link_removal": "verb test",
    "log_check": "verb door page static test",
    "login": "noun verb door page test",
    "login_lock": "noun verb door page test",
    "mailing": "verb test",
    "marginal_note": "noun verb door page test",
    "marked_cop": "verb door page test",
    "masking": "verb door test",
    "merg": "noun verb door page test",
    "merkle_log": "noun verb door test",
    "my_articles": "door page test",
    "oembed": "door",
    "old_path": "noun verb door test",
    "open_finding": "door test",
    "outside": "noun verb test",
    "page_tag": "verb door page test",
    "passkey": "verb page static",
    "password": "noun verb door page test",
    "password_reset": "noun verb door page test",
    "pasting": "door static test",
    "permission": "verb test",
    "person": "noun verb door page test",
    "picture": "noun verb door page static test",
    "plac": "verb test",
    "presence": "noun verb door page static test",
    "preview": "noun verb door page static test",
    "propos": "noun verb door page test",
    "publication_log": "verb test",
    "publish": "noun verb test",
    "qr_short_link": "noun verb door server test",
    "quality_count": "noun verb door page test",
    "quick_path": "noun test",
    "rail": "door page test",
    "read": "noun verb door page static test",
    "reconcil": "verb door page test",
    "relation": "noun verb test",
    "report": "noun verb door page test",
    "reprint": "noun verb door page test",
    "reprint_right": "noun verb test",
    "restor": "verb test",
    "review": "noun verb door page static test",
    "review_sheet": "verb door page static test",
    "revision": "noun door page",
    "roster": "noun verb door page test",
    "sanitis": "verb test",
    "schedul": "verb test",
    "search": "noun verb door page test",
    "section": "noun verb door page test",
    "setting_aside": "verb door test",
    "share": "page static test",
    "sign_on": "verb door test",
    "similar": "noun verb door page test",
    "site_settings": "noun verb door page test",
    "sitemap": "verb door page",
    "source": "noun verb door page test",
    "stale_form": "door page test",
    "strangers": "door test",
    "structured_data": "door",
    "style_guide": "door page static",
    "tools": "page static",
    "topic": "noun verb door page static test",
    "trigger": "verb test",
    "typed_text": "verb door page static test",
    "typography": "verb door static test",
    "unsaved": "noun verb door page static test",
    "upload": "verb door page static test",
    "urgent": "test",
    "viewer": "page static test",
    "watermark": "door page static test",
    "websub": "noun verb test",
    "wechat": "door static test",
    "witness": "verb door test",
    "word": "verb door page static test",
    "work": "noun verb door test",
}
# Verbs that are not features, but used by several of them.
SHARED = {
    *("apps", "client_address", "csv_tables", "file_responses", "issuing", "limited_process", "refusals"),
    "saved_rows",
}
# Parts of pages that show several features: the frame of the desk, the article's screen, the frame of readers' pages.
SHARED_PAGES = {
    *("403", "admin/alarms", "admin/app_index", "admin/base_site", "admin/change_form", "admin/change_list"),
    *(
        "admin/desk_page",
        "admin/filter",
        "admin/form_errors",
        "admin/form_fields",
        "admin/index",
        "admin/index_list",
        "admin/index_row",
        "admin/keyset_pages",
    ),
    *("admin/instant", "admin/last_saved", "admin/one_row_inline", "admin/pagination", "admin/problems"),
    *("admin/field_errors", "admin/user_links", "unavailable"),
    *("act", "act_form", "bar", "beside_table", "card", "card_address", "card_notes", "change_form", "headlines"),
    *("delete_confirmation", "line", "list", "list_filters", "list_row", "panel", "panel_editions", "panel_fields"),
    *("panel_way", "problems"),
    *("public/article", "public/article_foot", "public/article_scripts", "public/base", "public/crumbs"),
    *("public/footer", "public/gone", "public/gone_heading", "public/head", "public/lead", "public/line"),
    *("public/list", "public/list_row", "public/masthead", "public/message", "public/name", "public/not_found"),
    "public/strip",
    *("desk/anchors", "desk/article", "desk/autocomplete", "desk/beside", "desk/credits", "desk/desk"),
    *("desk/editor/body", "desk/frame", "desk/seen_text", "desk/tabs", "desk/writing", "site/site", "site/unavailable"),
}
TOPS = ("", "articles")  # paths of the index begin at one of these
DOORS = ("admin", "public", "management/commands", "templatetags")


def files() -> dict[str, list[str]]:
    """The files of each floor, as paths below it."""
    nouns = below("articles/models")
    doors = [path for door in DOORS for path in below(f"articles/{door}")]
    elsewhere = ("models/", "migrations/", "management/", *(f"{door}/" for door in DOORS))
    verbs = [path for path in below("articles") if not path.startswith(elsewhere)]
    tests = [path.removeprefix("test_") for path in below("tests") if path.startswith("test_")]
    # Folders of Django's are named after models: checkrule/ is of check_rule.
    pages = [
        path.removeprefix("admin/articles/").removeprefix("article/") for path in below("templates", "html", "xml")
    ]
    static = [path for path in below("static", "css", "js") if "/ckeditor/" not in path]
    doors_of = {"noun": nouns, "verb": verbs, "door": doors, "server": below("serving")}
    return {**doors_of, "page": pages, "static": static, "test": tests}


def below(folder: str, *kinds: str) -> list[str]:
    found = [path for kind in kinds or ("py",) for path in (ROOT / folder).rglob(f"*.{kind}")]
    paths = [path.relative_to(ROOT / folder).as_posix() for path in found]
    return [path for path in paths if path != "__init__.py"]


FILES = files()


def has(path: str, stem: str) -> bool:
    """Return True if a word of the path begins with the stem: "review" does in "admin_review.py", not in "preview.py"."""
    return bool(re.search(rf"(?:^|[/_]){stem.replace('_', '_?')}", path))


def floors_of(stem: str) -> set[str]:
    return {floor for floor, paths in FILES.items() if any(has(path, stem) for path in paths)}


@pytest.mark.parametrize("stem", FEATURES)
def test_the_feature_is_found_on_its_floors_by_its_stem(stem):
    assert floors_of(stem) == set(FEATURES[stem].split())


def test_every_verb_is_of_a_feature():
    verbs = {path for path in FILES["verb"] if not any(has(path, stem) for stem in FEATURES)}
    assert {path.partition("/")[0].removesuffix(".py") for path in verbs} == SHARED


def test_every_template_script_and_style_sheet_is_of_a_feature():
    pages = {path for path in FILES["page"] + FILES["static"] if not any(has(path, stem) for stem in FEATURES)}
    assert {path.rpartition(".")[0] for path in pages} == SHARED_PAGES


def test_other_words_for_a_feature_lead_to_it():
    """The index in docs/architecture.md names stems, and files where a feature is only a part of one."""
    index = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## Other words")[2].partition("\n## ")[0]
    named = [name for line in index.splitlines() if line.startswith("|") for name in re.findall("`(.+?)`", line)]
    assert len(named) > len(FEATURES) / 2
    stems = {name for name in named if "/" not in name}
    assert stems <= set(FEATURES)
    assert [name for name in named if "/" in name and not any((ROOT / top / name).exists() for top in TOPS)] == []


def test_a_stem_begins_a_word_of_a_path():
    assert has("admin_review.py", "review")
    assert has("review/workflow.py", "review")
    assert has("checkrule/change_form.html", "check_rule")
    assert not has("preview.py", "review")
    assert floors_of("nothing_is_called_so") == set()
