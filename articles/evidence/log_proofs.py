"""The part of an evidence pack that comes from the public log and the audit's log: checkpoints and inclusion proofs."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import publication_log
from ..merkle_log import AUDIT_LOG, PUBLIC_LOG, StoredLog, consistency_proof, inclusion_proof, newest_vouched
from ..models import Article, AuditEntry, AuditLeaf, LogLeaf

CHECKPOINTS = {PUBLIC_LOG: "log/checkpoint", AUDIT_LOG: "log/audit_checkpoint"}
PROOFS = "log/proofs.json"
VOUCHED, STAMPS = "log/vouched", "log/stamps"  # an earlier checkpoint that others have seen


def log_members(article: Article, entries: Sequence[AuditEntry]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the signed checkpoints by name, none without keys; the newest one that others vouch for, with its time
    stamps, and the proofs of the article's leaves and entries.

    The caller holds the audit-chain lock, so neither log grows.
    """
    while publication_log.log_audit_entries():
        pass
    notes = {name: log.signed_checkpoint() for log, name in CHECKPOINTS.items()}
    leaves = LogLeaf.objects.filter(edition__article=article) | LogLeaf.objects.filter(edition=None)
    indexes = dict(AuditLeaf.objects.filter(entry__in=entries).values_list("entry", "index"))
    proofs: dict[str, Any] = {
        "leaves": [
            {"index": leaf.index, "data": leaf.data, "proof": proof}
            for leaf, proof in _with_proofs(PUBLIC_LOG, list(leaves.order_by("index")), lambda leaf: leaf.index)
        ],
        "entries": [
            {"index": indexes[entry.pk], "hash": entry.hash, "proof": proof}
            for entry, proof in _with_proofs(AUDIT_LOG, list(entries), lambda entry: indexes[entry.pk])
        ],
    }
    members = {name: note.encode() for name, note in notes.items() if note}
    size = PUBLIC_LOG.size()
    vouched = newest_vouched(size)
    if vouched is not None:
        proof = consistency_proof(vouched.checkpoint.size, size, PUBLIC_LOG.hashes(size))
        proofs["vouched"] = [part.hex() for part in proof]
        members[VOUCHED] = vouched.note.encode()
        members |= {f"{STAMPS}/{number}.tsr": stamp for number, stamp in enumerate(vouched.stamps, start=1)}
    return members, proofs


def _with_proofs(log: StoredLog, rows: Sequence[Any], index_of: Callable[[Any], int]) -> list[tuple[Any, list[str]]]:
    size = log.size()
    hash_of = log.hashes(size)
    return [(row, [part.hex() for part in inclusion_proof(index_of(row), size, hash_of)]) for row in rows]
