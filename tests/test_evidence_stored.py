"""What `verify_audit` finds when somebody changed editions past the triggers."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import evidence, publishing, triggers
from articles.models import Edition
from articles.models.revision import content_digest
from tests.test_audit_walk import tamper


@pytest.fixture
def edition(cast):
    article = cast.article()
    cast.publish(article)
    cast.change(article, title="第二版")
    return cast.publish(article)


def faults():
    return [fault for found in evidence.edition_faults() for fault in found]


def test_editions_as_published_have_no_faults(cast, edition, capsys):
    urgent = cast.article()
    cast.sign(urgent, times=1)
    publishing.publish_urgent(urgent, by=cast.chief, reason="洪水")
    publishing.publish_archived(cast.article(), by=cast.chief, at=urgent.created_at, origin="旧站")
    assert faults() == []
    call_command("verify_audit")
    assert "4 editions, as signed and published." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ('UPDATE articles_revision SET content = \'{"title": "伪"}\' WHERE id = {revision}', "does not match the text"),
        ("UPDATE articles_revision SET content = 'x' WHERE id = {revision}", "does not match the text"),
        ("UPDATE articles_revision SET content = '[]' WHERE id = {revision}", "does not match the text"),
        ("UPDATE articles_edition SET title = '伪' WHERE id = {id}", "the title or the summary is not that"),
        ("UPDATE articles_edition SET previous_digest = 'x' WHERE id = {id}", "does not follow the edition before"),
        ("UPDATE articles_edition SET number = 3 WHERE id = {id}", "the edition before it is missing"),
        ("UPDATE articles_signoff SET digest = 'x' WHERE id = {sign_off}", "nobody signed this text in the final"),
        ("UPDATE articles_signoff SET stage = 1 WHERE id = {second}", "reading 2 was not signed"),
    ],
)
def test_a_forged_edition_is_found(edition, sql, says):
    if connection.vendor == "postgresql" and "'x' WHERE id = {revision}" in sql:
        pytest.skip("PostgreSQL stores no text that is not JSON")
    keys = {"id": edition.pk, "revision": edition.revision_id, "sign_off": edition.sign_off_id}
    for name, key in {**keys, "second": edition.sign_off.previous_id}.items():
        sql = sql.replace(f"{{{name}}}", str(key))
    if "stage = 1" in sql:
        sql = sql.replace("stage = 1", "stage = 1, previous_id = NULL")
    if connection.vendor == "sqlite":
        tamper("PRAGMA ignore_check_constraints = ON")
    tamper(sql)
    if connection.vendor == "sqlite":
        tamper("PRAGMA ignore_check_constraints = OFF")
    found = faults()
    assert any(says in fault for fault in found), found
    with pytest.raises(CommandError, match=r"1 of 2 editions are not as published"):
        call_command("verify_audit")


def test_an_edition_forged_with_its_text_and_signatures_is_not_what_the_audit_recorded(edition):
    content = {**edition.revision.content, "title": "伪造的题目"}
    digest = content_digest(content)
    tamper("UPDATE articles_edition SET title = %s, digest = %s WHERE id = %s", content["title"], digest, edition.pk)
    text = json.dumps(content)
    tamper("UPDATE articles_revision SET content = %s, digest = %s WHERE id = %s", text, digest, edition.revision_id)
    tamper("UPDATE articles_signoff SET digest = %s WHERE id = %s", digest, edition.sign_off_id)
    assert faults() == [
        f"Article {edition.article_id}, edition 2: the audit records another publication, or none.",
        f"Article {edition.article_id}, edition 2: the public log names another digest, signs.",
    ]


def test_missing_triggers_are_said(db):
    triggers.remove_triggers(connection)
    with pytest.raises(CommandError, match="Triggers are missing or were changed: articles_auditentry_is_written_once"):
        call_command("verify_audit")


def test_it_asks_in_chunks_however_many_editions(cast, monkeypatch):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert faults() == []
        return len(asked)

    for _ in range(2):
        cast.publish(cast.article())
    few = queries()
    for _ in range(4):
        cast.publish(cast.article())
    assert queries() == few
    monkeypatch.setattr("articles.evidence.stored_editions.EDITIONS_PER_CHUNK", 2)
    assert queries() == few + 2 * 4
    assert Edition.objects.count() == 6
