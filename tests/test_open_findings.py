"""What the first page of the desk (今日) says of findings: how many this person may settle, and where."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles.admin import open_findings
from articles.models import CheckUp, CheckUpFinding, LinkHost, LinkTarget, LinkUse
from tests.test_dashboard import shown

pytestmark = pytest.mark.django_db


def dead_link(article, address):
    host = LinkHost.objects.get_or_create(host="a.example", defaults={"first_seen_at": timezone.now()})[0]
    facts = {"finding": "open", "found_at": timezone.now(), "articles": 1, "kind": "page"}
    target = LinkTarget.objects.create(address=address, digest=address, host=host, **facts)
    LinkUse.objects.create(article=article, target=target)
    return target


def finding(cast, article, *, rule, by, **facts):
    now = timezone.now()
    check_up = CheckUp.objects.create(by=by, begun_at=now, reached_at=now)
    facts = {"section": article.section, "year": 2026, "severity": "warn", "digest": article.live.digest, **facts}
    return CheckUpFinding.objects.create(check_up=check_up, article=article, rule=rule, words="词", **facts)


@pytest.fixture
def found(cast):
    """Three kinds of findings in the news, two in the culture section, and what is settled or no longer public."""
    news, culture = cast.article(), cast.article(section=cast.culture)
    for article in (news, culture):
        cast.publish(article)
        article.refresh_from_db()
    finding(cast, news, rule="mobile_number", by=cast.chief)
    finding(cast, news, rule="wrong_word", by=None)
    finding(cast, culture, rule="wrong_word", by=None)
    finding(cast, news, rule="settled", by=None, state="settled")
    finding(cast, news, rule="corrected since", by=None, digest="0" * 64)
    dead_link(news, "https://a.example/1")
    dead_link(culture, "https://a.example/2")
    settled = dead_link(news, "https://a.example/3")
    LinkTarget.objects.filter(pk=settled.pk).update(finding="settled")


def counts(client, user):
    return [(each.label, each.shown_count) for each in shown(client, user, "findings")]


def test_each_is_told_what_they_may_settle(client, cast, found):
    labels = ["Dead links", "Found by check-ups", "Found by new rules in published texts"]
    client.cookies["django_language"] = "en"
    assert counts(client, cast.chief) == list(zip(labels, "212", strict=True))
    assert counts(client, cast.culture_editor) == [(labels[0], "1"), (labels[2], "1")]
    assert counts(client, cast.writer) == counts(client, cast.stranger) == []


def test_a_row_leads_to_the_screen_with_as_many(client, cast, found):
    for user in (cast.chief, cast.culture_editor):
        for row in shown(client, user, "findings"):
            assert len(client.get(row.address).context["rows"]) == row.number
    client.force_login(cast.culture_editor)
    assert len(client.get("/admin/articles/linktarget/").context["rows"]) == 2  # everybody sees what is dead


def test_no_more_are_counted_than_are_told(client, cast, found, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(open_findings, "MOST_COUNTED", 1)
    assert [each.shown_count for each in shown(client, cast.chief, "findings")] == ["1+", "1", "1+"]
    with django_assert_num_queries(3):
        assert [each.number for each in open_findings.open_findings(cast.chief)] == [2, 1, 2]
    editor = User.objects.get(pk=cast.culture_editor.pk)
    with django_assert_num_queries(4):  # the duties, too
        assert len(open_findings.open_findings(editor)) == 2
