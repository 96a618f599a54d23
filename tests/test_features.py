"""One search finds a feature: its noun, verb, door, template, script, style sheet and test have one stem.

Not every feature is on every floor: some keep nothing in the database, some have no screen or page of their own.
"""

import re
from pathlib import Path

import pytest

from tests.feature_files import Feature, files_with, find_features, read_chapters, read_features, tracked_files

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
    "schedul": "verb static test",
    "search": "noun verb door page test",
    "section": "noun verb door page test",
    "setting_aside": "verb door test",
    "share": "page static test",
    "sign_on": "verb door test",
    "similar": "noun verb door page test",
    "site_settings": "noun verb door page test",
    "sitemap": "verb door page test",
    "source": "noun verb door page test",
    "stale_form": "door page test",
    "strangers": "door",
    "structured_data": "door test",
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
ROWS = read_features()


def has(path: str, stem: str) -> bool:
    """Return True if a word of the path begins with the stem: "review" does in "admin_review.py", not in "preview.py"."""
    return bool(re.search(rf"(?:^|[/_]){stem.replace('_', '_?')}", path))


def floors_of(stem: str) -> set[str]:
    return {floor for floor, paths in FILES.items() if any(has(path, stem) for path in paths)}


@pytest.mark.parametrize("stem", FEATURES)
def test_the_feature_is_found_on_its_floors_by_its_stem(stem):
    assert floors_of(stem) == set(FEATURES[stem].split())


# --- The index: docs/features.md ----------------------------------------------------------------------------------

CODE = ("articles/", "newsroom/", "serving/", "templates/", "static/", "deploy/", "tests/", "docs/decisions/")


def test_every_file_is_found_by_a_row_of_the_index():
    code = [path for path in tracked_files() if path.startswith(CODE) and not path.endswith("__init__.py")]
    assert len(code) > 900
    assert [path for path in code if not any(row.has(path) for row in ROWS)] == []


def test_every_name_in_the_index_finds_something():
    files = tracked_files()
    alone = [Feature(row.words, (name,)) for row in ROWS for name in row.names]
    assert [row for row in alone if not any(row.has(path) for path in files)] == []


@pytest.mark.parametrize(
    ("page", "heading", "count"),
    [("editors", r"##+ (.+)", 40), ("operations", r"##+ (.+)", 15), ("security", r"## (.+) – .+", 8)],
)
def test_every_chapter_of_the_docs_has_a_row_in_the_index(page, heading, count):
    chapters = re.findall(f"^{heading}$", (ROOT / f"docs/{page}.md").read_text("utf-8"), re.MULTILINE)
    words = [row.words.lower() for row in ROWS]
    assert len(chapters) > count
    assert [chapter for chapter in chapters if not any(chapter.lower() in of_row for of_row in words)] == []


def test_every_command_has_a_row_in_the_index():
    commands = [path.removesuffix(".py") for path in below("articles/management/commands")]
    assert len(commands) > 20
    assert [name for name in commands if not any(f"`{name}`" in row.words for row in ROWS)] == []


def test_words_of_a_row_find_it_and_its_files():
    row = find_features("Roll Back")[0]
    assert "找回以前写的" in row.words
    found = {path for path in tracked_files() if row.has(path)}
    assert {"articles/restoring.py", "articles/admin/revisions.py", "tests/test_restoring.py"} <= found


def test_the_likest_row_comes_first():
    assert find_features("back ROLL")[0] == find_features("roll back")[0]
    assert find_features("AI")[0].words.startswith("AI content,")
    assert find_features("修改密码")[0].words.startswith("password")
    assert find_features("夜间看的模式")[0] == find_features("夜间模式")[0]


def test_whole_words_keep_beginnings_away_and_what_was_asked_comes_first():
    assert find_features("CLI")[0].words.startswith("commands,")  # not the clipboard
    assert find_features("publish")[0].words.startswith("publish,")
    assert [r.words.partition(",")[0] for r in find_features("corrections")][:2] == ["page of corrections", "publish"]
    assert "缩略图" in find_features("图片")[0].words
    assert find_features("uploads")[0].words.startswith("uploads,")


def test_a_word_is_written_in_one_in_two_or_with_a_hyphen():
    assert find_features("rollback")[0] == find_features("roll back")[0] == find_features("roll-back")[0]
    assert find_features("health-check")[0] == find_features("healthchecks")[0]


def test_chinese_words_that_were_asked_come_before_characters_that_happen_to_meet():
    assert find_features("突发新闻")[0].words.startswith("urgent news")  # 写新闻 is among the words of another row
    assert find_features("谁登录过")[0].words.startswith("log in,")


def test_what_comes_next_is_printed_too_however_like_the_first_is():
    words = [row.words.partition(",")[0] for row in find_features("退回原因")]
    assert words[0] == "review"
    assert len(words) >= 3


def test_what_is_hardly_like_what_was_asked_is_not_printed():
    words = [row.words.partition(",")[0] for row in find_features("抓取")]
    assert words[0] == "fetch from other sites"
    assert not any(word.startswith("evidence") for word in words)  # 取证


def test_small_words_are_not_looked_for_alone():
    assert find_features("links in the text")[0] == find_features("links text")[0]
    assert find_features("and") == []
    assert find_features("log in")[0].words.startswith("log in,")


def test_a_sentence_finds_the_row_whose_phrases_have_most_of_it():
    asked = "where do I see the phones and computers I am logged in on"
    assert find_features(asked)[0].words.startswith("session,")
    assert find_features("白名单来源用 CSV 导进去")[0].words.startswith("sources,")


def test_a_word_with_another_ending_is_found():
    assert find_features("spellchecker") == find_features("spellcheck")
    assert find_features("cropping") == find_features("crop") != []


def test_without_a_row_that_has_all_words_some_of_them_or_names_find_one():
    assert find_features("masking")[0] == find_features("脱敏")[0]
    assert find_features("watermark xyzzy")[0] == find_features("watermark")[0]
    assert find_features("xyzzy") == []


def test_names_in_the_text_of_files_are_found():
    assert "articles/public/machines/page_metadata.py" in files_with("articletitle")
    assert files_with("xyz" + "zyx") == []


def test_a_word_that_no_row_has_finds_those_of_the_chapter_that_speaks_of_it():
    assert not any("人脸" in row.words for row in ROWS)
    assert "登录与首页" in find_features("人脸")[0].words
    assert "两步验证" in find_features("指纹或人脸")[0].words


def test_every_chapter_of_the_manuals_is_read_with_its_text():
    chapters = read_chapters()
    assert "右上角" in chapters["登录与首页"]
    assert "##" not in "".join(chapters.values())
    assert "安全审计" in chapters  # security.md's headings go on after a dash


def test_a_stem_begins_a_word_of_a_path():
    assert has("admin_review.py", "review")
    assert has("review/workflow.py", "review")
    assert has("checkrule/change_form.html", "check_rule")
    assert not has("preview.py", "review")
    assert floors_of("nothing_is_called_so") == set()
