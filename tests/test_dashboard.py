"""The first page of the desk (今日): the day's timetable, to each what they may see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import scheduling
from articles.admin import dashboard

pytestmark = pytest.mark.django_db


def shown(client, user, name):
    client.force_login(user)
    return client.get("/admin/").context[name]


def test_what_was_published_today_is_shown_under_the_title_that_readers_see(client, cast, monkeypatch):
    article = cast.article(title="便民桥今日通车")
    cast.publish(article)
    cast.change(article, title="还没有发布的新题")
    cast.article()
    assert shown(client, cast.towns_writer, "published") == [article]
    page = client.get("/admin/").content.decode()
    assert "便民桥今日通车" in page
    assert "还没有发布的新题" not in page
    assert shown(client, cast.stranger, "published") == []
    monkeypatch.setattr(dashboard, "start_of_day", lambda day: timezone.now() + timedelta(hours=1))
    assert shown(client, cast.towns_writer, "published") == []


def test_what_is_scheduled_is_shown_to_those_who_may_read_it(client, cast):
    later, soon = cast.article(credits=[("responsible_editor", cast.liang), ("reporter", cast.lin)]), cast.article()
    for article, hours in ((later, 5), (soon, 2)):
        cast.sign(article)
        scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=hours))
    assert shown(client, cast.chief, "scheduled") == [soon, later]
    assert shown(client, cast.towns_writer, "scheduled") == []


def test_the_page_takes_as_many_queries_for_ten_articles_as_for_one(client, cast, django_assert_max_num_queries):
    for _ in range(2):
        cast.publish(cast.article())
    shown(client, cast.chief, "own_lists")
    with django_assert_max_num_queries(60) as few:
        client.get("/admin/")
    for _ in range(3):
        cast.publish(cast.article())
    with django_assert_max_num_queries(len(few)):
        client.get("/admin/")


def test_what_is_to_be_published_stands_before_my_articles(client, cast):
    cast.sign(cast.article(title="待发的稿"))
    cast.article(by=cast.editor, title="自己的稿")
    client.force_login(cast.editor)
    page = client.get("/admin/").content.decode()
    page = page[page.index("content-main") :]
    assert page.index("?reading=ready") < page.index('href="/admin/mine/"')


def test_my_articles_are_left_out_once_readers_have_had_them_for_a_day(client, cast, monkeypatch):
    draft, public = cast.article(by=cast.writer, title="在写的稿"), cast.article(by=cast.writer, title="发了的稿")
    cast.publish(public)

    def titles():
        return {story.row.article.title for story in shown(client, cast.writer, "stories")}

    assert titles() == {"在写的稿", "发了的稿"}
    monkeypatch.setattr(dashboard, "start_of_day", lambda day: timezone.now() + timedelta(hours=1))
    assert titles() == {"在写的稿"}
    cast.change(public, body="<p>改过。</p>")
    assert titles() == {draft.title, "发了的稿"}


def test_an_article_of_mine_is_not_listed_again_among_changes_and_drafts(client, cast):
    mine, others = cast.article(by=cast.head, title="我的"), cast.article(title="别人的")
    for article in (mine, others):
        cast.publish(article)
        cast.change(article, by=cast.admin, body="<p>改过。</p>")
    draft = cast.article(by=cast.head, title="我的草稿")
    assert [story.row.article for story in shown(client, cast.head, "stories")] == [draft, mine]
    assert [articles for _heading, articles, _link in shown(client, cast.head, "own_lists")] == [[others]]


def test_the_page_of_one_app_is_the_first_page_of_the_desk(client, cast):
    client.force_login(cast.writer)
    assert client.get("/admin/articles/")["Location"] == "/admin/"
