"""One byte range of a file (RFC 9110, 14.2): a phone that lost its connection asks for the rest, a player for the middle."""

import re
from collections.abc import Iterator
from typing import IO

BLOCK = 2**18
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """The range lies behind the end of the file: answered 416."""


def asked_for(header: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last of what a Range header asks for, of a file of `size` bytes.

    None where the whole file is to be sent: no header, several ranges, or nothing that can be read. Raises Unsatisfiable.
    """
    found = RANGE.fullmatch(header.strip())
    if not found or found[0].endswith("=-"):
        return None
    if not found[1]:  # so many bytes at the end
        length = int(found[2])
        if not length or not size:
            raise Unsatisfiable
        return max(0, size - length), size
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, last + 1


def blocks(file: IO[bytes], first: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from `first` up to `end`, some at a time; the file is closed after them."""
    with file:
        file.seek(first)
        while first < end and (block := file.read(min(BLOCK, end - first))):
            first += len(block)
            yield block
