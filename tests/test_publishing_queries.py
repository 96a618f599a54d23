"""Publishing repeats no query, and runs no DELETE without rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import baking, publishing
from articles.models import Article


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


def test_a_first_publication_deletes_nothing(cast, signed):
    queries = asked(lambda: publishing.publish_article(signed, by=cast.editor))
    # The state of the working copy changes in the index of the desk; a row of SQLite's cannot be changed in its place.
    told = [sql for sql in queries if "articles_workingwords" not in sql]
    assert not [sql for sql in told if sql.startswith("DELETE") or "'delete'" in sql]


def test_editions_are_looked_for_once_by_publishing_and_once_by_baking(cast, signed):
    assert len(of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))) <= 1
    cast.change(signed, title="第二次的题目", voiding=True)
    cast.sign(signed)
    assert len(of_editions(asked(lambda: publishing.publish_article(signed, by=cast.editor)))) <= 2


@pytest.mark.parametrize(("editions", "queries"), [(1, 9), (2, 10), (3, 10)])
def test_the_pages_that_show_an_article_are_told_in_few_queries(
    cast, signed, django_assert_num_queries, editions, queries
):
    cast.publish(signed)
    for number in range(2, editions + 1):
        cast.change(signed, title=f"第{number}次的题目", keywords="水", voiding=True)
        cast.publish(signed)
    article = Article.objects.select_related("live__revision", "live__section__parent__parent").get(pk=signed.pk)
    # The maps, the day, the names, the topics, the related, the neighbours, the section, its slots; the edition before.
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
