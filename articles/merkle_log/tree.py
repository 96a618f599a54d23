"""Merkle trees as in RFC 6962: hashing, inclusion proofs, consistency proofs. Nothing here knows what the leaves are.

A `HashOf` returns the hash of a complete subtree: (level, index) is that of the 2**level leaves from index * 2**level.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256

HASH_SIZE = 32  # bytes
EMPTY_ROOT = sha256().digest()

HashOf = Callable[[int, int], bytes]


class WrongProof(ValueError):
    """Raised for a proof that does not prove what it should."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf with this content."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node with these two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def subtree_hash(hashes: Iterable[bytes]) -> bytes:
    """The hash of a complete subtree, by the hashes one or more levels below it, whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def root_hash(size: int, hash_of: HashOf) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range_hash(0, size, hash_of) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """The proof that the leaf is in the tree of the first `size` leaves. Raises ValueError if it is not."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _path(index, 0, size, hash_of)


def consistency_proof(old: int, size: int, hash_of: HashOf) -> list[bytes]:
    """The proof that the tree of `size` leaves begins with that of `old` leaves. Raises ValueError if old > size."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves does not begin with one of {old}")
    return [] if old in (0, size) else _subproof(old, 0, size, hash_of, is_old_root=True)


def check_inclusion(index: int, size: int, leaf: bytes, root: bytes, proof: Iterable[bytes]) -> None:
    """Raise WrongProof unless the proof shows that `leaf` (a hash) is leaf `index` of the tree with this root."""
    if not 0 <= index < size:
        raise WrongProof(f"a tree of {size} leaves has no leaf {index}")
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise WrongProof("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise WrongProof("the leaf is not in the tree with this root")


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Iterable[bytes]) -> None:
    """Raise WrongProof unless the proof shows that the tree of `size` leaves begins with that of `old` leaves."""
    hashes = list(proof)
    if not 0 <= old <= size or (hashes and old in (0, size)) or (not hashes and 0 < old < size):
        raise WrongProof("the proof has the wrong length")
    if (old == size and old_root != root) or (old == 0 and old_root != EMPTY_ROOT):
        raise WrongProof("two trees of one size have different roots")
    if not hashes:
        return
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise WrongProof("the proof is too long")
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    if last or before != old_root or after != root:
        raise WrongProof("the tree does not begin with the older one")


def _range_hash(first: int, end: int, hash_of: HashOf) -> bytes:
    """The root of the leaves from `first` to before `end`; `first` is where a subtree of the whole tree begins."""
    count = end - first
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return hash_of(level, first >> level)
    middle = first + _left_size(count)
    return node_hash(_range_hash(first, middle, hash_of), _range_hash(middle, end, hash_of))


def _path(index: int, first: int, end: int, hash_of: HashOf) -> list[bytes]:
    if end - first == 1:
        return []
    middle = first + _left_size(end - first)
    if index < middle:
        return [*_path(index, first, middle, hash_of), _range_hash(middle, end, hash_of)]
    return [*_path(index, middle, end, hash_of), _range_hash(first, middle, hash_of)]


def _subproof(old: int, first: int, end: int, hash_of: HashOf, *, is_old_root: bool) -> list[bytes]:
    """`is_old_root`: the subtree is the whole old tree, whose root the verifier knows."""
    if old == end:
        return [] if is_old_root else [_range_hash(first, end, hash_of)]
    middle = first + _left_size(end - first)
    if old <= middle:
        return [*_subproof(old, first, middle, hash_of, is_old_root=is_old_root), _range_hash(middle, end, hash_of)]
    return [*_subproof(old, middle, end, hash_of, is_old_root=False), _range_hash(first, middle, hash_of)]


def _left_size(count: int) -> int:
    """The largest power of two below `count`: the leaves of the left subtree."""
    return 1 << (count - 1).bit_length() - 1
