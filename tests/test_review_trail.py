"""The trail (流转): all acts that moved an article, in one line, with who, when and why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from articles import placing, publishing, scheduling
from articles.admin import review_trail
from articles.admin.review_trail import article_trail
from articles.models import Article, AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_readings")]


def kinds(article):
    """What happened, in order: decisions by their key, acts by theirs."""
    rows = article_trail(Article.objects.select_related("signed").get(pk=article.pk))
    return [row.entry.action if hasattr(row, "entry") else row.decision.decision for row in rows]


@pytest.fixture
def moved(cast):
    """Scheduled, taken out of the schedule, published, corrected, withdrawn and put back."""
    article = cast.article(title="大桥通车")
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(days=1))
    scheduling.unschedule_article(article, by=cast.editor)
    publishing.publish_article(article, by=cast.editor)
    cast.correct(article, note="首段“三人”应为“五人”。", body="<p>五人受轻伤。</p>")
    publishing.withdraw_article(article, by=cast.editor, reason="当事人撤回授权")
    publishing.put_back_article(article, by=cast.chief, reason="授权已补")
    return article


def test_decisions_and_acts_stand_in_one_line_in_their_order(moved):
    readings = ["submit", "pass", "pass", "pass"]
    assert kinds(moved) == [
        *readings,
        "article.scheduled",
        "article.unscheduled",
        "article.published",
        *readings,
        "article.corrected",
        "article.withdrawn",
        "article.put_back",
    ]


@pytest.mark.parametrize("name", ["change", "review"])
def test_both_pages_say_who_did_each_when_and_why(client, cast, moved, name):
    client.force_login(cast.writer)
    html = client.get(reverse(f"admin:articles_article_{name}", args=[moved.pk])).content.decode()
    acts = html[html.index('<li class="act-') :]
    for said in ("首段“三人”应为“五人”。", "当事人撤回授权", "授权已补", "梁静姝", 'class="act-withdrawn"'):
        assert said in acts, said
    assert acts.index("当事人撤回授权") < acts.index("授权已补")


def test_when_a_text_goes_out_and_what_was_placed_is_said(client, cast):
    article = cast.article()
    cast.sign(article)
    at = timezone.localtime() + timedelta(days=1)
    scheduling.schedule_article(article, by=cast.editor, at=at)
    placing.set_placing(article, by=cast.editor, pinned_until=at, expires_at=None, cover=None)
    scheduled, placed = article_trail(article)[-2:]
    assert scheduled.planned == at.replace(microsecond=0)
    assert placed.facts
    client.force_login(cast.writer)
    assert (
        f"{at:%m-%d %H:%M}" in client.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
    )


def test_saving_is_not_in_it_and_acts_take_one_query(cast, moved):
    cast.change(moved, title="大桥今日通车")
    assert "article.saved" not in kinds(moved)
    with CaptureQueriesContext(connection) as asked:
        article_trail(moved)
    assert sum("articles_auditentry" in query["sql"] for query in asked) == 1


def test_what_an_edition_was_signed_with_counts_and_what_a_change_voided_does_not(cast, moved):
    cast.change(moved, title="大桥今日通车")
    cast.sign(moved, times=1)
    cast.change(moved, title="大桥昨日通车", voiding=True)
    rows = article_trail(Article.objects.select_related("signed").get(pk=moved.pk))
    passes = [row.counts for row in rows if hasattr(row, "decision") and row.decision.decision == "pass"]
    assert passes == [True] * 6 + [False]


def test_a_long_trail_shows_its_newest_part(moved, monkeypatch):
    monkeypatch.setattr(review_trail, "MOST_ROWS", 3)
    assert kinds(moved) == ["article.corrected", "article.withdrawn", "article.put_back"]


def test_where_a_migrated_article_came_from_is_no_reason(client, cast):
    article = cast.article()
    publishing.publish_archived(article, by=cast.chief, at=timezone.now() - timedelta(days=900), origin="text file")
    (act,) = [row for row in article_trail(Article.objects.get(pk=article.pk)) if hasattr(row, "entry")]
    assert (act.why, act.entry.action) == ("", "article.migrated")
    with override("en"):
        client.force_login(cast.chief)
        html = client.get(
            reverse("admin:articles_article_change", args=[article.pk]), headers={"accept-language": "en"}
        ).content.decode()
    assert "imported from a text file" in html
    assert 'class="opinion"' not in html


def test_the_audit_says_in_words_where_a_migrated_article_came_from(cast, english):
    publishing.publish_archived(cast.article(), by=cast.chief, at=timezone.now() - timedelta(days=900), origin="demo")
    facts = dict(AuditEntry.objects.get(action="article.migrated").facts)
    assert facts["origin"] == "the demo newsroom"
    assert "demo" not in facts.values()
