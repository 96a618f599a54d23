"""What the triggers refuse, also for SQL typed by hand, on SQLite and PostgreSQL."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles import publishing, reprinting, review, triggers
from articles.models import Article, AuditEntry, Edition, Revision, SignOff


def execute(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def refuses(rule, act):
    """The named trigger refuses; without triggers the same statement succeeds, so it is the trigger that refused."""
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        act()
    triggers.remove_triggers(connection)
    act()


@pytest.fixture
def edition(cast):
    return cast.publish(cast.article())


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (AuditEntry, "actor_name", "别人"),
        (AuditEntry, "hash", "0" * 64),
        (Edition, "title", "另一个标题"),
        (Edition, "published_at", "2020-01-01 00:00:00+00:00"),
        (SignOff, "opinion", "同意"),
        (SignOff, "person_name", "别人"),
        (Revision, "digest", "0" * 64),
        (Revision, "content", "{}"),
    ],
)
def test_what_is_written_once_is_not_updated(edition, model, column, value):
    table = model._meta.db_table
    row = model._base_manager.order_by("-pk").values_list("pk", flat=True)[0]
    sql = f"UPDATE {table} SET {column} = %s WHERE id = %s"
    refuses(f"{table}_is_written_once", lambda: execute(sql, [value, row]))


@pytest.mark.parametrize("model", [AuditEntry, Edition, SignOff])
def test_what_is_kept_is_not_deleted(cast, edition, model):
    """Rows without references, so that no foreign key refuses first."""
    Article.objects.update(live=None)
    table = model._meta.db_table
    if model is Edition:
        execute("DELETE FROM articles_shortlink")
    if model is SignOff:
        review.submit_article(cast.article(), by=cast.writer)
    row = model._base_manager.order_by("-pk").values_list("pk", flat=True)[0]
    refuses(f"{table}_is_kept", lambda: execute(f"DELETE FROM {table} WHERE id = %s", [row]))
    execute("DELETE FROM articles_logleaf")  # they refer to the edition


def test_a_text_that_was_decided_about_or_published_is_not_deleted(cast, edition):
    """Foreign keys would refuse later, at the commit, and at SQLite's prompt not at all."""
    waiting = cast.article()
    review.submit_article(waiting, by=cast.writer)
    for row in (edition.revision_id, waiting.latest_id):
        with pytest.raises(IntegrityError, match="articles_revision_is_kept"), transaction.atomic():
            execute("DELETE FROM articles_revision WHERE id = %s", [row])


def test_the_original_of_what_was_published_is_not_deleted(cast):
    article = cast.article()
    reprinting.keep_original_text(article, by=cast.admin, text="原文")
    cast.publish(article)
    with pytest.raises(IntegrityError, match="articles_reprintoriginal_is_kept"), transaction.atomic():
        execute("DELETE FROM articles_reprintoriginal WHERE article_id = %s", [article.pk])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has REPLACE")
@pytest.mark.parametrize("model", [AuditEntry, Edition, SignOff, Revision])
@pytest.mark.parametrize("key", ["own", "new"])
def test_what_is_written_once_is_not_replaced(edition, model, key):
    """By the row's own key, or by another unique one: REPLACE deletes the row that it meets, past delete triggers."""
    table = model._meta.db_table
    row = model._base_manager.order_by("-pk").values_list("pk", flat=True)[0]
    fields = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    shown = str(row) if key == "own" else "NULL"
    if key == "new" and model is SignOff:
        pytest.skip("a sign-off has no other unique key")
    columns = ", ".join(fields)
    sql = f"REPLACE INTO {table} (id, {columns}) SELECT {shown}, {columns} FROM {table} WHERE id = %s"
    with pytest.raises(IntegrityError, match=f"{table}_is_not_replaced"), transaction.atomic():
        execute(sql, [row])
    assert model._base_manager.filter(pk=row).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("model", [AuditEntry, Edition, SignOff, Revision])
