"""The audit's chain: each entry holds the hash of the one before, and a change anywhere is found."""

import itertools

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles import audit, triggers
from articles.models import AuditEntry


def test_entries_form_one_chain(cast):
    article = cast.article()
    cast.publish(article)
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [e.action for e in entries] == [
        "article.saved",
        "article.submitted",
        *["article.signed_off"] * 3,
        "article.published",
    ]
    assert entries[0].previous_hash == audit.GENESIS
    for before, after in itertools.pairwise(entries):
        assert after.previous_hash == before.hash
    assert audit.first_broken() is None


def test_the_address_and_the_real_name_are_recorded(cast):
    with audit.acting_from("203.0.113.9"):
        article = cast.article(by=cast.writer)
    entry = AuditEntry.objects.get()
    assert (entry.address, entry.actor_name, entry.object_id) == ("203.0.113.9", "林晓舟", str(article.pk))
    assert audit.record("x.y", article, by=None).address is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "article.other"), ("actor_name", "别人"), ("details", "{}"), ("object_id", "7"), ("address", "::1")],
)
def test_a_change_is_found(cast, column, value, capsys):
    for _ in range(3):
        cast.article()
    second = AuditEntry.objects.order_by("pk")[1]
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE articles_auditentry SET {column} = %s WHERE id = %s", [value, second.pk])
    assert audit.first_broken().pk == second.pk
    with pytest.raises(CommandError, match=f"Entry {second.pk} "):
        call_command("verify_audit")


def test_a_removed_entry_is_found(cast):
    for _ in range(3):
        cast.article()
    second, third = AuditEntry.objects.order_by("pk")[1:3]
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_auditentry WHERE id = %s", [second.pk])
    assert audit.first_broken().pk == third.pk


def test_an_unbroken_chain_says_so(cast, capsys):
    cast.article()
    call_command("verify_audit")
    assert "1 entries, unbroken" in capsys.readouterr().out
