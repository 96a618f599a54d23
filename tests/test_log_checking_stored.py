"""`verify_audit` against the logs: a cut end, a rebuilt chain and rewritten rows, by somebody who may do everything."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles import audit, baking, merkle_log, publication_log, triggers
from articles.merkle_log import AUDIT_LOG, PUBLIC_LOG
from articles.models import AuditEntry, AuditLeaf, Edition, LogLeaf, LogNode, SignOff
from tests.test_log_checking import delete_rows, set_column


@pytest.fixture
def house(cast, capsys):
    """A newsroom whose logs are baked; the attacker has removed the triggers."""
    call_command("make_log_key")
    cast.publish(cast.article())
    cast.publish(cast.article())
    log_everything()
    baking.bake_pending()
    call_command("verify_audit")
    capsys.readouterr()
    triggers.remove_triggers(connection)
    return cast


def log_everything():
    while publication_log.log_audit_entries():
        pass


def faults(*options):
    triggers.install_triggers(connection)
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", *options)
    return str(refusal.value)


def rebuild_chain(first, **facts):
    """Rewrite the audit from the entry `first` on, with these facts, as the owner of the database can."""
    rows = list(AuditEntry.objects.order_by("pk"))
    delete_rows(AuditLeaf, AuditEntry)
    head = audit.GENESIS
    for number, row in enumerate(rows):
        row.previous_hash = head
        if number >= first:
            for name, value in facts.items():
                setattr(row, name, value)
            row.hash = audit.entry_hash(row)
        row._state.adding = True
        row.save()
        head = row.hash


def delete_newest_entries(count):
    keys = list(AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[:count])
    with connection.cursor() as cursor:
        for model, column in ((AuditLeaf, "entry_id"), (AuditEntry, "id")):
            marks = ", ".join(["%s"] * len(keys))
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE {column} IN ({marks})', keys)


def test_a_cut_end_is_found_by_both_logs(house):
    delete_newest_entries(20)
    found = faults()
    assert "its end was cut off" in found
    assert "names an audit entry that is not there: the end of the audit was cut off" in found


def test_a_rebuilt_chain_is_found(house):
    rebuild_chain(3, actor_name="别人")
    log_everything()
    assert audit.first_broken_entry() is None
    found = faults()
    assert "The audit log was rebuilt" in found
    assert "or the chain was rebuilt" in found


def test_a_chain_rebuilt_with_both_logs_and_their_files_is_found_by_a_kept_checkpoint(house, tmp_path):
    kept = tmp_path / "checkpoint"
    kept.write_text(AUDIT_LOG.signed_checkpoint())
    rebuild_chain(3, actor_name="别人")
    delete_rows(LogLeaf, LogNode)
    publication_log.log_older_editions()
    log_everything()
    baking.bake_pending()
    triggers.install_triggers(connection)
    call_command("verify_audit")  # nothing is reported without one
    assert "The audit log was rebuilt" in faults("--checkpoint", str(kept))
    kept.write_text("no checkpoint")
    assert "signed note" in faults("--checkpoint", str(kept))


def test_a_rebuilt_log_is_found_by_a_printed_code_also_under_an_earlier_key(house):
    note = PUBLIC_LOG.signed_checkpoint()
    code = f"https://news.example.cn/log/kept/{merkle_log.printed_code(note)}"
    call_command("make_log_key", "--change")
    merkle_log.write_log_keys(merkle_log.read_log_keys()[:1])
    log_everything()
    baking.bake_pending()
    triggers.install_triggers(connection)
    call_command("verify_audit", "--checkpoint", code)
    text = note.partition("\n\n")[0] + "\n"
    strangers = merkle_log.printed_code(f"{text}\n{merkle_log.make_signer(text.split()[0]).sign(text)}")
    assert "not signed by a key of this log" in faults("--checkpoint", strangers)
    triggers.remove_triggers(connection)
    leaf = LogLeaf.objects.get(index=1)
    data = leaf.data.replace('"edition":1', '"edition":2')
    set_column(LogLeaf, "data", data, leaf.pk)
    set_column(LogLeaf, "hash", merkle_log.leaf_hash(data.encode()).hex(), leaf.pk)
    baking.request_bake(["/log/checkpoint"])
    baking.bake_pending()
    assert "The public log was rebuilt" in faults("--checkpoint", code)


def test_logs_rebuilt_with_their_files_are_found_by_what_others_have_stamped(house):
    size = merkle_log.keep_checkpoint(PUBLIC_LOG.signed_checkpoint(), merkle_log.vouched_folder())
    (merkle_log.vouched_folder() / f"{size}.1.tsr").write_bytes(b"a stamp")
    rebuild_chain(3, actor_name="别人")
    delete_rows(LogLeaf, LogNode)
    publication_log.log_older_editions()
    log_everything()
    baking.bake_pending()
    assert "The public log has 2 numbers, a checkpoint had 3: its end was cut off." in faults()


@pytest.mark.parametrize(
    ("model", "column", "value", "says"),
    [
        (LogLeaf, "data", "{}", "Number 1 of the public log was rewritten"),
        (LogLeaf, "hash", "0" * 64, "Number 1 of the public log was rewritten"),
        (AuditLeaf, "hash", "0" * 64, "Number 1 of the audit log was rewritten"),
        (AuditEntry, "hash", "0" * 64, "audit log was rewritten"),
        (SignOff, "person_name", "别人", "the public log names another signs"),
        (Edition, "published_at", "2020-01-01 00:00:00+00:00", "the public log names another at"),
        (Edition, "kind", "archive", "the public log names another kind"),
    ],
)
def test_a_rewritten_row_is_found(house, model, column, value, says):
    key = 1 if model in (LogLeaf, AuditLeaf) else model.objects.order_by("pk").values_list("pk", flat=True)[1]
    set_column(model, column, value, key)
    assert says in faults()


def test_rewritten_hashes_of_subtrees_are_found(house, monkeypatch):
    PUBLIC_LOG.append([publication_log.merkle_log.new_log_leaf("{}") for _ in range(300)])
    set_column(LogNode, "hash", "0" * 64, LogNode.objects.get(log="public").pk)
    assert "The hashes of subtrees of the public log were rewritten" in faults()


def test_a_leaf_that_was_taken_out_is_found(house):
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM articles_logleaf WHERE "index" = 1')
    found = faults()
    assert "Number 1 of the public log is missing" in found
    assert "the public log does not have it" in found


def test_another_checkpoint_in_the_store_is_found(house):
    other = PUBLIC_LOG.signed_checkpoint().replace("— ", "— x")
    baking.generations.baked_generations().served().replace("log/checkpoint", other.encode(), {})
    assert "is not signed by our key" in faults()
    baking.generations.baked_generations().served().replace("log/checkpoint", b"x", {})
    assert "cannot be read" in faults()
