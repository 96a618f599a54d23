"""Reading a log over HTTP as a stranger does: every leaf, every tile, every signature; nothing is believed.

Memory does not grow with the log.
"""

from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from ..outside_json import parse_outside_json
from .notes import Checkpoint, VerifierKey, WrongNote, is_signed_by, parse_checkpoint, parse_verifier
from .tiles import TILE_WIDTH, Tile, tile_width, unpack_entries
from .tree import EMPTY_ROOT, WrongProof, leaf_hash, node_hash

TIMEOUT = 20  # seconds
LARGEST_ANSWER = 2**24 + 2**10  # bytes: a full tile of the longest leaves

Read = Callable[[str], bytes | None]


class LogUnreadable(OSError):
    """Raised when the log does not answer, or answers something else."""


class ReadLeaf(NamedTuple):
    """A leaf: its number and its content, parsed; None if it is not a JSON object."""

    number: int
    facts: dict[str, object] | None


def read_address(address: str) -> bytes | None:
    """Return what is at an address (http or https), None for 404 and 410. Raises LogUnreadable."""
    if not address.startswith(("http://", "https://")):
        raise LogUnreadable(f"{address}: the address must begin with https:// or http://")
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310 (its scheme is checked above)
            body: bytes = answer.read(LARGEST_ANSWER + 1)
    except HTTPError as error:
        if error.code in (404, 410):
            return None
        raise LogUnreadable(f"{address}: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise LogUnreadable(f"{address}: {error}") from error
    if len(body) > LARGEST_ANSWER:
        raise LogUnreadable(f"{address}: the answer is too large")
    return body


class RemoteLog:
    """A log that is read from its files; `read` returns the body at a path below the log, or None."""

    def __init__(self, read: Read) -> None:
        self.read = read
        note = self._need("checkpoint").decode(errors="replace")
        try:
            self.note, self.checkpoint = note, parse_checkpoint(note)
        except WrongNote as error:
            raise LogUnreadable(f"checkpoint: {error}") from error

    @classmethod
    def at(cls, address: str) -> "RemoteLog":
        """The log at an address. Raises LogUnreadable."""
        return cls(lambda path: read_address(f"{address.rstrip('/')}/{path}"))

    def keys(self) -> list[VerifierKey]:
        """The keys that the log itself names. Raises LogUnreadable."""
        try:
            return [parse_verifier(line) for line in self._need("key").decode(errors="replace").splitlines()]
        except WrongNote as error:
            raise LogUnreadable(f"key: {error}") from error

    def walk(self, old: Checkpoint | None = None) -> Iterator[ReadLeaf]:
        """Yield every leaf; at the end, compare the root, and that of an older checkpoint, with what was read.

        Raises LogUnreadable; WrongProof where a tile is not the hashes of its leaves, or a root not that of the leaves.
        """
        roots = RootAtEnd()
        size = self.checkpoint.size
        if old is not None and (old.origin != self.checkpoint.origin or old.size > size):
            raise WrongProof(f"the log has {size} leaves, the older checkpoint {old.size}: its end was cut off")
        _compare_root(roots, old)
        for number in range(-(-size // TILE_WIDTH)):
            for data in self._checked_leaves(number, tile_width(0, number, size)):
                number_of_leaf = roots.size
                roots.add(leaf_hash(data))
                _compare_root(roots, old)
                yield ReadLeaf(number_of_leaf, parse_leaf(data))
        _compare_root(roots, self.checkpoint)

    def has_grown(self) -> bool:
        """Return True if the log has another checkpoint now. Raises LogUnreadable."""
        return self._need("checkpoint").decode(errors="replace") != self.note

    def _checked_leaves(self, number: int, width: int) -> list[bytes]:
        leaves = unpack_entries(self.read_tile(Tile(0, number, width, has_entries=True)))[:width]
        if len(leaves) != width:
            raise WrongProof(f"leaves are missing after {number * TILE_WIDTH + len(leaves)}")
        hashes = self.read_tile(Tile(0, number, width))
        if b"".join(map(leaf_hash, leaves)) != hashes[: width * 32]:
            raise WrongProof(f"tile {number} is not that of its leaves")
        return leaves

    def read_tile(self, tile: Tile) -> bytes:
        """A narrow tile may have been replaced by the full one since the checkpoint was read."""
        body = self.read(tile.path)
        return body if body is not None else self._need(tile._replace(width=TILE_WIDTH).path)

    def _need(self, path: str) -> bytes:
        body = self.read(path)
        if body is None:
            raise LogUnreadable(f"{path} is missing")
        return body


class RootAtEnd:
    """The root of a growing tree, of which only the complete subtrees at its right edge are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []  # largest subtree first

    def add(self, leaf: bytes) -> None:
        """Append a leaf's hash."""
        self._edge.append(leaf)
        self.size += 1
        complete = self.size
        while complete % 2 == 0:
            right = self._edge.pop()
            self._edge[-1] = node_hash(self._edge[-1], right)
            complete //= 2

    @property
    def root(self) -> bytes:
        """The root now."""
        if not self._edge:
            return EMPTY_ROOT
        found = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            found = node_hash(left, found)
        return found


class KeyRing:
    """The keys that somebody trusts: those they knew, and those that the log's own leaves lead to."""

    def __init__(self, known: list[VerifierKey]) -> None:
        self.keys = list(known)

    def follow(self, facts: Mapping[str, object]) -> None:
        """Trust the key of a leaf that a trusted key has signed."""
        new, signed = facts.get("key"), facts.get("signed")
        if facts.get("kind") != "key" or not isinstance(new, str) or not isinstance(signed, str):
            return
        try:
            if any(is_signed_by(f"{new}\n\n{signed}", key) for key in self.keys):
                self.keys.append(parse_verifier(new))
        except WrongNote:
            return

    def has_signed(self, note: str) -> bool:
        """Return True if a trusted key has signed the note. Raises WrongNote if it is not a note."""
        return any(is_signed_by(note, key) for key in self.keys)


def _compare_root(roots: RootAtEnd, wanted: Checkpoint | None) -> None:
    if wanted is not None and roots.size == wanted.size and roots.root != wanted.root:
        raise WrongProof(f"the first {wanted.size} leaves are not those of the checkpoint of {wanted.size}")


def parse_leaf(data: bytes) -> dict[str, object] | None:
    """The facts of a leaf; None if it is not a JSON object."""
    try:
        facts = parse_outside_json(data)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None
