"""A rule that comes into use between the last signature and the publication of a text finds it all the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import check_rules, check_ups, publishing, roster, scheduling
from articles.checks import hits
from articles.models import Article, CheckRule, CheckUpFinding, RosterEntry
from articles.models.check_rule import Severity
from articles.publishing import CannotPublish
from tests.cast import refused

pytestmark = pytest.mark.django_db
BODY = "<p>两人寒喧，电话13812345678。</p>"


def come_into_use(cast, severity=Severity.WARN):
    rule = CheckRule.objects.first() or CheckRule(name="寒暄", pattern="寒喧", advice="应为“寒暄”。", severity=severity)
    check_rules.move_check_rule(check_rules.save_check_rule(rule, by=cast.chief), "trying", by=cast.chief)
    while check_rules.continue_trials():
        pass
    check_rules.move_check_rule(rule, "live", by=cast.chief)
    while check_ups.continue_check_ups():
        pass


def publish_by_hand(article, cast):
    publishing.publish_article(article, by=cast.editor)


def publish_by_schedule(article, cast):
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    come_due(article)
    assert scheduling.publish_due() == 1


def come_due(article):
    Article.objects.filter(pk=article.pk).update(scheduled_for=timezone.now())


@pytest.mark.parametrize("publish", [publish_by_hand, publish_by_schedule])
def test_what_nobody_who_signed_saw_waits_for_the_sections_editor(cast, publish):
    article = cast.article(body=BODY)
    cast.sign(article)
    come_into_use(cast)
    publish(article, cast)
    (finding,) = check_ups.findings_to_settle(cast.editor)  # the number was seen by who signed
    assert (finding.rule, finding.words, finding.article, finding.check_up) == ("寒暄", "寒喧", article, None)
    assert not check_ups.findings_to_settle(cast.culture_editor).exists()


def test_what_was_seen_is_not_found_again_whatever_other_rules_change(cast):
    come_into_use(cast)
    article = cast.article(body=BODY)
    cast.sign(article)
    rule = CheckRule.objects.get()
    rule.advice = "应为“暄”。"
    check_rules.save_check_rule(rule, by=cast.chief)
    publish_by_hand(article, cast)
    assert not CheckUpFinding.objects.exists()


def test_a_sign_off_of_before_that_does_not_tell_what_was_seen_counts_as_nothing_seen(cast, monkeypatch):
    article = cast.article(body=BODY)
    told = hits.machine_record
    monkeypatch.setattr(hits, "machine_record", lambda article: told(article)._replace(facts={}))
    cast.sign(article)
    publish_by_hand(article, cast)
    assert [finding.rule for finding in CheckUpFinding.objects.all()] == ["mobile_number"]


def test_what_blocks_is_refused_and_a_schedule_says_why(cast):
    article = cast.article(body=BODY)
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    come_into_use(cast, Severity.BLOCK)
    with refused(CannotPublish, "寒喧"):
        publish_by_hand(article, cast)
    come_due(article)
    assert scheduling.publish_due() == 0
    article.refresh_from_db()
    assert "寒喧" in article.schedule_problem
    assert not CheckUpFinding.objects.exists()


def test_the_roster_counts_too_and_what_is_for_information_does_not(cast):
    article = cast.article(body="<p>陶远叁今日致辞，寒喧。</p>")
    cast.sign(article)
    roster.save_roster_entry(RosterEntry(name="陶远山", post="县长", forbidden="陶远叁"), by=cast.chief)
    come_into_use(cast, Severity.INFO)
    publish_by_hand(article, cast)
    assert {finding.rule for finding in CheckUpFinding.objects.all()} == {"forbidden_form", "nearly_a_name"}


def test_what_was_ignored_stays_so_in_the_next_edition(cast):
    article = cast.article(body=BODY)
    cast.sign(article)
    come_into_use(cast)
    publish_by_hand(article, cast)
    check_ups.settle_check_finding(CheckUpFinding.objects.get(), by=cast.editor, reason="引文", ignored=True)
    check_rules.move_check_rule(CheckRule.objects.get(), "retired", by=cast.chief)
    cast.change(article, title="又一座桥通车")
    cast.sign(article)
    come_into_use(cast)
    publish_by_hand(article, cast)
    assert [row.reason for row in CheckUpFinding.objects.filter(check_up=None)] == ["引文", "引文"]
    assert not check_ups.findings_to_settle(cast.editor).exists()


def test_urgent_news_is_read_with_all_rules_afterwards(cast):
    article = cast.article(body=BODY)
    cast.sign(article, times=1)
    come_into_use(cast)
    publishing.publish_urgent(article, by=cast.chief, reason="洪水")
    assert not CheckUpFinding.objects.exists()
