"""Checking a log in the database: every leaf against its content, the tree against checkpoints that were kept."""

from collections.abc import Iterable, Iterator

from ..models import AuditEntry, AuditLeaf, LogLeaf
from ..models.key_batches import in_groups
from ..outside_json import parse_outside_json
from .notes import Checkpoint
from .remote_log import RootAtEnd
from .stored_log import PUBLIC_LOG, StoredLog
from .tree import leaf_hash

LEAVES_PER_CHUNK = 2000  # in memory at a time
GENESIS = "0" * 64  # what the chain begins with: audit.GENESIS, which is above this module


def stored_log_faults(log: StoredLog, kept: Iterable[Checkpoint]) -> Iterator[str]:
    """Yield sentences about what is wrong with a log; `kept` are checkpoints of it from outside the database."""
    wanted = list(kept)
    roots = RootAtEnd()
    for index, content, stored in _leaves_of(log):
        if index != roots.size:
            yield f"Number {roots.size} of the {log.name} log is missing, or its subject is."
            return
        if content is None or leaf_hash(content).hex() != stored:
            yield f"Number {index} of the {log.name} log was rewritten, or its subject was."
            return
        roots.add(bytes.fromhex(stored))
        for checkpoint in wanted:
            if checkpoint.size == roots.size and checkpoint.root != roots.root:
                yield f"The {log.name} log was rebuilt: it is not that of the checkpoint of {checkpoint.size}."
    for checkpoint in wanted:
        if checkpoint.size > roots.size:
            cut = f"a checkpoint had {checkpoint.size}: its end was cut off."
            yield f"The {log.name} log has {roots.size} numbers, {cut}"
    if log.checkpoint("").root != roots.root:
        yield f"The hashes of subtrees of the {log.name} log were rewritten."


def audit_faults_of_public_log() -> Iterator[str]:
    """Yield a sentence for the first leaf of the public log that names an audit entry which is not there."""
    rows = LogLeaf.objects.order_by("index").values_list("index", "data").iterator(LEAVES_PER_CHUNK)
    for group in in_groups(rows, LEAVES_PER_CHUNK):
        named = {index: _audit_head(data) for index, data in group}
        there = set(AuditEntry.objects.filter(hash__in=set(named.values())).values_list("hash", flat=True))
        for index, head in named.items():
            if head not in there and head != GENESIS:
                yield (
                    f"Number {index} of the public log names an audit entry that is not there: the end of the audit "
                    "was cut off, or the chain was rebuilt."
                )
                return


def _leaves_of(log: StoredLog) -> Iterator[tuple[int, bytes | None, str]]:
    """Yield the number, the content and the stored hash of each leaf."""
    if log is PUBLIC_LOG:
        rows = LogLeaf.objects.order_by("index").values_list("index", "data", "hash").iterator(LEAVES_PER_CHUNK)
        yield from ((index, str(data).encode(), stored) for index, data, stored in rows)
        return
    entries = AuditLeaf.objects.order_by("index").values_list("index", "entry__hash", "hash")
    for index, text, stored in entries.iterator(LEAVES_PER_CHUNK):
        yield index, _from_hex(text), stored


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return None


def _audit_head(data: str) -> str:
    try:
        return str(parse_outside_json(data)["audit"])
    except (ValueError, KeyError, TypeError):
        return ""
