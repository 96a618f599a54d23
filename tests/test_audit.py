"""The audit chain: each entry holds the hash of the previous one, and any change is found."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from articles import audit, persons, triggers
from articles.models import AuditEntry, Person, audit_actions
from tests.cast import User


def test_entries_form_one_chain(cast, all_readings):
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
    assert audit.first_broken_entry() is None


def test_the_address_and_the_real_name_are_recorded(cast):
    with audit.acting_from("203.0.113.9"):
        article = cast.article(by=cast.writer)
    entry = AuditEntry.objects.get()
    assert (entry.address, entry.actor_name, entry.object_id) == ("203.0.113.9", "林晓舟", str(article.pk))
    assert audit.record_entry("x.y", article, by=None).address is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "article.other"),
        ("actor_name", "别人"),
        ("details", "{}"),
        ("object_id", "700000007"),
        ("address", "::1"),
    ],
)
def test_a_change_is_found(cast, column, value, capsys):
    for _ in range(3):
        cast.article()
    second = AuditEntry.objects.order_by("pk")[1]
    triggers.remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE articles_auditentry SET {column} = %s WHERE id = %s", [value, second.pk])
    assert audit.first_broken_entry().pk == second.pk
    with pytest.raises(CommandError, match=f"Entry {second.pk} "):
        call_command("verify_audit")


def test_a_removed_entry_is_found(cast):
    for _ in range(3):
        cast.article()
    second, third = AuditEntry.objects.order_by("pk")[1:3]
    triggers.remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_auditentry WHERE id = %s", [second.pk])
    assert audit.first_broken_entry().pk == third.pk


def test_an_unbroken_chain_says_so(cast, capsys):
    cast.article()
    call_command("verify_audit")
    assert "1 entries, unbroken" in capsys.readouterr().out


def test_an_entry_is_hashed_in_one_way_for_good():
    """Old chains must stay valid: neither the order of the hashed fields nor their format may change."""
    facts = {
        "action": "article.saved",
        "actor": 7,
        "actor_name": "林晓舟",
        "address": None,
        "details": {"b": [1, True], "a": "桥"},
        "object_id": "3",
        "object_type": "article",
        "previous_hash": "0" * 64,
        "at": "2024-02-29T23:59:00+08:00",
        "hash": "is not part of it",
    }
    text = (
        '{"action":"article.saved","actor":7,"actor_name":"林晓舟","address":null,"at":"2024-02-29T15:59:00.000000+00:00",'
        '"details":{"a":"桥","b":[1,true]},"object_id":"3","object_type":"article","previous_hash":"' + "0" * 64 + '"}'
    )
    assert audit.facts_hash(facts) == hashlib.sha256(text.encode()).hexdigest()
    facts["at"] = datetime(2024, 2, 29, 15, 59, tzinfo=UTC)
    assert audit.facts_hash(facts) == hashlib.sha256(text.encode()).hexdigest()


def test_an_entry_says_who_did_what_to_what(cast):
    article = cast.article()
    entry = audit.record_entry("x.y", article, by=cast.stranger, count=3)
    facts = (entry.actor, entry.actor_name, entry.action, entry.object_type, entry.object_id, entry.details)
    assert facts == (cast.stranger, "stranger", "x.y", "article", str(article.pk), {"count": 3})
    nobody = audit.record_entry("x.y", User(), by=None)
    assert (nobody.actor, nobody.actor_name, nobody.object_type, nobody.object_id) == (None, "", "user", "")


def test_what_happened_lately_is_counted_by_act_place_and_time(cast, monkeypatch):
    with audit.acting_from("203.0.113.5"):
        audit.record_entry("session.refused", User(), by=None)
        audit.record_entry("session.opened", User(), by=None)
        assert audit.acting_address() == "203.0.113.5"
        with audit.acting_from("203.0.113.6"):
            assert audit.recent_count("session.refused", within=timedelta(hours=1)) == 0
        assert audit.recent_count("session.refused", within=timedelta(hours=1)) == 1
        assert audit.recent_count("session.refused", within=timedelta(0)) == 0
    assert audit.acting_address() is None


def test_a_walk_says_how_far_it_came_and_whether_it_met_a_hash(cast):
    assert audit.walk_chain(expected=audit.GENESIS).found
    for _ in range(3):
        cast.article()
    first, second, last = AuditEntry.objects.order_by("pk")
    walked = audit.walk_chain(expected=first.hash)
    assert (walked.count, walked.head, walked.broken, walked.found) == (3, last.hash, None, True)
    assert not audit.walk_chain().found
    assert not audit.walk_chain(expected="f" * 64).found
    triggers.remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_auditentry SET action = 'x.z' WHERE id = %s", [second.pk])
    walked = audit.walk_chain(expected=last.hash)
    assert (walked.count, walked.head, walked.broken, walked.found) == (1, first.hash, second, False)


def test_fields_are_kept_by_name_and_shown_in_the_language_of_whoever_reads(cast):
    person = Person.objects.create(name="李明", unit="望桥乡")
    person.unit = "澄溪镇"
    with translation.override("en"):
        persons.save_person(person, by=cast.chief)
    entry = AuditEntry.objects.first()
    assert entry.details["fields"] == ["person.unit"]
    for language, label in (("zh-hans", "单位"), ("en", "Unit")):
        with translation.override(language):
            assert (label, "望桥乡 → 澄溪镇") in entry.facts


@pytest.mark.parametrize("name", ["Name", "泽南日报", "person.gone", "nobody.name", "person.", ""])
def test_what_names_no_field_reads_as_it_was_kept(name):
    """Labels of entries before 0.15, rows of a table, and fields that are gone."""
    entry = AuditEntry(details={"fields": [name], "old": ["1"], "new": ["2"]})
    assert entry.facts == [(name, "1 → 2")]


def test_every_field_that_acts_record_has_a_label():
    for model in apps.get_app_config("articles").get_models():
        for field in model._meta.fields:
            assert audit_actions.field_label(f"{model._meta.model_name}.{field.name}")
    assert audit_actions.field_label("user.person")


def test_characters_that_no_database_stores_are_replaced(cast):
    entry = audit.record_refusal(cast.writer, page="/admin/\x00/", method="GET", reason="\ud800")
    more = audit.record_entry("test.act", cast.news, by=None, old=["a\x00", ["b\udfff", 1]])
    entry.refresh_from_db()
    more.refresh_from_db()
    assert (entry.details["page"], entry.details["reason"]) == ("/admin/\ufffd/", "\ufffd")
    assert more.details["old"] == ["a\ufffd", ["b\ufffd", 1]]
    assert audit.first_broken_entry() is None
