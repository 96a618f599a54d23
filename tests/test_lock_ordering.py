"""The order in which acts take their locks (docs/decisions/lock_ordering.md), read from the statements they send."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from articles import accounts, baking, leaving, old_paths
from articles.baking import order, whole
from articles.exchange.importing import import_article
from articles.exchange.text import read_printed_page
from articles.models import BakeJob, OldPath, Person, Source

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for everything")
CHAIN = "pg_advisory_xact_lock"


def first_locks(act):
    """Run the act; return the places, among its statements, of the audit chain's lock and of each table's row lock."""
    with CaptureQueriesContext(
        connection,
    ) as sent:
        act()
    found = {}
    for place, query in enumerate(sent.captured_queries):
        sql = query["sql"]
        name = (
            CHAIN
            if CHAIN in sql
            else sql.partition(' FROM "')[2].partition('"')[0]
            if "FOR NO KEY UPDATE" in sql
            else ""
        )
        found.setdefault(name, place)
    return found


@on_postgresql
def test_an_account_and_its_person_are_locked_before_the_audit_chain(cast):
    person = Person.objects.create(name="关山", user=cast.head)
    person.unit = "采编部"
    found = first_locks(lambda: accounts.save_account(User.objects.get(pk=cast.head.pk), by=cast.admin, person=person))
    assert found["auth_user"] < found["articles_person"] < found[CHAIN]


@on_postgresql
def test_who_leaves_and_their_drafts_are_locked_before_the_audit_chain(cast):
    cast.article(by=cast.writer)
    found = first_locks(lambda: leaving.let_go(cast.writer, to=cast.editor, reason="调离", by=cast.admin))
    assert found["auth_user"] < found["articles_article"] < found[CHAIN]


@on_postgresql
def test_old_paths_are_locked_behind_the_audit_chain(cast):
    old = OldPath.objects.create(path="/old/", target="/s/news/")
    for act in (old_paths.save_old_path, old_paths.remove_old_path):
        found = first_locks(lambda act=act: act(old, by=cast.chief))
        assert found[CHAIN] < found["articles_oldpath"]


@on_postgresql
def test_an_import_locks_its_section_before_the_audit_chain_as_publishing_does(cast):
    page = read_printed_page("霁川新闻\n大桥通车\n来源：新来源　更新时间：2022-03-25 17:03\n大桥今日通车。\n".encode())
    found = first_locks(lambda: import_article(page, by=cast.admin, section="news", archive=True))
    assert Source.objects.filter(name="新来源").exists()  # recorded in the chain, before the article is published
    assert found["articles_section"] < found[CHAIN]


def test_everybody_queues_addresses_in_one_order(cast, monkeypatch):
    """An act and a bake of the whole site write the same rows, and nothing else keeps them apart."""
    cast.publish(cast.article())
    queued = []
    create = QuerySet.bulk_create

    def recording(rows, objects, *args, **kwargs):
        if rows.model is BakeJob:
            queued.append([job.path for job in objects])
        return create(rows, objects, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "bulk_create", recording)
    baking.request_bake(["/s/news/", "/archive/", "/a/9/", "/"])
    whole._begin_generation("", restart=True)
    assert len(queued) > 1
    for paths in queued:
        assert paths == sorted(paths, key=order.baking_order)
    assert any(paths != sorted(paths) for paths in queued[1:])
