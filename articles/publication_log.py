"""The content of the public log (存证): one leaf for each act that changed what is public, as digests, without names
or text.

A leaf is JSON: kind, article, edition, digest of the text, digest of its sign-offs (`signs`), basis, instant (`at`),
and the hash of the newest audit entry (`audit`), so that the audit cannot be rewritten either. Called by the acts
after their audit entry, that is, under the audit-chain lock.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from . import audit, baking, merkle_log
from .merkle_log import AUDIT_LOG, PUBLIC_LOG, TILE_WIDTH
from .models import AuditEntry, AuditLeaf, Edition, LogLeaf, SignOff

WITHDRAWN, PUT_BACK, TEXT_CLOSED, TEXT_REOPENED, KEY = "withdrawn", "put_back", "text_closed", "text_reopened", "key"
# What was signed: the facts of a sign-off that its digest covers.
SIGNED_FACTS = (
    *("stage", "stages", "person", "person_name", "role", "at", "address", "digest"),
    *("opinion", "note", "warnings", "same_person"),
)
BATCH_TILES = 2  # tiles of leaves in one transaction, for older editions and for the audit


def log_act(
    edition: Edition, kind: str, *, at: datetime, entry: AuditEntry, signs: Sequence[SignOff] | None = None
) -> set[str]:
    """Append the leaf of an act about an edition, whose audit entry is `entry`; return the files to bake."""
    signs = _readings(edition) if signs is None else signs
    return _append_one(_edition_leaf(edition, kind, at, entry.hash, signs))


def _append_one(leaf: LogLeaf) -> set[str]:
    index = PUBLIC_LOG.append([leaf])
    return baking.log_files(index, index + 1) | baking.outdated_log_files(index, index + 1)


def _readings(edition: Edition) -> list[SignOff]:
    """The sign-offs of an edition, first reading first. One query."""
    final = edition.sign_off
    if final is None or final.previous_id is None:
        return [final] if final else []
    passes = SignOff.objects.filter(article=edition.article_id, decision=SignOff.Decision.PASS, pk__lt=final.pk)
    rows, chain = passes.in_bulk(), [final]
    while (before := rows.get(chain[0].previous_id or 0)) is not None:
        chain.insert(0, before)
    return chain


def _edition_leaf(edition: Edition, kind: str, at: datetime, audit_head: str, signs: Sequence[SignOff]) -> LogLeaf:
    facts = {**edition_facts(edition, signs), "kind": kind, "at": instant(at), "audit": audit_head}
    return merkle_log.new_log_leaf(canonical_json(facts), edition)


def edition_facts(edition: Edition, signs: Iterable[SignOff]) -> dict[str, Any]:
    """What the leaf of a publication says about the edition and its sign-offs, first reading first."""
    return {
        "kind": str(edition.kind),
        "article": edition.article_id,
        "edition": edition.number,
        "basis": str(edition.basis),
        "digest": edition.digest,
        "signs": sign_offs_digest({field: row.serializable_value(field) for field in SIGNED_FACTS} for row in signs),
        "at": instant(edition.published_at),
    }


def sign_offs_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """The SHA-256 of the sign-offs of a text, first reading first, with their names; '' without any.

    `at` is a datetime or ISO 8601, as in an evidence pack.
    """
    signed = [{**{field: row[field] for field in SIGNED_FACTS}, "at": instant(row["at"])} for row in rows]
    return hashlib.sha256(canonical_json(signed).encode()).hexdigest() if signed else ""


def instant(at: datetime | str) -> str:
    """An instant as leaves write it: ISO 8601, UTC, with microseconds."""
    value = datetime.fromisoformat(at) if isinstance(at, str) else at
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def canonical_json(value: object) -> str:
    """Canonical JSON: sorted keys, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def log_numbers(editions: Iterable[Edition]) -> dict[int, int]:
    """The numbers of the leaves of these publications, by the keys of the editions. One query."""
    rows = LogLeaf.objects.filter(edition__in=[edition.pk for edition in editions]).order_by("-index")
    return dict(rows.values_list("edition", "index"))  # for each edition the first leaf, which comes last here


