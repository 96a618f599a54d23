"""Many at once, on the database that lets many in: one edition, one chain, no two articles in one place."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from articles import audit, editing, publishing, short_links
from articles.models import Article, AuditEntry, Edition, ShortLink
from tests.cast import Cast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
AT_ONCE = 6


def all_at_once(act):
    """Run act(n) in threads that start together; re-raise the first thing that went wrong."""
    gate, wrong = threading.Barrier(AT_ONCE), []

    def run(number):
        try:
            gate.wait(timeout=10)
            act(number)
        except BaseException as error:  # noqa: BLE001 (whatever it is, the test must see it)
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if wrong:
        raise wrong[0]


def test_one_article_published_by_many_becomes_one_edition():
    article = Cast().article()
    editor = User.objects.get(username="editor")
    all_at_once(lambda _n: publishing.publish(article, by=editor))
    assert Edition.objects.count() == 1
    assert AuditEntry.objects.filter(action="article.published").count() == 1
    assert audit.first_broken() is None


def test_many_articles_published_at_once_get_places_of_their_own():
    cast = Cast()
    articles = [cast.article() for _ in range(AT_ONCE)]
    editor = User.objects.get(username="editor")
    all_at_once(lambda n: publishing.publish(articles[n], by=editor))
    assert sorted(Article.objects.values_list("ordinal", flat=True)) == list(range(1, AT_ONCE + 1))
    cast.news.refresh_from_db()
    assert cast.news.last_ordinal == AT_ONCE
    assert audit.first_broken() is None


def test_a_first_audit_entry_written_by_many_starts_one_chain():
    cast = Cast()
    all_at_once(lambda n: audit.record("test.act", cast.news, by=None, number=n))
    assert AuditEntry.objects.count() == AT_ONCE
    assert audit.first_broken() is None


def test_saves_at_once_are_revisions_in_a_row():
    article = Cast().article()
    editor = User.objects.get(username="editor")

    def save(number):
        mine = Article.objects.get(pk=article.pk)
        mine.title = f"第{number}个版本"
        editing.save(mine, by=editor)

    all_at_once(save)
    numbers = sorted(article.revisions.values_list("number", flat=True))
    assert numbers == list(range(1, AT_ONCE + 2))


def test_a_save_that_began_before_a_publication_does_not_undo_it():
    cast = Cast()
    article = cast.article()
    stale = Article.objects.get(pk=article.pk)
    edition = cast.publish(article)
    stale.title = "晚到的保存"
    editing.save(stale, by=cast.editor)
    article.refresh_from_db()
    assert article.live == edition


def test_scans_at_once_all_count():
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    link = ShortLink.objects.get(code=f"W{article.number}")
    all_at_once(lambda _n: short_links.count_scan(link))
    link.refresh_from_db()
    assert link.scans == AT_ONCE
