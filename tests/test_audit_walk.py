"""Walking the audit: in a stream, to the first entry that does not follow; a cut-off end is noticed by its head."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import audit, triggers
from articles.models import AuditEntry
from tests.cast import make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    section = make_section()
    return [audit.record_entry("section.changed", section, by=None, turn=turn) for turn in range(4)]


def tamper(sql, *values):
    triggers.remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    triggers.install_triggers(connection)


def head_of(capsys):
    call_command("verify_audit")
    return capsys.readouterr().out.split()[-1]


def test_it_prints_how_many_and_the_head(chain, capsys):
    call_command("verify_audit")
    assert (
        capsys.readouterr().out
        == "0 editions, as signed, logged, published and served.\n0 pictures and attachments, as uploaded.\n"
        f"4 entries, unbroken. Head: {chain[-1].hash}\n"
    )


def test_an_empty_chain_has_a_head_too(db, capsys):
    assert head_of(capsys) == audit.GENESIS
    call_command("verify_audit", expect_head=audit.GENESIS)


def test_a_head_written_down_earlier_is_found_later(chain, capsys):
    head = head_of(capsys)
    audit.record_entry("section.changed", make_section("文旅", "culture"), by=None)
    call_command("verify_audit", expect_head=head)
    call_command("verify_audit", expect_head=f" {head.upper()}\n")


def test_a_cut_off_end_is_noticed(chain, capsys):
    head = head_of(capsys)
    tamper("DELETE FROM articles_auditentry WHERE hash = %s", head)
    call_command("verify_audit")
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", expect_head=head)


def test_a_chain_made_anew_is_noticed(chain, capsys):
    head = head_of(capsys)
    tamper("DELETE FROM articles_auditentry")
    section = make_section("文旅", "culture")
    for turn in range(4):
        audit.record_entry("section.changed", section, by=None, turn=turn)
    call_command("verify_audit")
    with pytest.raises(CommandError, match="rewritten"):
        call_command("verify_audit", expect_head=head)


def test_an_empty_expected_head_is_not_ignored(chain):
    with pytest.raises(CommandError, match="No entry"):
        call_command("verify_audit", expect_head="")


@pytest.mark.parametrize("end", ["the first", "the second"])
def test_the_first_broken_entry_is_named(chain, end):
    broken = chain[0] if end == "the first" else chain[1]
    tamper("UPDATE articles_auditentry SET action = 'x' WHERE id IN (%s, %s)", broken.pk, chain[3].pk)
    before = chain.index(broken)
    with pytest.raises(CommandError, match=f"Entry {broken.pk} .* the {before} entries before it do"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "change", ["details = '[1, 2]'", "details = '\"x\"'", "actor_id = NULL, actor_name = ''", "hash = 'x'"]
)
def test_values_of_another_kind_are_found(chain, change):
    extra = audit.record_entry("section.changed", make_section("文旅", "culture"), by=None)
    audit.record_entry("section.changed", make_section("乡镇", "towns"), by=None)
    set_ = "actor_name = 'y'" if change.startswith("actor_id") else change
    tamper(f"UPDATE articles_auditentry SET {set_} WHERE id = %s", extra.pk)
    assert audit.first_broken_entry().pk == extra.pk


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite lets a column hold what is no instant")
@pytest.mark.parametrize("at", ["garbage", "0001-01-01 00:00:00", "2026-13-45 00:00:00", ""])
def test_an_instant_that_is_none_is_found_and_breaks_nothing(chain, at):
    tamper("UPDATE articles_auditentry SET at = %s WHERE id = %s", at, chain[2].pk)
    with pytest.raises(CommandError, match=f"Entry {chain[2].pk} "):
        call_command("verify_audit")


def test_an_entry_put_in_between_is_found(chain):
    tamper("UPDATE articles_auditentry SET id = id + 1000 WHERE id >= %s", chain[2].pk)
    section = make_section("文旅", "culture")
    forged = AuditEntry(
        pk=chain[1].pk + 1,
        at=chain[1].at,
        actor_name="",
        action="x.y",
        object_type="section",
        object_id=str(section.pk),
        details={},
        previous_hash="f" * 64,
    )
    forged.hash = audit.entry_hash(forged)
    forged.save(force_insert=True)
    assert audit.first_broken_entry().pk == forged.pk


def test_one_query_reads_the_whole_chain(chain):
    with CaptureQueriesContext(connection) as queries:
        assert audit.walk_chain().count == 4
    assert len(queries) <= 1  # none, where PostgreSQL's cursor is not among the captured
