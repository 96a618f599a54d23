"""My articles: a writer sees where each of their stories is, who has signed it, and why it came back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import publishing, review
from articles.models import Article
from tests.cast import SEARCH_INDEX_QUERIES, make_user

pytestmark = pytest.mark.django_db


def stories(client, user):
    client.force_login(user)
    response = client.get("/admin/mine/")
    return {story.row.article.title: story for story in response.context["stories"]}


def shown(client, user):
    """State, since when and steps of the user's only story; the state is written in its row."""
    (story,) = stories(client, user).values()
    assert f'class="state state-{story.row.state.key}"' in client.get("/admin/mine/").content.decode()
    return story.row.state.key, story.since, marks(story)


def marks(story):
    return [step.mark for step in story.steps]


def test_a_submitted_story_stays_with_its_writer_and_shows_who_signed(client, cast):
    article = cast.article(title="引桥合龙", by=cast.writer)
    assert marks(stories(client, cast.writer)["引桥合龙"]) == ["now", "", "", "", ""]
    review.submit_article(article, by=cast.writer)
    assert marks(stories(client, cast.writer)["引桥合龙"]) == ["done", "now", "", "", ""]
    cast.sign(article, times=1)
    story = stories(client, cast.writer)["引桥合龙"]
    assert marks(story) == ["done", "done", "now", "", ""]
    assert story.steps[1].by == "梁静姝"
    cast.sign(article)
    assert marks(stories(client, cast.writer)["引桥合龙"]) == ["done", "done", "done", "done", "now"]
    cast.publish(article)
    assert marks(stories(client, cast.writer)["引桥合龙"]) == []


def test_the_public_state_is_that_of_the_list_of_articles(client, cast):
    article = cast.article(title="大桥通车", by=cast.writer)
    edition = cast.publish(article)
    assert shown(client, cast.writer) == ("live", edition.published_at, [])
    cast.change(article, body="<p>五人受轻伤。</p>")
    assert shown(client, cast.writer) == ("changed", None, ["now", "", "", "", ""])
    publishing.withdraw_article(article, by=cast.chief, reason="当事人撤回授权")
    article.refresh_from_db()
    assert shown(client, cast.writer) == ("withdrawn", article.withdrawn_at, [])
    assert "当事人撤回授权" in client.get("/admin/mine/").content.decode()
    review.submit_article(article, by=cast.writer)
    assert shown(client, cast.writer) == ("withdrawn", article.withdrawn_at, ["done", "now", "", "", ""])


def test_an_expired_story_says_since_when(client, cast):
    article = cast.article(title="停水通知", by=cast.writer)
    cast.publish(article)
    gone = timezone.now() - timedelta(minutes=1)
    Article.objects.filter(pk=article.pk).update(expires_at=gone)
    assert shown(client, cast.writer) == ("expired", gone, [])


def test_a_returned_story_says_who_sent_it_back_and_why(client, cast):
    article = cast.article(title="数字有误", by=cast.writer)
    review.submit_article(article, by=cast.writer)
    review.send_back(article, by=cast.editor, reason="第三段没有出处")
    story = stories(client, cast.writer)["数字有误"]
    assert "梁静姝" in story.row.returned
    assert "第三段没有出处" in story.row.returned
    assert marks(story)[0] == "now"


def test_only_ones_own_are_listed(client, cast):
    cast.article(title="别人的", by=cast.chief, credits=[])
    cast.article(title="署了名的", by=cast.chief)
    assert set(stories(client, cast.writer)) == {"署了名的"}
    assert stories(client, make_user("new", ["write"])) == {}


def test_many_stories_take_as_many_queries_as_few(client, cast, django_assert_max_num_queries):
    for _number in range(6):
        cast.sign(cast.article(by=cast.writer), times=2)
    client.force_login(cast.writer)
    with django_assert_max_num_queries(SEARCH_INDEX_QUERIES + 16):
        assert len(client.get("/admin/mine/").context["stories"]) == 6
