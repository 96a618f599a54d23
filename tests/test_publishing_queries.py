"""Publishing asks the database little, repeats no query, and runs no DELETE without rows."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import attachments, baking, pictures, publishing, review
from articles.checks import hits
from articles.checks.rules import Severity
from articles.models import Article, CheckRule, RosterEntry, Source
from tests.cast import upload


@pytest.fixture
def signed(cast):
    """An article between others, sharing keywords with them; its readings are complete, and it is not public yet."""
    for _ in range(3):
        cast.publish(cast.article(keywords="桥,路"))
    article = cast.article(keywords="桥,路")
    cast.sign(article)
    return article


def asked(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries.captured_queries]


def of_editions(queries):
    return [sql for sql in queries if sql.startswith("SELECT") and 'FROM "articles_edition"' in sql]


# What each was seen to take on the database on which it takes more.
@pytest.mark.parametrize(
    ("change", "queries"),
    [(None, 32), ({"title": "第二次的题目"}, 27), ({"keywords": "水库"}, 32), ({"section": "culture"}, 29)],
    ids=["first", "again", "other keywords", "other section"],
)
def test_publishing_asks_the_database_little(cast, change, queries, django_assert_max_num_queries):
    for _number in range(3):
        cast.publish(cast.article(keywords="桥,路"))
    article = cast.article(keywords="桥,路")
    if change:
        cast.publish(article)
        cast.change(article, **{field: getattr(cast, value, value) for field, value in change.items()})
    cast.sign(article)
    editor = User.objects.get(pk=cast.editor.pk)  # as a request brings one: nothing is known of them yet
    with django_assert_max_num_queries(queries):
        edition = publishing.publish_article(article, by=editor)
    assert edition.number == (2 if change else 1)
    article.refresh_from_db()
    assert article.live == edition


@pytest.mark.parametrize(
    ("editions", "withdrawn", "queries"),
    [(1, False, 36), (2, False, 39), (2, True, 40)],
    ids=["first", "again", "after a withdrawal"],
)
def test_publishing_asks_little_of_what_has_everything(
    cast, editions, withdrawn, queries, django_assert_max_num_queries
):
    """Rules and a roster, files, a link, many keywords of others; a reader has set aside what a rule finds, and the
    chief editor has allowed its source. Then all of it again, moved, with other keywords.
    """
    CheckRule.objects.create(
        name="寒暄", pattern="寒喧", advice="错字", state="live", severity=Severity.BLOCK, changed_at=timezone.now()
    )
    RosterEntry.objects.create(name="方志远", changed_at=timezone.now())
    for section in (cast.towns, cast.culture, cast.news):
        cast.publish(cast.article(keywords="桥,路,水,电,河", section=section))
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥")
    table = attachments.store_attachment(upload("姓名,单位\n甲,乙\n".encode(), "名单.csv"), by=cast.writer)
    link = '<p>寒喧。见<a href="https://example.com/x">通知</a>。</p>'
    files = f'<p><img src="{picture.url}" alt="桥"></p><p><a href="{table.url}">名单</a></p>'
    reprinted = {"origin": "reprint", "source": Source.objects.create(name="邻县报")}
    original = {"title": "题", "author": "甲", "url": "https://a.example/1", "published_on": date(2026, 11, 1)}
    reprinted |= {f"original_{field}": value for field, value in original.items()}
    article = cast.article(keywords="桥,路,水", section=cast.towns, cover=picture, body=link + files, **reprinted)
    (hit,) = hits.open_hits(hits.Candidate(article, timezone.now()))
    review.set_hit_aside(article, by=cast.chief, key=hit.key, reason="引语")
    review.allow_unlisted_source(article, by=cast.chief, reason="独家授权")
    if editions == 2:
        cast.publish(article)
        if withdrawn:
            publishing.withdraw_article(article, by=cast.admin, reason="待核")
        cast.change(article, title="第二次的题目", keywords="桥,电,河,新桥", section=cast.culture)
    cast.sign(article)
    with django_assert_max_num_queries(queries):
        edition = publishing.publish_article(article, by=User.objects.get(pk=cast.editor.pk))
    assert edition.number == editions


def test_a_first_publication_deletes_nothing(cast, signed):
    queries = asked(lambda: publishing.publish_article(signed, by=cast.editor))
    # The state of the working copy changes in the index of the desk; a row of SQLite's cannot be changed in its place.
    told = [sql for sql in queries if "articles_workingwords" not in sql]
    assert not [sql for sql in told if sql.startswith("DELETE") or "'delete'" in sql]


def test_the_edition_before_is_read_with_the_article(cast, signed):
    assert not of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))
    cast.change(signed, title="第二次的题目", voiding=True)
    cast.sign(signed)
    assert not of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))


@pytest.mark.parametrize(("editions", "queries"), [(1, 4), (2, 5), (3, 5)])
def test_the_pages_that_show_an_article_are_told_in_few_queries(
    cast, signed, django_assert_num_queries, editions, queries
):
    cast.publish(signed)
    for number in range(2, editions + 1):
        cast.change(signed, title=f"第{number}次的题目", keywords="水", voiding=True)
        cast.publish(signed)
    article = Article.objects.select_related("live__revision", "live__section__parent__parent").get(pk=signed.pk)
    # The month, what is named and what shows it, the neighbours, the section; the edition before.
    with django_assert_num_queries(queries):
        addresses = baking.article_pages(article)
    assert {f"/a/{number}/" for number in (signed.pk - 1, signed.pk)} <= addresses
    keys = set(Article.objects.get(pk=signed.pk).taggings.values_list("keyword", flat=True))
    assert {f"/k/{key}/" for key in keys} <= addresses
    assert f"/p/{cast.liang.pk}/" in addresses
    assert (f"/a/{signed.pk}/since/{editions - 1}/" in addresses) == (editions > 1)


def test_what_is_withdrawn_has_the_same_pages(cast, signed):
    cast.publish(signed)
    cast.change(signed, title="第二次的题目", keywords="水", voiding=True)
    cast.publish(signed)
    before = (
        baking.article_pages(Article.objects.get(pk=signed.pk)),
        baking.own_pages(Article.objects.get(pk=signed.pk)),
    )
    publishing.withdraw_article(signed, by=cast.admin, reason="待核")
    gone = Article.objects.get(pk=signed.pk)
    assert (baking.article_pages(gone), baking.own_pages(gone)) == before
