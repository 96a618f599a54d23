"""Allowing a longer word in a rule, and proposing rules, as those who read or write a text ask for them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from articles import check_rules
from articles.check_rules import proposing
from articles.checks import hits
from articles.models import AuditEntry, CheckRule
from tests.cast import all_rows, refused

State = CheckRule.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast):
    saved = CheckRule(name="来华", pattern="来华", advice="请核对。", owner="总编室")
    check_rules.save_check_rule(saved, by=cast.chief, sections=[cast.news])
    check_rules.move_check_rule(saved, State.TRYING, by=cast.chief)
    check_rules.continue_trials()
    return check_rules.move_check_rule(saved, State.LIVE, by=cast.chief)


def propose(by, **facts):
    return check_rules.propose_check_rule(by=by, **{"pattern": "寒喧", "suggestion": "", "proposal": "错字。", **facts})


def test_an_allowed_word_holds_in_every_text_at_once_and_is_in_the_audit(cast, live):
    articles = [cast.article(body=f"<p>{words}的画卷。</p>") for words in ("未来华章", "来华")]
    assert [len(hits.machine_record(article).noticed) for article in articles] == [1, 1]
    check_rules.allow_words(live, "未来华章", by=cast.chief)
    assert [len(hits.machine_record(article).noticed) for article in articles] == [0, 1]
    live.refresh_from_db()
    assert (live.allowed, live.state) == ("未来华章", State.LIVE)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.details["old"], entry.details["new"]) == ("checkrule.changed", [""], ["未来华章"])
    before = all_rows()
    assert check_rules.allow_words(live, " 未来华章", by=cast.chief) == live
    assert all_rows() == before


def test_only_words_in_which_the_rule_finds_something_are_allowed_by_those_who_write_rules(cast, live):
    with refused(check_rules.CannotPropose, "finds nothing in “未来”"):
        check_rules.allow_words(live, "未来", by=cast.chief)
    with refused(PermissionDenied):
        check_rules.allow_words(live, "未来华章", by=cast.editor)
    CheckRule.objects.update(allowed="词" * 3998)
    with refused(check_rules.CannotPropose, "as many allowed words"):
        check_rules.allow_words(live, "未来华章", by=cast.chief)
    CheckRule.objects.update(allowed="\n".join(f"词语{n}" for n in range(200)))
    with refused(check_rules.UnusablePattern, "at most 200 words"):
        check_rules.allow_words(live, "未来华章", by=cast.chief)


def test_whoever_works_on_texts_proposes_a_rule_which_finds_nothing_before_it_is_in_use(cast):
    proposed = propose(cast.writer, suggestion="寒暄")
    facts = (proposed.name, proposed.state, proposed.proposed_by, proposed.proposal, proposed.suggestion)
    assert facts == ("寒喧", State.DRAFT, cast.writer, "错字。", "寒暄")
    assert hits.machine_record(cast.article(title="寒喧")).noticed == []
    check_rules.save_check_rule(CheckRule(name="另一条", pattern="好象", advice="错字。"), by=cast.chief)
    assert list(check_rules.proposed_rules()) == [proposed]
    assert propose(cast.head).name == "寒喧 2"
    assert propose(cast.head, pattern="长" * 41).name == "长" * 40
    check_rules.move_check_rule(proposed, State.RETIRED, by=cast.chief)
    assert proposed not in check_rules.proposed_rules()


def test_a_change_is_a_copy_of_the_rule_for_its_owner_and_leaves_the_rule_alone(cast, live):
    copied = propose(cast.writer, about=live, pattern="来华\n赴华")
    live.refresh_from_db()
    assert (copied.name, copied.owner, list(copied.sections.all())) == ("来华 2", "总编室", [cast.news])
    assert (copied.pattern, live.pattern, live.state) == ("来华\n赴华", "来华", State.LIVE)


def test_what_cannot_be_proposed_is_refused(cast, monkeypatch):
    with refused(PermissionDenied):
        propose(cast.stranger)
    with refused(check_rules.CannotPropose, "what is wrong"):
        propose(cast.writer, proposal=" ")
    for pattern in ("的", " "):
        with refused(check_rules.UnusablePattern):
            propose(cast.writer, pattern=pattern)
    monkeypatch.setattr(proposing, "MOST_PROPOSALS", 0)
    with refused(check_rules.CannotPropose, "already waiting"):
        propose(cast.writer)


def test_the_pages_propose_and_allow_and_the_list_tells_of_proposals(cast, live, client):
    client.force_login(cast.writer)
    page = reverse("admin:articles_checkrule_propose")
    assert "来华" in client.get(f"{page}?rule={live.pk}").content.decode()
    assert client.get(f"{page}?words=寒喧").context["form"].initial["pattern"] == "寒喧"
    assert client.get(f"{page}?rule=999999").status_code == 404
    assert client.post(page, {"pattern": "的", "proposal": "错字。"}).context["form"].errors
    assert client.post(page, {"pattern": "寒喧", "proposal": "错字。"}).context["form"] is None
    allow = reverse("admin:articles_checkrule_allow", args=[live.pk])
    assert client.get(allow).status_code == 403

    client.force_login(cast.chief)
    rules = client.get(reverse("admin:articles_checkrule_changelist"))
    assert rules.context["proposed"] == 1
    listed = client.get(reverse("admin:articles_checkrule_changelist") + "?state__exact=draft")
    assert [row.name for row in listed.context["cl"].result_list] == ["寒喧"]
    change = reverse("admin:articles_checkrule_change", args=[listed.context["cl"].result_list[0].pk])
    assert "错字。" in client.get(change).content.decode()
    assert client.post(allow, {"words": "未来"}).context["form"].errors
    assert client.post(allow, {"words": "未来华章"}).context["form"] is None
