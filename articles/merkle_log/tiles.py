"""The files of a log as in C2SP's tlog-tiles: which tiles there are, their addresses, and a tree that is read from
them.

tile/<level>/<number>[.p/<width>]     the hashes of up to 256 subtrees of 256**level leaves, 32 bytes each
tile/entries/<number>[.p/<width>]     the leaves of a tile of level 0, each after its length in two bytes
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .tree import HASH_SIZE, HashOf, subtree_hash

TILE_HEIGHT = 8
TILE_WIDTH = 2**TILE_HEIGHT
HIGHEST_LEVEL = 6
LONGEST_LEAF = 65_535  # bytes
ENTRIES = "entries"
_PATH = re.compile(r"tile/(entries|[0-6])/((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(NamedTuple):
    """A tile: of hashes, or of the leaves themselves; `width` hashes or leaves, 256 for a full one."""

    level: int
    number: int
    width: int
    has_entries: bool = False

    @property
    def path(self) -> str:
        """Its address below that of the log."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{ENTRIES if self.has_entries else self.level}/{'/'.join(groups)}{part}"


def parse_tile_path(path: str) -> Tile | None:
    """The inverse of `Tile.path`; None for any other path or spelling."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    number = int(found[2].replace("x", "").replace("/", ""))
    level = 0 if found[1] == ENTRIES else int(found[1])
    tile = Tile(level, number, int(found[3] or TILE_WIDTH), found[1] == ENTRIES)
    return tile if tile.path == path else None


def tile_width(level: int, number: int, size: int) -> int:
    """How wide the tile is in the tree of `size` leaves; 0 if there is none."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - number * TILE_WIDTH))


def changed_tiles(old: int, size: int) -> Iterator[Tile]:
    """Yield the tiles that a log has after growing from `old` to `size` leaves and did not have before."""
    for level in range(HIGHEST_LEVEL + 1):
        before, now = old >> TILE_HEIGHT * level, size >> TILE_HEIGHT * level
        if before == now:
            return
        for number in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
            width = tile_width(level, number, size)
            yield Tile(level, number, width)
            if level == 0:
                yield Tile(0, number, width, has_entries=True)


def outdated_tiles(index: int) -> Iterator[Tile]:
    """Yield the narrow tiles that a log need not offer any more after its leaf `index`.

    One of each kind for each leaf, so every leaf costs the same: those of the tile before, which is full.
    """
    for level in range(HIGHEST_LEVEL + 1):
        place, rest = divmod(index, TILE_WIDTH**level)
        number, width = divmod(place, TILE_WIDTH)
        if rest or not number:
            return
        if width:
            yield Tile(level, number - 1, width)
            if level == 0:
                yield Tile(0, number - 1, width, has_entries=True)


def pack_entries(leaves: Iterable[bytes]) -> bytes:
    """The content of a tile of leaves."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unpack_entries(body: bytes) -> list[bytes]:
    """The leaves of a tile. Raises ValueError if it is cut off."""
    leaves = []
    place = 0
    while place < len(body):
        end = place + 2 + int.from_bytes(body[place : place + 2], "big")
        if end > len(body):
            raise ValueError("a tile of leaves is cut off")
        leaves.append(body[place + 2 : end])
        place = end
    return leaves


def hashes_from_tiles(size: int, read_tile: Callable[[Tile], bytes]) -> HashOf:
    """Return the hashes of the tree of `size` leaves, read from its tiles, each at most once."""
    kept: dict[tuple[int, int], bytes] = {}

    def hash_of(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, TILE_HEIGHT)
        number, place = divmod(index << above, TILE_WIDTH)
        if (tile_level, number) not in kept:
            tile = Tile(tile_level, number, tile_width(tile_level, number, size))
            body = read_tile(tile)
            if len(body) != tile.width * HASH_SIZE:
                raise ValueError(f"{tile.path} does not have {tile.width} hashes")
            kept[tile_level, number] = body
        body = kept[tile_level, number]
        return subtree_hash(body[at * HASH_SIZE : (at + 1) * HASH_SIZE] for at in range(place, place + 2**above))

    return hash_of
