"""A witness cosigns the log of another newsroom if it has only grown, and never otherwise."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles import merkle_log, triggers
from articles.merkle_log import COSIGNATURE, PUBLIC_LOG, Checkpoint, KeyRing, RemoteLog, Witness, WrongProof
from tests.test_log_checking import SITE, kept, rebuild_log, site, strangers_view, with_another_instant  # noqa: F401
from tests.test_merkle_log import naive_root, tiles_of


@pytest.fixture
def witness(site, tmp_path, capsys):  # noqa: F811 (a fixture of another module)
    """Calls the command and returns what it prints."""

    def cosign(*options):
        call_command("witness", SITE, "--folder", str(tmp_path / "witness"), *options)
        return capsys.readouterr().out

    return cosign


def test_a_log_that_grows_is_cosigned_again(cast, witness, tmp_path):
    first = witness()
    assert first.startswith("7 leaves, 0 when it was cosigned last")
    key = merkle_log.parse_verifier(first.splitlines()[0].rpartition(" ")[2], COSIGNATURE)
    cast.publish(cast.article())
    second = witness("--key", str(merkle_log.read_log_keys()[0].verifier))
    assert second.startswith("8 leaves, 7 when")
    note = second.split("\n", 1)[1].rstrip("\n") + "\n"
    assert merkle_log.cosigned_at(note, key) > 1_600_000_000
    assert merkle_log.cosigned_at(note.replace("\n8\n", "\n9\n"), key) is None
    file = tmp_path / "checkpoint"
    file.write_text(note)
    call_command("verify_log", SITE, "--since", str(file), "--witness", str(key))
    file.write_text(PUBLIC_LOG.signed_checkpoint())
    with pytest.raises(CommandError, match="is not a checkpoint that .*/witness has cosigned"):
        call_command("verify_log", SITE, "--since", str(file), "--witness", str(key))


def test_a_rewritten_log_is_not_cosigned(cast, witness):
    witness()
    triggers.remove_triggers(connection)
    rebuild_log(with_another_instant)
    cast.publish(cast.article())
    with pytest.raises(CommandError, match="Not cosigned: the log does not begin with the 7 leaves"):
        witness()
    rebuild_log(lambda rows: rows[:3])
    with pytest.raises(CommandError, match="its end was cut off"):
        witness()


def test_another_key_is_not_cosigned_but_a_changed_one_is(witness, settings):
    witness()
    call_command("make_log_key", "--change")
    witness()
    Path(f"{settings.LOG_KEY_FILE}.part").touch()  # left by somebody who was killed
    merkle_log.write_log_keys(merkle_log.read_log_keys()[:1])
    witness()
    known = merkle_log.read_log_keys()[0]
    merkle_log.write_log_keys([merkle_log.make_signer(known.name)])
    with pytest.raises(CommandError, match="another key"):
        witness()
    with pytest.raises(CommandError, match="not signed by the key of the log"):
        witness("--key", str(known.verifier))


def test_a_log_that_serves_old_hashes_below_new_ones_is_not_cosigned(tmp_path):
    old, signer = [merkle_log.leaf_hash(b"%d" % number) for number in range(600)], merkle_log.make_signer("log")
    new = [*old[:299], merkle_log.leaf_hash(b"another"), *old[300:]]
    witness, ring = Witness(tmp_path, "witness"), KeyRing([signer.verifier])

    def cosign(size, leaves, below):
        text = Checkpoint("log", size, naive_root(leaves[:size])).text

        def read(path):
            tile = merkle_log.parse_tile_path(path)
            return tiles_of(leaves if tile.level else below)(tile) if tile else f"{text}\n{signer.sign(text)}".encode()

        return witness.cosign(RemoteLog(read), ring)

    assert cosign(300, old, old).size == 300
    with pytest.raises(WrongProof, match="does not begin with the 300 leaves"):
        cosign(512, new, old)
    assert cosign(600, old, old).before == 300
