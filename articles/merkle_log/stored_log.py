"""The logs in the database: appending leaves, and the tree of them.

The caller that appends holds the audit-chain lock, so leaves have consecutive numbers
(docs/decisions/lock_ordering.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..models import AuditEntry, AuditLeaf, Edition, LogLeaf, LogNode
from .keys import read_log_keys
from .notes import Checkpoint
from .tiles import HIGHEST_LEVEL, LONGEST_LEAF, TILE_WIDTH, Tile, hashes_from_tiles, pack_entries, tile_width
from .tree import HashOf, leaf_hash, root_hash, subtree_hash


@dataclass(frozen=True)
class StoredLog:
    """A log: its name in the database, its leaves, and what is added to the address and the name of the public one."""

    name: str
    leaves: type[LogLeaf] | type[AuditLeaf]
    suffix: str

    def size(self) -> int:
        """The number of leaves."""
        last = self._rows().order_by("-index").values_list("index", flat=True).first()
        return 0 if last is None else last + 1

    def append(self, rows: Sequence[LogLeaf | AuditLeaf]) -> int:
        """Append leaves that have no number yet; return the number of the first."""
        first = self.size()
        for index, row in enumerate(rows, start=first):
            row.index = index
        self._rows().bulk_create(rows, 500)
        self._add_nodes(first, first + len(rows))
        return first

    def tile_body(self, tile: Tile) -> bytes | None:
        """The content of a tile; None if the log is too small for it, has no such tile, or offers the full one."""
        width = tile_width(tile.level, tile.number, self.size())
        if tile.width > width or tile.width < TILE_WIDTH == width or (tile.has_entries and self.leaves is AuditLeaf):
            return None
        return self._read_tile(tile)

    def hashes(self, size: int) -> HashOf:
        """The hashes of the tree of the first `size` leaves, for proofs."""
        return hashes_from_tiles(size, self._read_tile)

    def checkpoint(self, origin: str) -> Checkpoint:
        """What the log commits to now."""
        size = self.size()
        return Checkpoint(origin, size, root_hash(size, self.hashes(size)))

    def signed_checkpoint(self) -> str | None:
        """The checkpoint of now, signed by the keys in the file; None without keys. Raises LogKeyAway or WrongNote."""
        signers = [key.named(key.name + self.suffix) for key in read_log_keys()]
        if not signers:
            return None
        text = self.checkpoint(signers[0].name).text
        return text + "\n" + "".join(key.sign(text) for key in signers)

    def _add_nodes(self, old: int, size: int) -> None:
        """Store the hashes of the subtrees that the leaves from `old` to `size` have completed, lowest level first."""
        for level in range(1, HIGHEST_LEVEL + 1):
            numbers = range(old // TILE_WIDTH**level, size // TILE_WIDTH**level)
            if not numbers:
                return
            below = [self._hashes(level - 1, number * TILE_WIDTH, TILE_WIDTH) for number in numbers]
            LogNode.objects.bulk_create(
                LogNode(log=self.name, level=level, number=number, hash=subtree_hash(hashes).hex())
                for number, hashes in zip(numbers, below, strict=True)
            )

    def _hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """The hashes of `count` complete subtrees of 256**level leaves."""
        place = (first, first + count - 1)
        nodes = LogNode.objects.filter(log=self.name, level=level, number__range=place).order_by("number")
        rows = nodes if level else self._rows().filter(index__range=place).order_by("index")
        return [bytes.fromhex(text) for text in rows.values_list("hash", flat=True)]

    def _read_tile(self, tile: Tile) -> bytes:
        first = tile.number * TILE_WIDTH
        if tile.has_entries:
            rows = LogLeaf.objects.filter(index__range=(first, first + tile.width - 1)).order_by("index")
            return pack_entries(data.encode() for data in rows.values_list("data", flat=True))
        return b"".join(self._hashes(tile.level, first, tile.width))

    def _rows(self) -> Any:
        return self.leaves._default_manager.all()


PUBLIC_LOG = StoredLog("public", LogLeaf, "")
AUDIT_LOG = StoredLog("audit", AuditLeaf, "/audit")
LOGS = (PUBLIC_LOG, AUDIT_LOG)


def new_log_leaf(data: str, edition: Edition | None = None) -> LogLeaf:
    """A leaf of the public log, without its number. Raises ValueError if it is too long for a tile."""
    content = data.encode()
    if len(content) > LONGEST_LEAF:
        raise ValueError(f"a leaf of {len(content)} bytes is too long")
    return LogLeaf(data=data, hash=leaf_hash(content).hex(), edition=edition)


def new_audit_leaf(entry: AuditEntry) -> AuditLeaf:
    """A leaf of the audit's log, without its number."""
    return AuditLeaf(entry=entry, hash=leaf_hash(bytes.fromhex(entry.hash)).hex())