# --- keys -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def change_log_key(name: str) -> str:
    """Begin to sign with a new key; return its public half. Raises OSError (LogKeyAway too) or WrongNote.

    The change is a leaf that the key before has signed; the file keeps that key, so both sign from now on.
    """
    audit.lock_audit_chain()
    before = merkle_log.read_log_keys()
    key = merkle_log.new_log_key(name)
    if key in before:
        raise merkle_log.WrongNote(f"{key.verifier} signs the log already; make a key with another label in the token")
    facts = {"kind": KEY, "key": str(key.verifier), "at": instant(timezone.now()), "audit": _audit_head()}
    if before:
        facts["signed"] = before[0].sign(f"{key.verifier}\n")
    leaf = merkle_log.new_log_leaf(canonical_json(facts))
    files = _append_one(leaf)
    audit.record_entry("log.key_changed", leaf, by=None, key=str(key.verifier))
    baking.request_bake(baking.log_key_pages() | files)
    # In the transaction: without its leaf, no key signs.
    merkle_log.write_log_keys([key, *before])
    return str(key.verifier)


def _audit_head() -> str:
    return AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first() or audit.GENESIS


# --- editions from before the log -------------------------------------------------------------------------------------


@transaction.atomic
def log_older_editions(after: int = 0) -> int | None:
    """Append leaves for a batch of editions that have none; return the key of the last, or None if there are no more.

    `after` is what the call before returned. May be interrupted and repeated: what has leaves gets no others.
    """
    audit.lock_audit_chain()
    size = PUBLIC_LOG.size()
    room = _room(size)
    missing = Edition.objects.filter(pk__gt=after, log_leaves=None).order_by("pk")
    head = _audit_head()
    leaves: list[LogLeaf] = []
    last = None
    for edition in missing.select_related("article", "closed_text", "sign_off__previous__previous")[:room]:
        signs = edition.sign_off.chain() if edition.sign_off else []
        found = [_edition_leaf(edition, kind, at, head, signs) for kind, at in _older_acts(edition)]
        if len(leaves) + len(found) > room:
            break
        leaves += found
        last = edition.pk
    if leaves:
        PUBLIC_LOG.append(leaves)
        baking.request_bake(baking.log_files(size, size + len(leaves)))
    return last


def _older_acts(edition: Edition) -> list[tuple[str, datetime]]:
    """What happened to an edition, by the rows of today: published, perhaps closed, perhaps withdrawn."""
    acts = [(str(edition.kind), edition.published_at)]
    closed = getattr(edition, "closed_text", None)
    if closed:
        acts.append((TEXT_CLOSED, closed.closed_at))
    article = edition.article
    if article.withdrawn_at and not Edition.objects.filter(article=article, number__gt=edition.number).exists():
        acts.append((WITHDRAWN, article.withdrawn_at))
    return acts


def _room(size: int) -> int:
    """How many leaves to append at once to a log of this size: they end with a full tile."""
    return BATCH_TILES * TILE_WIDTH - size % TILE_WIDTH


# --- the log of the audit ---------------------------------------------------------------------------------------------


@transaction.atomic
def log_audit_entries() -> int:
    """Append a batch of the audit's entries, oldest first, to the audit's log; return their number, 0 if none are left.

    Acts do not wait for it: the worker calls it all the time, and the export of evidence before it makes its proofs.
    """
    if not _entries_to_log().exists():
        return 0
    audit.lock_audit_chain()
    size = AUDIT_LOG.size()
    leaves = [
        merkle_log.new_audit_leaf(entry) for entry in _entries_to_log().order_by("pk").only("hash")[: _room(size)]
    ]
    AUDIT_LOG.append(leaves)
    # Narrow tiles were offered only of the tile that the log ended in; a large batch fills the next one, too.
    end = min(size + len(leaves), (size // TILE_WIDTH + 2) * TILE_WIDTH)
    outdated = baking.outdated_log_files(size, end, AUDIT_LOG)
    baking.request_bake(baking.log_files(size, size + len(leaves), AUDIT_LOG) | outdated)
    return len(leaves)


def _entries_to_log() -> QuerySet[AuditEntry]:
    last = AuditLeaf.objects.order_by("-index").values_list("entry", flat=True).first()
    return AuditEntry.objects.filter(pk__gt=last or 0)
