"""Whether an evidence pack is what the public log and the audit's log commit to: the part that cannot be forged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import merkle_log, publication_log
from ..merkle_log import AUDIT_LOG, Checkpoint, KeyRing, VerifierKey, Vouched, WrongNote, WrongProof
from ..models import Edition
from ..refusals import Problem
from .agreement import MOST_NAMED, printable_text

_NO_CHECKPOINT = Problem("evidence.no_checkpoint", _("%(name)s is missing: no log vouches for this pack."))
_NOT_SIGNED = Problem("evidence.not_signed", _("%(name)s is not signed by a key that you gave."))
_NO_NOTE = Problem("evidence.no_note", _("%(name)s is not a signed checkpoint: %(why)s"))
_NOT_IN_LOG = Problem(
    "evidence.not_in_log", _("log/proofs.json: number %(index)s is not in the log of the checkpoint.")
)
_EDITION_NOT_LOGGED = Problem("evidence.edition_not_logged", _("%(name)s is not in the public log."))
_OTHER_FACTS_LOGGED = Problem(
    "evidence.other_facts_logged", _("%(name)s: the public log names another %(what)s, in number %(index)s.")
)
_LOGGED_NOT_HERE = Problem(
    "evidence.logged_not_here", _("The public log names edition %(number)s in number %(index)s; it is missing here.")
)
_ENTRY_NOT_LOGGED = Problem(
    "evidence.entry_not_logged", _("audit.json: entry %(id)s is not in the audit's log in this form.")
)

_OTHER_VOUCHED = Problem(
    "evidence.other_vouched",
    _("log/vouched is not an earlier state of the log of log/checkpoint, or a stamp does not belong to it."),
)

WORDS = {
    "digest": pgettext_lazy("in the public log", "text"),
    "basis": pgettext_lazy("in the public log", "basis"),
    "at": pgettext_lazy("in the public log", "instant"),
    "kind": pgettext_lazy("in the public log", "kind"),
    "signs": pgettext_lazy("in the public log", "names or readings"),
}
EDITION_KINDS = frozenset(Edition.Kind.values)


class LoggedFacts(NamedTuple):
    """What a pack brings from the logs: the notes of their checkpoints, the proofs, and an earlier checkpoint with its
    time stamps.
    """

    public_note: str
    audit_note: str
    proofs: Mapping[str, Any]
    vouched: Vouched | None = None


def find_log_disagreements(
    logged: LoggedFacts,
    article: int,
    editions: Mapping[int, Mapping[str, Any]],
    sign_offs: Mapping[int, Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]],
    keys: Sequence[VerifierKey],
) -> Iterator[Problem]:
    """Yield each fact that the logs contradict. Raises KeyError, TypeError or ValueError for strange values."""
    try:
        public = merkle_log.parse_checkpoint(logged.public_note)
        private = merkle_log.parse_checkpoint(logged.audit_note)
    except WrongNote as error:
        yield _NO_NOTE.filled(name="log/checkpoint", why=str(error))
        return
    leaves: dict[int, Mapping[str, Any]] = {}
    for row in logged.proofs["leaves"]:
        if not _is_included(row, row["data"].encode(), public):
            yield _NOT_IN_LOG.filled(index=printable_text(row["index"]))
            return
        leaves[int(row["index"])] = merkle_log.parse_leaf(row["data"].encode()) or {}
    if keys:
        yield from _unsigned(logged, leaves, keys)
    if logged.vouched is not None and not _is_earlier(logged.vouched, logged.proofs["vouched"], public):
        yield _OTHER_VOUCHED
    yield from _unlogged_editions(article, editions, sign_offs, leaves)
    yield from _unlogged_entries(logged.proofs["entries"], entries, private)


def _is_included(row: Mapping[str, Any], data: bytes, checkpoint: Checkpoint) -> bool:
    proof = [bytes.fromhex(text) for text in row["proof"]]
    try:
        leaf = merkle_log.leaf_hash(data)
        merkle_log.check_inclusion(int(row["index"]), checkpoint.size, leaf, checkpoint.root, proof)
    except WrongProof:
        return False
    return True


def _is_earlier(vouched: Vouched, proof: Sequence[str], public: Checkpoint) -> bool:
    """Return True if the checkpoint that others have seen is an earlier state of this log, and the stamps belong to
    it.
    """
    try:
        earlier = vouched.checkpoint
        hashes = [bytes.fromhex(text) for text in proof]
        merkle_log.check_consistency(earlier.size, earlier.root, public.size, public.root, hashes)
    except (WrongNote, WrongProof):
        return False
    is_of_log = earlier.origin == public.origin
    return is_of_log and all(merkle_log.is_stamp_of(stamp, vouched.note) for stamp in vouched.stamps)


def _unsigned(
    logged: LoggedFacts, leaves: Mapping[int, Mapping[str, Any]], keys: Sequence[VerifierKey]
) -> Iterator[Problem]:
    ring = KeyRing(list(keys))
    for index in sorted(leaves):
        ring.follow(leaves[index])
    if not ring.has_signed(logged.public_note):
        yield _NOT_SIGNED.filled(name="log/checkpoint")
    if logged.vouched is not None and not ring.has_signed(logged.vouched.note):
        yield _NOT_SIGNED.filled(name="log/vouched")
    if not KeyRing([key.named(key.name + AUDIT_LOG.suffix) for key in ring.keys]).has_signed(logged.audit_note):
        yield _NOT_SIGNED.filled(name="log/audit_checkpoint")


def _unlogged_editions(
    article: int,
    editions: Mapping[int, Mapping[str, Any]],
    sign_offs: Mapping[int, Mapping[str, Any]],
    leaves: Mapping[int, Mapping[str, Any]],
) -> Iterator[Problem]:
    """Each edition has its leaf, and each leaf about an edition of the article has its edition."""
    published = {
        facts["edition"]: (index, facts)
        for index, facts in leaves.items()
        if facts.get("article") == article and facts.get("kind") in EDITION_KINDS
    }
    for number, edition in editions.items():
        name = f"editions/{number}.json"
        if number not in published:
            yield _EDITION_NOT_LOGGED.filled(name=name)
            continue
        index, facts = published.pop(number)
        here = {
            **{field: edition[field] for field in ("kind", "basis", "digest")},
            "at": publication_log.instant(edition["published_at"]),
            "signs": publication_log.sign_offs_digest(_readings(edition, sign_offs)),
        }
        for field, value in here.items():
            if facts[field] != value:
                yield _OTHER_FACTS_LOGGED.filled(name=name, what=WORDS[field], index=index)
    for number, (index, _facts) in published.items():
        yield _LOGGED_NOT_HERE.filled(number=printable_text(number), index=index)


def _readings(edition: Mapping[str, Any], sign_offs: Mapping[int, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The sign-offs of an edition, first reading first."""
    chain: list[Mapping[str, Any]] = []
    row = sign_offs.get(edition["sign_off"])
    while row is not None and row not in chain:
        chain.insert(0, row)
        row = sign_offs.get(row["previous"])
    return chain


def _unlogged_entries(
    proofs: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]], checkpoint: Checkpoint
) -> Iterator[Problem]:
    proved = {row["hash"] for row in proofs if _is_included(row, bytes.fromhex(row["hash"]), checkpoint)}
    missing = [entry for entry in entries if entry["hash"] not in proved]
    yield from (_ENTRY_NOT_LOGGED.filled(id=printable_text(entry["id"])) for entry in missing[:MOST_NAMED])


def no_checkpoint(name: str) -> Problem:
    """The problem of a pack without this checkpoint."""
    return _NO_CHECKPOINT.filled(name=name)
