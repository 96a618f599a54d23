"""Urgent news, public before its readings; and break-glass, the same by a superuser without the duty."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import publishing, review
from articles.models import Article, AuditEntry, Edition
from articles.publishing import CannotPublish
from tests.cast import all_rows, make_user, refused


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
    publishing.publish_article(submitted, by=cast.editor)
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


# --- a doubtful urgent text ----------------------------------------------------------------------------------------


@pytest.fixture
def rejected(cast):
    """Urgent news that readers see and that its first reader rejected."""
    article = cast.article(title="某地停水")
    review.submit_article(article, by=cast.writer)
    publishing.publish_urgent(article, by=cast.chief, reason="突发")
    review.reject_article(article, by=cast.editor, reason="事实存疑，部门否认")
    article.refresh_from_db()
    return article


def test_rejecting_urgent_text_leads_to_its_withdrawal_with_the_reason(client, cast):
    article = cast.article(title="某地停水")
    review.submit_article(article, by=cast.writer)
    publishing.publish_urgent(article, by=cast.chief, reason="突发")
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_review", args=[article.pk])
    revision = Article.objects.get(pk=article.pk).newest.number
    answer = client.post(address, {"decision": "reject", "opinion": "部门否认", "revision": revision})
    withdraw = reverse("admin:articles_article_withdraw", args=[article.pk])
    assert answer["Location"] == withdraw
    assert client.get(withdraw).context["form"]["reason"].value() == "部门否认"
    assert client.post(withdraw, {"reason": "部门否认"}).status_code == 302
    assert Article.objects.get(pk=article.pk).state == Article.State.WITHDRAWN
    assert not review.rejected_while_public().exists()


def test_a_reader_who_may_not_withdraw_is_told_whom_to_call(client, cast):
    reader = make_user("night-reader", ["first"])
    article = cast.article(title="某地停水")
    review.submit_article(article, by=cast.writer)
    publishing.publish_urgent(article, by=cast.chief, reason="突发")
    client.force_login(reader)
    address = reverse("admin:articles_article_review", args=[article.pk])
    revision = Article.objects.get(pk=article.pk).newest.number
    answer = client.post(address, {"decision": "reject", "opinion": "存疑", "revision": revision}, follow=True)
    assert answer.redirect_chain[0][0] == reverse("admin:articles_article_change", args=[article.pk])
    assert len(list(answer.context["messages"])) == 2


@pytest.mark.parametrize(("who", "shown"), [("chief", True), ("culture_editor", False), ("writer", False)])
def test_those_who_may_withdraw_it_see_it_first(client, cast, rejected, who, shown):
    client.force_login(getattr(cast, who))
    withdraw = reverse("admin:articles_article_withdraw", args=[rejected.pk])
    assert (withdraw in client.get("/admin/").content.decode()) == shown
    card = client.get(reverse("admin:articles_article_change", args=[rejected.pk])).content.decode()
    assert (f'<a class="button next danger" href="{withdraw}">' in card) == shown, "the next act in the bar"


def test_a_corrected_and_read_text_needs_no_withdrawal(cast, rejected):
    assert review.rejected_while_public().get() == rejected
    assert review.rejection_of_public_text(rejected).opinion == "事实存疑，部门否认"
    cast.change(rejected, title="某地停水已恢复")
    cast.publish(rejected)
    rejected.refresh_from_db()
    assert not review.rejected_while_public().exists()
    assert review.rejection_of_public_text(rejected) is None


@pytest.mark.parametrize("public", [False, True])
def test_rejecting_a_text_that_readers_do_not_see_leads_nowhere(client, cast, public):
    article = cast.article()
    if public:
        cast.publish(article)
        cast.change(article, title="改坏的标题")
    review.submit_article(article, by=cast.writer)
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_review", args=[article.pk])
    answer = client.post(address, {"decision": "reject", "opinion": "不用", "revision": 2 if public else 1})
    assert answer["Location"] == reverse("admin:queue")
