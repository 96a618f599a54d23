"""Whose own text it is when a published text goes its round once more: the rule and the queue say the same."""

from articles import publishing, review
from articles.review import CannotDecide
from tests.cast import make_user, refused


def test_whoever_wrote_between_two_editions_wrote_the_second_one_too(cast):
    """The second edition answers for its own text to nobody who helped to write it."""
    first_reader = make_user("first-reader", ["first"])

    def publish(article):
        review.submit_article(article, by=cast.writer)
        for reader in (first_reader, cast.head, cast.chief):
            review.sign_off_reading(article, by=reader, revision=article.latest.number)
        publishing.publish_article(article, by=cast.chief)

    article = cast.article(by=cast.writer)
    publish(article)
    cast.change(article, by=cast.editor, title="帮忙改题")
    cast.change(article, by=cast.writer, title="又改")
    publish(article)
    publishing.withdraw_article(article, by=cast.chief, reason="待核")
    review.submit_article(article, by=cast.writer)
    assert list(review.readings_waiting_for(first_reader)) == [article]
    assert not review.readings_waiting_for(cast.editor).exists()
    with refused(CannotDecide, "You wrote this text"):
        review.sign_off_reading(article, by=cast.editor, revision=article.latest.number)
