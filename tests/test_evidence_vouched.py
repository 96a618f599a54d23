"""An evidence pack with an earlier checkpoint that a witness has cosigned and an authority has stamped."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from articles import evidence, merkle_log
from articles.evidence import NotEvidence
from articles.merkle_log import PUBLIC_LOG, KeyRing, RemoteLog, Witness
from tests.test_evidence import files_of, packed, with_honest_manifest, zipped
from tests.test_evidence_verify_pack import verify_pack
from tests.test_merkle_log_time_stamps import authority, make_authority  # noqa: F401 (a fixture of another module)


@pytest.fixture
def vouched(cast, client, authority, tmp_path):  # noqa: F811
    """The files of a pack of an article, the keys of log and witness, and the certificates of the authority.

    The log has grown since the witness cosigned it and the authority stamped it.
    """
    address, folder = authority
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    cast.publish(cast.article())
    call_command("stamp_log", address)
    log = RemoteLog(lambda path: client.get(f"/log/{path}").content)
    witness = Witness(tmp_path / "witness", "a.example/witness")
    size = PUBLIC_LOG.size()
    (merkle_log.vouched_folder() / f"{size}.checkpoint").write_text(witness.cosign(log, KeyRing(log.keys())).note)
    cast.publish(cast.article())
    files = files_of(packed(article, cast.editor))
    return files, merkle_log.read_log_keys()[0].verifier, witness.verifier, folder / "ca.pem"


def test_others_vouch_for_a_pack(vouched, tmp_path, capsys):
    files, key, witness, authorities = vouched
    file = tmp_path / "pack.zip"
    file.write_bytes(zipped(files).getvalue())
    capsys.readouterr()
    with translation.override("en"):
        call_command("verify_evidence", file, key=[str(key)], witness=[str(witness)], authority=authorities)
        said = capsys.readouterr().out
        make_authority(tmp_path / "another")
        with pytest.raises(CommandError, match="the time stamp is not valid"):
            call_command("verify_evidence", file, key=[str(key)], authority=tmp_path / "another" / "ca.pem")
        other = merkle_log.VerifierKey.of(witness.name, merkle_log.COSIGNATURE, key.public)
        with pytest.raises(CommandError, match=r"a\.example/witness has not cosigned"):
            call_command("verify_evidence", file, key=[str(key)], witness=[str(other)])
    size = merkle_log.parse_checkpoint(files["log/vouched"].decode()).size
    assert f"a.example/witness has cosigned its first {size} numbers at 20" in said
    assert f"Its first {size} numbers were there at 20" in said
    assert isinstance(verify_pack.check_pack(zipped(files), [str(key)]), tuple)
    told = verify_pack.check_checkpoint(files["log/vouched"].decode(), [str(key)], [str(witness)], "")
    assert "a.example/witness has cosigned it at 20" in told[1]


def with_other_root(files):
    note = files["log/vouched"].decode()
    return {**files, "log/vouched": note.replace("\n", "\n1", 1).encode()}


def with_other_proof(files):
    proofs = json.loads(files["log/proofs.json"])
    return {**files, "log/proofs.json": json.dumps({**proofs, "vouched": ["00" * 32]}).encode()}


def signed_by_another(files):
    text = files["log/vouched"].decode().partition("\n\n")[0] + "\n"
    stranger = merkle_log.make_signer(text.partition("\n")[0])
    return {**files, "log/vouched": f"{text}\n{stranger.sign(text)}".encode()}


@pytest.mark.parametrize("forge", [with_other_root, with_other_proof, signed_by_another])
def test_an_invented_voucher_is_found(vouched, forge):
    files, key, _witness, _authorities = vouched
    forged = zipped(with_honest_manifest(forge(files)))
    with translation.override("en"), pytest.raises(NotEvidence, match="log/vouched is n"):
        evidence.check_pack(forged, [key])
    with pytest.raises(verify_pack.Forged):
        verify_pack.check_pack(forged, [str(key)])


def test_a_stamp_of_something_else_is_found(vouched):
    files, key, _witness, _authorities = vouched
    stamp = files["log/stamps/1.tsr"]
    note = files["log/vouched"].decode()
    assert merkle_log.is_stamp_of(stamp, note)
    assert not merkle_log.is_stamp_of(stamp, note.replace("\n", "\n1", 1))
    forged = with_honest_manifest({**files, "log/stamps/1.tsr": b"no stamp"})
    with translation.override("en"), pytest.raises(NotEvidence, match="a stamp does not belong"):
        evidence.check_pack(zipped(forged), [key])


def test_a_checkpoint_for_which_nobody_vouches_is_not_packed(cast):
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    folder = merkle_log.vouched_folder()
    merkle_log.keep_checkpoint(PUBLIC_LOG.signed_checkpoint(), folder)
    (folder / "1.checkpoint").write_text("no checkpoint")
    assert "log/vouched" not in files_of(packed(article, cast.editor))
