"""What a reader sees marked first: what changed since they, or the reading before last, saw the text."""

import pytest
from django.utils import translation

from articles import review
from articles.models import Article

pytestmark = pytest.mark.django_db


def base(article, user):
    """The number of the revision that the text is compared with for the user, and its name."""
    article = Article.objects.get(pk=article.pk)
    with translation.override("en"):
        revision, name = review.text_seen_before(article, user)
    return (revision and revision.number), name


def submitted(cast):
    cast.let_readers_correct()
    article = cast.article(by=cast.writer)
    review.submit_article(article, by=cast.writer)
    return article


def test_a_new_text_is_compared_with_nothing(cast):
    assert base(submitted(cast), cast.editor) == (None, "")


def test_the_first_reader_sees_their_own_corrections_of_what_was_submitted(cast):
    article = submitted(cast)
    cast.change(article, by=cast.editor, title="初审改")
    assert base(article, cast.editor) == (1, "what 林晓舟 submitted")
    assert base(article, cast.admin) == (1, "what 林晓舟 submitted")


def test_the_second_reader_sees_what_the_first_one_changed_and_the_third_what_the_second_one_did(cast):
    article = submitted(cast)
    cast.change(article, by=cast.editor, title="初审改")
    review.sign_off_reading(article, by=cast.editor, revision=2)
    assert base(article, cast.head) == (1, "what 林晓舟 submitted")
    cast.change(article, by=cast.head, title="复审改")
    review.sign_off_reading(article, by=cast.head, revision=3)
    assert base(article, cast.chief) == (2, "what 梁静姝 signed")


def test_after_a_return_the_reader_sees_what_changed_since_they_sent_it_back(cast):
    article = submitted(cast)
    review.send_back(article, by=cast.editor, reason="补采")
    cast.change(article, by=cast.writer, body="<p>补了采访。</p>")
    review.submit_article(article, by=cast.writer)
    assert base(article, cast.editor) == (1, "what you decided about, revision 1")
    assert base(article, cast.admin) == (1, "what 梁静姝 sent back"), "and so does a colleague"


def test_a_reader_who_changed_nothing_since_sees_what_the_others_changed(cast):
    article = submitted(cast)
    review.send_back(article, by=cast.editor, reason="补采")
    cast.change(article, by=cast.writer, title="改过的")
    review.submit_article(article, by=cast.writer)
    review.put_on_hold(article, by=cast.editor, reason="等通报")
    number, name = base(article, cast.editor)
    assert (number, name) == (1, "what 梁静姝 sent back"), "not what they held, which is the same"


def test_a_correction_is_compared_with_what_readers_see(cast):
    article = cast.article(by=cast.writer)
    cast.publish(article)
    cast.change(article, by=cast.writer, title="改正的标题")
    review.submit_article(article, by=cast.writer)
    assert base(article, cast.editor) == (1, "edition 1, which readers see")


def test_an_article_without_changes_is_compared_with_what_there_is(cast):
    article = submitted(cast)
    review.put_on_hold(article, by=cast.editor, reason="等通报")
    assert base(article, cast.editor) == (1, "what you decided about, revision 1")
