"""`make files` prints what uses the files of a feature, why a row was found, and how to ask for the next ones."""

from tests.feature_files import find_features
from tests.feature_users import find_naming, find_used, find_users
from tests.print_features import print_features


def test_what_imports_a_file_uses_it_also_through_its_package():
    assert "articles/management/commands/work.py" in find_users(["articles/scheduling.py"])
    assert "articles/editing.py" in find_users(["articles/review/edits.py"])  # `review.apply_edit_to_review`


def test_what_includes_a_template_or_loads_a_script_uses_it_and_what_fills_it_does_not():
    assert find_users(["templates/public/share.html"]) == ["templates/public/tools.html"]
    assert "templates/public/article_scripts.html" in find_users(["static/site/tools.js"])
    assert "templates/admin/articles/article/revisions.html" not in find_users(
        ["templates/admin/articles/article/act.html"]
    )


def test_what_a_feature_uses_is_named_if_few_others_do():
    used = find_used(["templates/admin/quality_counts.html"])
    assert "static/desk/review_sheet.css" in used
    assert "templates/admin/base_site.html" not in used
    assert find_used(["templates/admin/quality_counts.html", "static/desk/review_sheet.css"]) == [
        path for path in used if path != "static/desk/review_sheet.css"
    ]


def test_files_of_the_feature_itself_and_tests_are_no_users_and_neither_are_those_of_what_all_use():
    assert "articles/management/commands/work.py" not in find_users(
        ["articles/scheduling.py", "articles/management/commands/work.py"]
    )
    assert not any(path.startswith("tests/") for path in find_users(["articles/scheduling.py"]))
    assert find_users(["articles/duty_assignments/permissions.py"]) == []


def test_the_output_says_why_a_row_was_found_and_what_to_ask_for_the_next(capsys):
    print_features("share")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "share sheet, social sharing, poster with a QR code (found by “share”)"
    assert "templates/public/tools.html" in lines[lines.index("  used by") + 1]
    assert any(line.startswith("also  preview, link to a draft for outsiders, share a draft: ") for line in lines)
    following = next(line for line in lines if line.startswith("also  uploads,"))
    assert following.endswith('files, make files OF="uploads"')
    assert find_features("uploads")[0].words.startswith("uploads,")
    assert lines[-1].startswith("noun: model")


def test_files_of_others_that_have_the_name_in_their_text_are_named():
    found = find_naming(["urgent", "articles/publishing.py", "test_urgent"])
    assert "articles/review/queue.py" in found  # its deadline
    assert "tests/test_review_queue.py" in found
    assert "articles/management/commands/work.py" not in found
    assert find_naming(["articles/publishing.py"]) == []


def test_a_row_that_is_much_less_like_has_a_line_only(capsys):
    print_features("查重")
    printed = capsys.readouterr().out
    assert "templates/admin/articles/article/beside_table.html" in printed
    assert printed.count("\n\n") == 1  # one row with its files


def test_settings_and_files_that_many_use_have_a_line(capsys):
    print_features("WebSub")
    assert "WEBSUB_HUB" in capsys.readouterr().out.partition("settings: ")[2].partition("\n")[0]
    print_features("duties")
    assert "articles/duty_assignments/permissions.py" in capsys.readouterr().out.partition("used by more than 25: ")[2]


def test_a_word_that_nothing_has_is_answered_with_a_sentence(capsys):
    unheard_of = "jxqz" * 3
    print_features(unheard_of)
    assert capsys.readouterr().out == f"Nothing has the word {unheard_of!r}; try another one.\n"
