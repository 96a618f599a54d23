"""Taking back a submission: by its writer, until somebody signs; it voids nothing and leaves no half state."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from articles import publishing, review
from articles.models import AuditEntry, SignOff
from articles.review import CannotDecide, CannotSubmit, CannotTakeBack
from tests.cast import make_user, refused
from tests.test_admin_article import change_url, login, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(cast):
    """A submitted article, pending its first reading; `cast.writer` is credited and submitted it."""
    article = cast.article()
    review.submit_article(article, by=cast.writer, note="说明")
    article.refresh_from_db()
    return article


def take_back_url(article):
    return reverse("admin:articles_article_take_back", args=[article.pk])


def offers_it(client, user, article):
    return "../take_back/" in login(client, user).get(change_url(article)).content.decode()


def test_it_is_a_draft_again_in_nobodys_queue_audited_and_in_its_trail(cast, article):
    review.put_on_hold(article, by=cast.editor, reason="等通报")
    decision = review.take_back_submission(article, by=cast.writer)
    article.refresh_from_db()
    facts = (article.stage, article.submitted_at, article.signed, article.on_hold, article.handed_to, article.note)
    assert facts == (0, None, None, False, None, "说明")
    assert (decision.decision, decision.stage, decision.role) == (SignOff.Decision.RECALL, 1, "write")
    assert decision.digest == article.latest.digest
    assert list(article.sign_offs.order_by("pk"))[-1] == decision
    assert list(review.readings_waiting_for(cast.editor)) == []
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.details) == (
        "article.taken_back",
        cast.writer,
        {"digest": article.latest.digest},
    )
    review.submit_article(article, by=cast.writer)
    assert list(review.readings_waiting_for(cast.editor)) == [article]


def test_who_submitted_it_for_its_writer_takes_it_back_too(cast):
    article = cast.article()
    review.submit_article(article, by=cast.head)
    with refused(CannotTakeBack, "Only the person who submitted or wrote this text"):
        review.take_back_submission(article, by=cast.editor)
    review.take_back_submission(article, by=cast.head)


@pytest.mark.parametrize("who", ["stranger", "culture_editor", "towns_writer"])
def test_who_may_not_write_it_does_not_take_it_back(cast, article, who):
    with refused(PermissionDenied):
        review.take_back_submission(article, by=getattr(cast, who))


def test_its_writer_without_the_duty_to_write_does_not(cast, article):
    cast.writer.assignments.all().delete()
    with refused(PermissionDenied):
        review.take_back_submission(article, by=type(cast.writer).objects.get(pk=cast.writer.pk))


def test_a_draft_and_what_was_taken_back_already_are_with_their_writers(cast, article):
    review.take_back_submission(article, by=cast.writer)
    for draft in (article, cast.article()):
        with refused(CannotTakeBack, "no submission to take back"):
            review.take_back_submission(draft, by=cast.writer)


@pytest.mark.parametrize("readings", [1, 2, 3])
def test_what_somebody_has_signed_is_sent_back_by_those_who_read_it(cast, article, readings):
    cast.sign(article, times=readings)
    with refused(CannotTakeBack, "梁静姝 has signed the “First reading”.*Ask those who read it"):
        review.take_back_submission(article, by=cast.writer)


def test_a_signature_that_no_longer_counts_was_begun_reading_all_the_same(cast, article):
    cast.sign(article, times=1)
    review.send_back(article, by=cast.head, reason="再核", to_stage=1)
    with refused(CannotTakeBack, "has signed"):
        review.take_back_submission(article, by=cast.writer)
    review.send_back(article, by=cast.editor, reason="改")
    review.submit_article(article, by=cast.writer)
    review.take_back_submission(article, by=cast.writer)


def test_urgent_news_that_readers_see_owes_its_readings(cast, article):
    publishing.publish_urgent(article, by=cast.chief, reason="洪水")
    with refused(CannotTakeBack, "published before its readings"):
        review.take_back_submission(article, by=cast.writer)


def test_a_rejected_text_is_not_submitted_again_by_way_of_another(cast, article):
    title = article.title
    review.reject_article(article, by=cast.editor, reason="失实")
    cast.change(article, by=cast.writer, title="换了标题")
    review.submit_article(article, by=cast.writer)
    review.take_back_submission(article, by=cast.writer)
    cast.change(article, by=cast.writer, title=title)
    with refused(CannotSubmit, "rejected"):
        review.submit_article(article, by=cast.writer)


def test_a_correction_is_taken_back_and_readers_see_what_they_saw(cast):
    article = cast.article()
    edition = cast.publish(article)
    cast.change(article, by=cast.writer, title="改了")
    review.submit_article(article, by=cast.writer)
    review.take_back_submission(article, by=cast.writer)
    article.refresh_from_db()
    assert (article.live, article.stage) == (edition, 0)


def test_the_button_is_for_who_may_press_it(client, cast, article):
    assert offers_it(client, cast.writer, article)
    assert not offers_it(client, cast.head, article)
    cast.sign(article, times=1)
    assert not offers_it(client, cast.writer, article)


def test_at_the_desk_it_is_taken_back_and_refused_in_a_sentence(client, cast, article):
    login(client, cast.writer)
    page = client.post(take_back_url(article), follow=True, headers={"accept-language": "en"})
    assert said(page) == "Taken back: it is a draft again, and no longer in the readers' queue."
    again = client.post(take_back_url(article), headers={"accept-language": "en"}).content.decode()
    assert "no submission to take back" in again


def test_the_open_reading_page_tells_that_it_is_gone_and_its_decision_is_refused(client, cast, article):
    login(client, cast.editor)
    page = client.get(reverse("admin:articles_article_review", args=[article.pk])).content.decode()
    assert 'data-stage="1"' in page
    facts = {"number": article.pk, "opened": 1, "reads": 1, "stage": 1}
    ping = reverse("admin:articles_article_ping")
    assert client.post(ping, facts).json()["saved"] == ""
    review.take_back_submission(article, by=cast.writer)
    told = client.post(ping, facts, headers={"accept-language": "en"}).json()["saved"]
    assert told.startswith("林晓舟, ")
    assert told.endswith(": Submission taken back. Reload this page before you decide.")
    with refused(CannotDecide, "is with its writers"):
        review.sign_off_reading(article, by=cast.editor, revision=1)


def test_a_superuser_who_has_nothing_to_do_with_it_sends_it_back_instead(cast, article):
    other = make_user("other", is_superuser=True)
    with refused(CannotTakeBack, "Only the person who submitted"):
        review.take_back_submission(article, by=other)
