"""Urgent news, public before its readings; and break-glass, the same by a superuser without the duty."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import publishing, review
from articles.models import Article, AuditEntry, Edition
from articles.publishing import CannotPublish
from tests.cast import all_rows, refused


@pytest.fixture
def submitted(cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    return article


def test_with_the_clock_set_back_it_is_refused_with_a_sentence(cast, submitted, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(days=1))
    with refused(CannotPublish, "clock of the server"):
        publishing.publish_urgent(submitted, by=cast.chief, reason="洪水预警")


@pytest.mark.parametrize(
    ("who", "basis", "action"),
    [("chief", "urgent", "article.published_before_readings"), ("admin", "break_glass", "article.glass_broken")],
)
def test_urgent_news_is_public_first_and_its_readings_stay_open(cast, submitted, who, basis, action):
    cast.news.late_reading_hours = 3
    cast.news.save()
    user = getattr(cast, who)
    edition = publishing.publish_urgent(submitted, by=user, reason=" 洪水预警 ")
    submitted.refresh_from_db()
    assert (edition.basis, edition.kind, edition.note, edition.sign_off) == (
        basis,
        Edition.Kind.FIRST,
        "洪水预警",
        None,
    )
    assert (submitted.live, submitted.stage) == (edition, 1)
    due = submitted.readings_due_at
    assert timedelta(0) <= due - edition.published_at - timedelta(hours=3) + timedelta(seconds=5) < timedelta(minutes=1)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.details["reason"]) == (action, user, "洪水预警")
    assert list(review.overdue_readings()) == []
    Article.objects.update(readings_due_at=timezone.now())
    assert list(review.overdue_readings()) == [submitted]
    before = all_rows()
    assert publishing.publish_urgent(submitted, by=user, reason="again") == edition
    assert all_rows() == before


def test_late_readings_of_the_same_text_close_it(cast, submitted):
    edition = publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    cast.sign(submitted)
    assert (submitted.readings_due_at, submitted.stage, submitted.signed, submitted.live) == (None, 0, None, edition)
    with refused(review.CannotSubmit, "Readers see this text already"):
        review.submit_article(submitted, by=cast.writer)


def test_late_readings_of_a_corrected_text_end_in_its_publication(cast, submitted):
    cast.let_readers_correct()
    publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    cast.sign(submitted, times=2)
    cast.change(submitted, by=cast.chief, title="水位更正")
    cast.sign(submitted, note="水位有误")
    assert submitted.readings_due_at
    assert submitted.is_read_by_all
    publishing.publish_correction(submitted, by=cast.editor)
    submitted.refresh_from_db()
    assert (submitted.readings_due_at, submitted.live.basis) == (None, Edition.Basis.SIGNED)


def test_urgent_news_sent_back_is_submitted_again_as_it_stands(cast, submitted):
    publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    review.send_back(submitted, by=cast.editor, reason="补来源说明")
    cast.sign(submitted)
    assert (submitted.readings_due_at, submitted.stage) == (None, 0)


def test_publishing_first_refuses(cast, submitted):
    with refused(PermissionDenied, "Publish urgent news"):
        publishing.publish_urgent(submitted, by=cast.editor, reason="x")
    with refused(CannotPublish, "needs a reason"):
        publishing.publish_urgent(submitted, by=cast.chief, reason=" ")
    draft = cast.article()
    with refused(CannotPublish, "has not been submitted"):
        publishing.publish_urgent(draft, by=cast.chief, reason="x")
    unsourced = cast.article(source=None)
    review.submit_article(unsourced, by=cast.writer)
    with refused(CannotPublish, "The source is missing"):
        publishing.publish_urgent(unsourced, by=cast.chief, reason="x")
    cast.sign(submitted)
    with refused(CannotPublish, "All readings of"):
        publishing.publish_urgent(submitted, by=cast.chief, reason="x")


@pytest.mark.parametrize(("sent_back", "read", "due"), [(False, 0, True), (True, 0, True), (False, 3, False)])
def test_urgent_news_put_back_is_due_again_until_all_have_read_it(cast, submitted, sent_back, read, due):
    publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    if sent_back:
        review.send_back(submitted, by=cast.editor, reason="x")
    if read:
        cast.sign(submitted, times=read)
        cast.change(submitted, title="后来的事")
        review.submit_article(submitted, by=cast.writer)
    publishing.withdraw_article(submitted, by=cast.chief, reason="误")
    submitted.refresh_from_db()
    assert submitted.readings_due_at is None
    publishing.put_back_article(submitted, by=cast.chief, reason="无误")
    submitted.refresh_from_db()
    assert (submitted.readings_due_at is not None) == due


@pytest.mark.parametrize("who", ["chief", "admin"])
def test_what_either_of_them_published_first_is_due_in_so_many_hours_when_it_is_put_back(cast, submitted, who):
    cast.news.late_reading_hours = 3
    cast.news.save()
    publishing.publish_urgent(submitted, by=getattr(cast, who), reason="洪水")
    publishing.withdraw_article(submitted, by=cast.chief, reason="误")
    before = timezone.now()
    publishing.put_back_article(submitted, by=cast.chief, reason="无误")
    submitted.refresh_from_db()
    assert before <= submitted.readings_due_at - timedelta(hours=3) <= timezone.now()
    assert AuditEntry.objects.first().details["readings_open"] is True


def test_readings_of_a_later_text_do_not_answer_for_the_one_that_is_put_back(cast, submitted):
    publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    cast.sign(submitted, times=2)
    cast.change(submitted, by=cast.chief, title="水位更正")
    cast.sign(submitted)
    publishing.withdraw_article(submitted, by=cast.chief, reason="误")
    publishing.put_back_article(submitted, by=cast.chief, reason="无误")
    submitted.refresh_from_db()
    assert submitted.readings_due_at
    entry = AuditEntry.objects.first()
    assert (entry.details["readings_open"], entry.details["closes_review"]) == (True, False)


@pytest.mark.parametrize("last", ["none", "held", "sent back"])
def test_a_final_reading_without_a_signature_does_not_answer_for_what_is_put_back(cast, submitted, last):
    publishing.publish_urgent(submitted, by=cast.chief, reason="洪水")
    cast.sign(submitted, times=2)
    if last == "held":
        review.put_on_hold(submitted, by=cast.chief, reason="等")
    elif last == "sent back":
        review.send_back(submitted, by=cast.chief, reason="补来源说明")
    publishing.withdraw_article(submitted, by=cast.chief, reason="误")
    publishing.put_back_article(submitted, by=cast.chief, reason="无误")
    submitted.refresh_from_db()
    assert submitted.readings_due_at