def test_what_is_written_once_is_not_emptied(edition, model):
    table = model._meta.db_table
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no pending foreign keys
    with pytest.raises(IntegrityError, match="_is_not_emptied"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
    assert model._base_manager.exists()


def test_a_draft_s_revisions_may_go_with_it(cast):
    article = cast.article()
    cast.change(article, title="二")
    article.delete()
    assert not Revision.objects.exists()


# --- law 1: what is public as signed is what the final reader of this article signed --------------------------------


def publication(article, **facts):
    """An edition as publishing would create it, except for what the test changes."""
    article.refresh_from_db()
    before = article.editions.first()
    return Edition(
        **{
            "article": article,
            "number": before.number + 1 if before else 1,
            "revision": article.latest,
            "kind": "update",
            "digest": article.latest.digest,
            "previous_digest": before.digest if before else "",
            "section": article.section,
            "title": article.title,
            "published_at": timezone.now(),
            "published_by": article.created_by,
            "sign_off": article.signed,
            **facts,
        }
    )


def test_an_edition_of_what_all_signed_is_accepted(cast):
    article = cast.article()
    cast.sign(article)
    publication(article).save()
    assert article.editions.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_an_edition_that_the_final_reader_did_not_sign_is_refused(cast, times):
    article = cast.article()
    cast.sign(article, times=times)
    refuses("articles_edition_is_signed", publication(article).save)


def test_an_edition_of_a_text_that_was_changed_after_the_signature_is_refused(cast):
    article = cast.article()
    final = cast.sign(article)
    cast.change(article, title="签后又改", voiding=True)
    refuses("articles_edition_is_signed", publication(article, sign_off=final).save)


def test_an_edition_signed_for_another_article_is_refused(cast):
    twins = [cast.article(title="同题"), cast.article(title="同题")]
    final = cast.sign(twins[0])
    assert twins[0].latest.digest == twins[1].latest.digest
    refuses("articles_edition_is_signed", publication(twins[1], sign_off=final).save)


@pytest.mark.parametrize("act", [review.send_back, review.reject_article, review.put_on_hold])
def test_a_decision_that_is_no_signature_lets_nothing_out(cast, act):
    article = cast.article()
    cast.sign(article, times=2)
    decision = act(article, by=cast.chief, reason="再核")
    assert (decision.stage, decision.stages) == (3, 3)
    refuses("articles_edition_is_signed", publication(article, sign_off=decision).save)


@pytest.mark.parametrize("basis", ["signed", "urgent", "break_glass", "archive"])
def test_an_edition_whose_digest_is_not_its_revision_s_is_refused(cast, basis):
    article = cast.article()
    first = article.latest
    cast.change(article, title="二")
    final = cast.sign(article)
    facts = {"basis": basis, "sign_off": final if basis == "signed" else None}
    refuses("articles_edition_is_signed", publication(article, revision=first, **facts).save)


# --- what readers see is an edition of this article -----------------------------------------------------------------


def test_an_article_does_not_show_another_one_s_edition(cast, edition):
    other = cast.article()
    cast.publish(other)
    publishing.withdraw_article(other, by=cast.editor, reason="误")
    execute("UPDATE articles_article SET live_id = NULL WHERE number = %s", [edition.article_id])
    sql = "UPDATE articles_article SET live_id = %s, withdrawn_at = NULL WHERE number = %s"
    refuses("articles_article_shows_its_own", lambda: execute(sql, [edition.pk, other.pk]))


def test_a_new_article_shows_no_edition_yet(cast, edition):
    row = Article.objects.get(pk=edition.article_id)
    Article.objects.filter(pk=row.pk).update(live=None)
    row.pk, row.ordinal = None, 99
    refuses("articles_article_starts_unseen", lambda: row.save(force_insert=True))


# --- they are there -------------------------------------------------------------------------------------------------


def present(cursor):
    if connection.vendor == "postgresql":
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {name for (name,) in cursor.fetchall()}


NAMES = {name for name, _event, _table, _broken in triggers.trigger_rules(connection.vendor)}


def test_installing_again_is_the_same(db):
    with connection.cursor() as cursor:
        assert present(cursor) == NAMES
        triggers.install_triggers(connection)
        assert present(cursor) == NAMES


NO_EDITIONS = """CREATE TRIGGER articles_edition_is_kept BEFORE DELETE ON articles_edition WHEN FALSE
BEGIN SELECT RAISE(ABORT, 'articles_edition_is_kept'); END"""


@pytest.mark.parametrize("how", ["gone", "other", "off"])
def test_one_that_is_gone_or_does_something_else_is_missed(db, how):
    assert triggers.missing_triggers(connection) == []
    on_postgresql = connection.vendor == "postgresql"
    if how == "off" and on_postgresql:
        execute("ALTER TABLE articles_edition DISABLE TRIGGER articles_edition_is_kept")
    elif how == "other" and on_postgresql:
        execute(
            "CREATE OR REPLACE FUNCTION articles_edition_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN OLD; END $$"
        )
    else:
        execute("DROP TRIGGER articles_edition_is_kept" + (" ON articles_edition" if on_postgresql else ""))
        if how == "other":
            execute(NO_EDITIONS)
    assert triggers.missing_triggers(connection) == ["articles_edition_is_kept"]
    triggers.install_triggers(connection)
    assert triggers.missing_triggers(connection) == []


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_emptying_the_test_database_puts_them_back(cast, time):
    """Twice: after the first test, the database is flushed although triggers protect its rows."""
    assert AuditEntry.objects.count() == 0
    cast.publish(cast.article())
    with connection.cursor() as cursor:
        assert present(cursor) == NAMES
