"""Rules are tried on a text, and on what was published in the last year, before they are in use."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import check_rules, publishing
from articles.check_rules import trying
from articles.models import CheckRule, CheckTrial
from tests.cast import all_rows

State = CheckRule.State
pytestmark = pytest.mark.django_db


def on_trial(cast, name="寒暄", pattern="寒喧", **facts):
    rule = CheckRule(name=name, pattern=pattern, advice="应为“寒暄”。", **facts)
    return check_rules.move_check_rule(check_rules.save_check_rule(rule, by=cast.chief), State.TRYING, by=cast.chief)


@pytest.fixture
def archive(cast):
    """Five public texts, three of them with the words; a sixth of years ago, and a draft."""
    bodies = ["<p>寒<b>喧</b>，寒喧</p>", "<p>无</p>", "<p>寒喧</p>", "<p>无</p>", "<p>寒喧</p>"]
    public = [cast.publish(cast.article(body=body)).article for body in bodies]
    old = cast.article(body="<p>寒喧</p>")
    publishing.publish_archived(old, by=cast.admin, at=timezone.now() - timedelta(days=900), origin="旧站")
    cast.article(body="<p>寒喧</p>")
    return public


def test_a_trial_reads_what_was_published_in_the_last_year_in_batches(cast, archive, monkeypatch):
    monkeypatch.setattr(trying, "TEXTS_PER_BATCH", 2)
    rule = on_trial(cast)
    assert [check_rules.continue_trials() for _batch in range(4)] == [2, 2, 1, 0]
    trial = CheckTrial.objects.get(rule=rule)
    assert (trial.read, trial.found, trial.is_done) == (5, 3, True)
    first, _second, third, _fourth, fifth = (article.number for article in archive)
    assert trial.examples == [[fifth, ["寒喧"]], [third, ["寒喧"]], [first, ["寒喧", "寒喧"]]]


def test_a_trial_ends_with_what_the_rule_found_before(cast, archive):
    rule = on_trial(cast)
    check_rules.continue_trials()
    rule.pattern = "无"
    rule.advice = "别的"
    rule.pattern = "无寒"
    check_rules.save_check_rule(rule, by=cast.chief)
    trial = CheckTrial.objects.get(rule=rule)
    assert (trial.read, trial.found, trial.is_done) == (0, 0, False)


def test_a_trial_looks_past_the_days_on_which_the_rule_is_valid(cast, archive):
    rule = on_trial(cast, valid_from=timezone.localdate() + timedelta(days=9))
    check_rules.continue_trials()
    assert CheckTrial.objects.get(rule=rule).found == 3


def test_rules_of_one_table_are_tried_together(cast, archive, django_assert_max_num_queries):
    rows = "".join(f"规则{n},寒喧{'' if n < 3 else n},说明,试用\n" for n in range(100))
    check_rules.import_check_rules(f"名称,内容,说明,状态\n{rows}".encode(), by=cast.chief)
    with django_assert_max_num_queries(12):
        assert check_rules.continue_trials() == 5
    assert sorted(CheckTrial.objects.values_list("found", flat=True)) == [0] * 97 + [3] * 3
    assert not CheckTrial.objects.filter(is_done=False).exists()


def test_a_text_is_tried_on_without_keeping_anything(cast):
    rule = on_trial(cast)
    before = all_rows()
    assert check_rules.pieces_of_text(rule, "他们寒\u200b喧，又寒喧。") == [
        ("他们", False), ("寒\u200b喧", True), ("，又", False), ("寒喧", True), ("。", False)
    ]  # fmt: skip
    assert all_rows() == before


def test_the_desk_shows_the_trial_and_tries_a_text(cast, client, archive):
    client.force_login(cast.chief)
    client.cookies["django_language"] = "en"
    rule = check_rules.save_check_rule(CheckRule(name="寒暄", pattern="寒喧", advice="错字"), by=cast.chief)
    client.post(reverse("admin:articles_checkrule_state", args=[rule.pk]), {"state": "trying"})
    page = client.get(reverse("admin:articles_checkrule_change", args=[rule.pk])).content.decode()
    assert "in 3 of 5 texts" in page
    assert f'href="{archive[0].get_absolute_url()}"' in page
    tried = client.post(reverse("admin:articles_checkrule_try", args=[rule.pk]), {"text": "<b>寒喧"}).content.decode()
    assert "&lt;b&gt;<mark>寒喧</mark>" in tried


def test_rules_are_put_into_use_from_the_list(cast, client):
    client.force_login(cast.chief)
    client.cookies["django_language"] = "en"
    rules = [on_trial(cast, name=f"规则{n}", pattern=f"词语{n}") for n in range(3)]
    check_rules.continue_trials()
    facts = {"action": "put_into_use", "_selected_action": [rule.pk for rule in rules]}
    said = client.post(reverse("admin:articles_checkrule_changelist"), facts, follow=True).content.decode()
    assert "Rules moved: 1." in said  # the trials of the others began later, and go on
    assert "has not been tried" in said
    assert CheckRule.objects.filter(state=State.LIVE).count() == 1
