"""After a decision it is said whose turn it is, in one query at most."""

import pytest
from django.urls import reverse
from django.utils import translation

from articles import publishing, review
from articles.models import Article
from tests.cast import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def article(cast):
    """A submitted article, pending its first reading."""
    article = cast.article()
    return review.submit_article(article, by=cast.writer).article


def test_after_a_reading_the_next_one_and_who_may_do_it_is_named(cast, article, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert review.sentence_of_turn(article) == "Next is the “First reading”: 梁静姝."
    signed = review.sign_off_reading(article, by=cast.editor, revision=1).article
    with django_assert_num_queries(1):
        assert review.sentence_of_turn(signed) == "Next is the “Second reading”: head."
    cast.sign(article, times=2)
    read = review.sign_off_reading(article, by=cast.chief, revision=1).article
    with django_assert_num_queries(0):
        assert review.sentence_of_turn(read) == "All have read it: it can be published."


def test_who_wrote_or_signed_it_is_not_named(cast, article):
    cast.change(article, by=cast.head, title="部主任改过")
    signed = review.sign_off_reading(article, by=cast.editor, revision=2).article
    said = "Next is the “Second reading”, but nobody may read it: tell the security administrator."
    assert review.sentence_of_turn(signed) == said
    cast.editor.assignments.create(duty="second")
    assert review.sentence_of_turn(signed) == said
    signed.section.same_person_allowed = True
    assert review.sentence_of_turn(signed) == "Next is the “Second reading”: 梁静姝, head."


def test_many_are_counted_and_the_one_it_was_handed_to_is_named(cast, article):
    others = [make_user(f"editor{n}", ["first"]) for n in range(4)]
    said = "Next is the “First reading”: 梁静姝, editor0, editor1, or one of 5 in all."
    assert review.sentence_of_turn(article) == said
    handed = review.hand_on_reading(article, by=cast.editor, to=others[3], reason="出差").article
    assert review.sentence_of_turn(handed) == "Next is the “First reading”: editor3."


def test_with_its_writers_or_on_hold_it_waits_for_nobody(cast, article):
    held = review.put_on_hold(article, by=cast.editor, reason="不急").article
    assert review.sentence_of_turn(held) == ""
    back = review.send_back(article, by=cast.editor, reason="补采").article
    assert review.sentence_of_turn(back) == ""


def test_who_wrote_what_was_published_before_reads_the_new_text(cast, article):
    cast.sign(article)
    publishing.publish_article(article, by=cast.editor)
    cast.change(article, by=cast.writer, title="改过")
    new = review.submit_article(Article.objects.get(pk=article.pk), by=cast.writer).article
    assert review.sentence_of_turn(new) == "Next is the “First reading”: 梁静姝."


def test_the_message_after_a_decision_says_both(client, cast, article):
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_review", args=[article.pk])
    sent = {"revision": 1, "opinion": "", "decision": "pass"}
    page = client.post(address, sent, follow=True, headers={"accept-language": "en"})
    said = f"Signed off (First reading): “{article.title}”. Next is the “Second reading”: head."
    assert [str(message) for message in page.context["messages"]] == [said]
