"""The log's files are read by somebody else's implementation of C2SP's formats, and our proofs are checked by it."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from django.core.management import call_command
from tlog_scales import tlog
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.utils import sha256

from articles import baking, merkle_log
from articles.log_witnesses import witness
from articles.merkle_log import (
    AUDIT_LOG,
    LOGS,
    PUBLIC_LOG,
    consistency_proof,
    inclusion_proof,
    new_log_leaf,
    parse_checkpoint,
)
from articles.models import LogLeaf
from articles.publication_log import log_audit_entries

OLD, SIZE = 200, 700  # across the edges of tiles


@pytest.fixture
def files(cast):
    """The baked files of the logs: two publications, and leaves to fill three tiles."""
    call_command("make_log_key")
    for _ in range(2):
        cast.publish(cast.article())
    first = PUBLIC_LOG.size()
    PUBLIC_LOG.append([new_log_leaf(json.dumps({"kind": "first", "article": n})) for n in range(first, OLD)])
    old = PUBLIC_LOG.signed_checkpoint()
    PUBLIC_LOG.append([new_log_leaf(json.dumps({"kind": "first", "article": n})) for n in range(OLD, SIZE)])
    while log_audit_entries():
        pass
    for log in LOGS:
        baking.request_bake(baking.log_files(0, log.size(), log))
    baking.request_bake(baking.log_key_pages())
    baking.bake_pending()
    return old


class BakedFiles:
    """Where its reader gets the files of a log."""

    def __init__(self, log):
        self.log = log

    def get(self, *path):
        return baking.served_page(f"/log{self.log.suffix}/{'/'.join(path)}")


def reader(log=PUBLIC_LOG):
    return TilesReader(BakedFiles(log))


def vkey(log=PUBLIC_LOG):
    key = merkle_log.parse_verifier(baking.served_page("/log/key").decode())
    return Vkey.from_string(str(key.named(key.name + log.suffix)))


@pytest.mark.parametrize("log", [PUBLIC_LOG, AUDIT_LOG])
def test_it_reads_the_checkpoint_its_signature_and_the_tree(files, log):
    theirs = reader(log)
    checkpoint = theirs.get_checkpoint()
    checkpoint.verify(vkey(log))
    assert (checkpoint.size, checkpoint.root_hash) == (log.size(), theirs.calculate_root_hash())
    with pytest.raises(InvalidSignature):
        tlog.Checkpoint(checkpoint.origin, checkpoint.size + 1, checkpoint.root_hash, checkpoint.signatures).verify(
            vkey(log)
        )


def test_it_reads_every_leaf(files):
    theirs = reader()
    theirs.get_checkpoint()
    leaves = LogLeaf.objects.order_by("index").values_list("data", flat=True)
    assert [theirs.get_entry(index).decode() for index in range(SIZE)] == list(leaves)


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, SIZE - 1])
def test_it_accepts_our_proofs_of_inclusion_and_makes_the_same(files, index):
    theirs = reader()
    checkpoint = theirs.get_checkpoint()
    proof = inclusion_proof(index, SIZE, PUBLIC_LOG.hashes(SIZE))
    leaf = sha256(b"\0" + theirs.get_entry(index))
    tlog.InclusionProof(index, SIZE, list(proof)).check(leaf, checkpoint.root_hash)
    assert theirs.get_inclusion_proof(index, SIZE).node_hashes == list(proof)
    with pytest.raises(tlog.InclusionProofInvalid):
        tlog.InclusionProof(index, SIZE, list(proof)).check(sha256(leaf), checkpoint.root_hash)


@pytest.mark.parametrize("old", [1, 2, 3, OLD, 255, 256, 257, 512, SIZE - 1, SIZE])
def test_it_accepts_our_proofs_of_consistency_and_makes_the_same(files, old):
    theirs = reader()
    checkpoint = theirs.get_checkpoint()
    proof = list(consistency_proof(old, SIZE, PUBLIC_LOG.hashes(SIZE)))
    root = theirs.mth(0, old)
    tlog.ConsistencyProof(old, SIZE, proof).check(root, checkpoint.root_hash)
    assert theirs.get_consistency_proof(old, SIZE).node_hashes == proof
    with pytest.raises(tlog.ConsistencyProofInvalid):
        tlog.ConsistencyProof(old, SIZE, proof).check(sha256(root), checkpoint.root_hash)


def test_a_checkpoint_that_was_kept_is_the_beginning_as_it_sees_it(files):
    theirs = reader()
    theirs.get_checkpoint()
    assert theirs.mth(0, OLD) == parse_checkpoint(files).root


def test_it_accepts_a_cosignature_of_our_witness(files):
    cosigned = tlog.Checkpoint.from_text(files + witness().keep_and_cosign(files))
    cosigned.verify(Vkey.from_string(str(witness().verifier)))
    cosigned.verify(vkey())
