"""The trial of the rules: errors planted into clean texts are found, clean texts are left alone, and both are counted."""

import random
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from articles import check_rules, sanitising
from articles.checks import hits, planting, trial
from articles.checks.named_persons import PRIVACY
from articles.checks.roster import PEOPLE

pytestmark = pytest.mark.django_db  # the newsroom's own rules are looked for, too

TEXT = "<h1>便民桥通车</h1><p>望桥乡的便民桥今日通车。</p><p>从此村民出行不必绕路。桥长三十米。</p>"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2026-11-28-bridge.html").write_text(TEXT, encoding="utf-8")
    (tmp_path / "plain.txt").write_text("客船停航\n双渡的客船今日停航。\n大桥代替了它。\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("not read", encoding="utf-8")
    return tmp_path


def test_every_planted_error_is_found_and_nothing_else(folder, capsys):
    call_command("try_checks", str(folder), errors=4 * len(planting.MAKERS))
    said = capsys.readouterr().out
    assert "Found 100.0%" in said
    assert "0.000 hits that are not information in each of 2 texts." in said


def test_a_rule_that_finds_nothing_is_counted_and_fails(folder, monkeypatch, capsys):
    monkeypatch.setattr(hits, "FINDERS", ())
    with pytest.raises(SystemExit):
        call_command("try_checks", str(folder), errors=len(planting.MAKERS))
    said = capsys.readouterr().out.partition("\nclass")[0]
    rows = dict(line.split(None, 1) for line in said.splitlines() if "_" in line)
    assert rows["wrong_weekday"].split() == ["1", "0"]
    assert rows["doubled_mark"].split() == ["1", "1"]


def test_errors_of_rows_files_titles_and_equal_texts_are_planted_too(cast, folder):
    long = "大桥长三十米，宽六米，两边有人行道。" * 6 + "村民说，孩子上学近了。"
    (folder / "2026-11-28-long.html").write_text(f"<p>{long}</p>", encoding="utf-8")
    check_rules.take_over_shipped_rules(by=cast.chief)
    tried = trial.try_rules(list(trial.read_clean_texts(folder)), errors=150)
    assert {trial.WRITTEN, trial.TITLE, trial.SIMILAR, "file: identity_number", "wrong_post"} <= set(tried.planted)
    assert tried.found_share >= 0.97
    planted, found, heavy, _information = tried.by_class()[str(PEOPLE)]
    assert (planted, heavy) == (found, 0)
    assert tried.by_class()[str(PRIVACY)][0] > 10


def test_an_equal_text_that_is_not_recognised_is_counted(folder, monkeypatch):
    (folder / "2026-11-28-long.html").write_text(
        f"<p>{'大桥长三十米，宽六米，两边有人行道。' * 6}</p>", encoding="utf-8"
    )
    monkeypatch.setattr(trial, "MOST_DIFFERENT_BITS", -1)
    tried = trial.try_rules(list(trial.read_clean_texts(folder)), errors=60)
    assert tried.planted[trial.SIMILAR] > tried.found[trial.SIMILAR] == 0


def test_false_hits_are_counted_and_fail(folder, capsys):
    (folder / "false.html").write_text("<p>今天,晴。明天,雨。</p>", encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("try_checks", str(folder), errors=0)
    assert "half_width_mark                   warn       2" in capsys.readouterr().out


def test_texts_have_their_title_and_day(folder):
    first, second = trial.read_clean_texts(folder)
    assert (first.title, first.day, "h1" in first.body) == ("便民桥通车", date(2026, 11, 28), False)
    assert (second.title, second.body) == ("客船停航", "<p>双渡的客船今日停航。</p><p>大桥代替了它。</p>")


def test_a_folder_without_texts_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CommandError):
            call_command("try_checks", str(path))


def test_the_same_seed_plants_the_same_errors_and_half_are_broken_up():
    body = sanitising.sanitise(TEXT).html

    def planted():
        chance = random.Random(3)
        return [planting.plant_error("mobile_number", body, date(2026, 11, 28), chance) for _n in range(60)]

    assert planted() == planted()
    broken = [html for html in planted() if "\u200b" in html or "<strong>" in html]
    assert 15 < len(broken) < 45
