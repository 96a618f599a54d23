"""Rules that newsrooms write: their life, who may write them, what they do to texts, and their screen."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from articles import check_rules, review
from articles.checks import NotReady, hits, written_rules
from articles.models import AuditEntry, CheckRule
from tests.cast import all_rows, refused

State = CheckRule.State
pytestmark = pytest.mark.django_db


def rule(**facts):
    return CheckRule(**{"name": "寒暄", "pattern": "寒喧", "advice": "应为“寒暄”。", "suggestion": "寒暄", **facts})


def live(cast, sections=(), **facts):
    saved = check_rules.save_check_rule(rule(**facts), by=cast.chief, sections=sections)
    check_rules.move_check_rule(saved, State.TRYING, by=cast.chief)
    check_rules.continue_trials()
    return check_rules.move_check_rule(saved, State.LIVE, by=cast.chief)


def shown(article):
    return [(hit.rule.name, hit.words, hit.rule.severity.value) for hit in hits.hits_to_show(article)]


# --- What a live rule does ---------------------------------------------------------------------------------------


def test_a_live_rule_is_applied_at_once_and_a_retired_one_no_more(cast):
    article = cast.article(title="互相寒喧", body="<p>他们<b>寒</b>喧了几句。</p>")
    saved = check_rules.save_check_rule(rule(), by=cast.chief)
    assert shown(article) == []
    check_rules.move_check_rule(saved, State.TRYING, by=cast.chief)
    assert shown(article) == []
    check_rules.continue_trials()
    check_rules.move_check_rule(saved, State.LIVE, by=cast.chief)
    assert shown(article) == [("寒暄", "寒喧", "warn")] * 2
    with translation.override("en"):
        assert hits.hits_to_show(article)[0].reason == "“寒喧” is found by the rule “寒暄”. Right is “寒暄”."
    check_rules.move_check_rule(saved, State.RETIRED, by=cast.chief)
    assert shown(article) == []


def test_a_rule_that_blocks_is_set_aside_by_a_reader_or_the_text_is_not_signed(cast):
    live(cast, severity="block")
    article = cast.article(title="互相寒喧")
    cast.sign(article, times=2)
    with refused(NotReady):
        review.sign_off_reading(article, by=cast.chief, revision=article.latest.number)
    (hit,) = hits.open_hits(hits.Candidate(article, timezone.now()))
    review.set_hit_aside(article, by=cast.chief, key=hit.key, reason="引用原文")
    assert review.sign_off_reading(article, by=cast.chief, revision=article.latest.number).is_final


def test_warnings_stand_in_the_sign_off_and_information_does_not(cast):
    live(cast)
    live(cast, name="提示", pattern="几句", severity="info")
    article = cast.article(title="互相寒喧几句")
    assert [severity for _name, _words, severity in shown(article)] == ["warn", "info"]
    assert [warning["id"] for warning in cast.sign(article, times=1).warnings] == ["hits.to_look_at"]


def test_a_rule_of_a_section_is_for_that_section_and_those_below(cast):
    live(cast, sections=[cast.news])
    found = {section.slug: shown(cast.article(title="寒喧", section=section)) for section in (cast.towns, cast.culture)}
    assert [len(found["towns"]), len(found["culture"])] == [1, 0]


def test_a_rule_is_applied_on_the_days_on_which_it_is_valid(cast):
    live(cast, valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 2))
    article = cast.article(title="寒喧")
    at = timezone.make_aware(timezone.datetime(2026, 3, 2, 23))
    days = [at - timedelta(days=2), at, at + timedelta(days=1)]
    assert [len(hits.find_hits(article.newest.content, written_rules.current_rules(), at=day)) for day in days] == [
        0,
        1,
        0,
    ]


def test_unchanged_rules_and_roster_cost_one_query(cast, django_assert_num_queries):
    live(cast)
    written_rules.current_rules()
    with django_assert_num_queries(1):
        written_rules.current_rules()


# --- Writing rules -----------------------------------------------------------------------------------------------


def test_each_change_of_a_rule_is_in_the_audit(cast):
    saved = live(cast)
    saved.advice = "“寒暄”是问候，“喧”是吵闹。"
    check_rules.save_check_rule(saved, by=cast.chief, sections=[cast.culture])
    entries = AuditEntry.objects.filter(object_type="checkrule").order_by("pk")
    assert [entry.action.partition(".")[2] for entry in entries] == [
        "added", "changed", "changed", "changed", "sections_changed"
    ]  # fmt: skip
    assert [entry.details.get("new") for entry in entries][2:] == [["live"], [saved.advice], [cast.culture.name]]
    assert CheckRule.objects.get().owner == "chief"
    before = all_rows()
    check_rules.save_check_rule(saved, by=cast.chief, sections=[cast.culture])
    assert all_rows() == before


def test_what_a_live_rule_says_and_where_holds_at_once_when_it_is_changed(cast):
    saved, article = live(cast), cast.article(title="寒喧")
    assert shown(article) == [("寒暄", "寒喧", "warn")]
    saved.severity = "info"
    check_rules.save_check_rule(saved, by=cast.chief)
    assert shown(article) == [("寒暄", "寒喧", "info")]
    check_rules.save_check_rule(saved, by=cast.chief, sections=[cast.culture])
    assert shown(article) == []


def test_a_live_rule_that_shall_find_other_words_is_on_trial_again(cast):
    saved = live(cast)
    saved.pattern = "寒喧\n喧寒"
    assert check_rules.save_check_rule(saved, by=cast.chief).state == State.TRYING
    assert shown(cast.article(title="寒喧")) == []


@pytest.mark.parametrize(
    ("kind", "pattern", "sentence"),
    [
        ("words", " \n\u200b", "Write at least one word."),
        ("words", "的", "single character"),
        ("words", "\n".join(f"词语{n}" for n in range(201)), "at most 200 words"),
        ("template", "第{数}届{人}", "no placeholder “{人}”"),
        ("expression", "(?=来)华", "no look-around"),
        ("expression", r"(.)\1", "no look-around"),
        ("expression", "[来", "expression cannot be used"),
        ("expression", "来*", "empty text"),
        ("expression", ".{0,900}来.{0,900}", "slow down"),
        ("expression", "((来{1,30}){1,30}){1,30}", "expression cannot be used"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_in_a_sentence(cast, kind, pattern, sentence):
    with refused(ValidationError, sentence):
        check_rules.save_check_rule(rule(kind=kind, pattern=pattern), by=cast.chief)
    with pytest.raises(check_rules.UnusablePattern) as caught:
        check_rules.refuse_unusable_pattern(rule(kind=kind, pattern=pattern))
    assert [problem.field for problem in caught.value.problems] == ["pattern"]


def test_a_rule_has_as_many_words_as_the_refusal_says():
    check_rules.refuse_unusable_pattern(rule(pattern="\n".join(f"词语{n}" for n in range(200))))


def test_who_has_not_the_duty_writes_no_rule(cast):
    saved = live(cast)
    for act in (check_rules.save_check_rule, lambda row, by: check_rules.move_check_rule(row, State.RETIRED, by=by)):
        with refused(PermissionDenied):
            act(saved, by=cast.editor)


def test_a_rule_comes_into_use_by_way_of_a_trial_alone(cast):
    saved = check_rules.save_check_rule(rule(), by=cast.chief)
    for state in (State.LIVE, "nonsense"):
        with refused(check_rules.CannotMove):
            check_rules.move_check_rule(saved, state, by=cast.chief)
    check_rules.move_check_rule(saved, State.TRYING, by=cast.chief)
    with refused(check_rules.CannotMove, "has not been tried"):
        check_rules.move_check_rule(saved, State.LIVE, by=cast.chief)
    before = all_rows()
    check_rules.move_check_rule(saved, State.TRYING, by=cast.chief)
    assert all_rows() == before


def test_names_are_unique_and_a_rule_ends_after_it_begins(cast):
    live(cast)
    with refused(ValidationError):
        check_rules.save_check_rule(rule(), by=cast.chief)
    with refused(ValidationError):
        days = {"valid_from": date(2026, 3, 2), "valid_until": date(2026, 3, 1)}
        check_rules.save_check_rule(rule(name="另一条", **days), by=cast.chief)


# --- The screen --------------------------------------------------------------------------------------------------


def test_the_chief_writes_a_rule_and_puts_it_into_use(cast, client):
    client.force_login(cast.chief)
    client.cookies["django_language"] = "en"
    add = reverse("admin:articles_checkrule_add")
    facts = {"name": "寒暄", "subject": "wording", "kind": "expression", "pattern": "寒*", "advice": "错字。"}
    facts |= {"severity": "warn", "sections": [cast.culture.pk]}
    page = client.post(add, facts).content.decode()
    assert "This expression also matches empty text." in page
    client.post(add, {**facts, "pattern": "寒喧+"})
    saved = CheckRule.objects.get()
    assert list(saved.sections.all()) == [cast.culture]
    state = reverse("admin:articles_checkrule_state", args=[saved.pk])
    for to in ("live", "trying", "live"):
        said = client.post(state, {"state": to}, follow=True).content.decode()
    assert "In use" in said
    saved.refresh_from_db()
    assert saved.state == State.LIVE
    change = reverse("admin:articles_checkrule_change", args=[saved.pk])
    page = client.post(change, {**facts, "pattern": "寒暄"}, follow=True).content.decode()
    assert "on trial again" in page
