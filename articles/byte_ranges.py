"""One byte range of a file (RFC 9110, 14.2): a phone that lost its connection asks for the rest, a player for the middle."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

# What is larger is read and sent in blocks, and keeps a thread of the server until its reader has taken it; what the server
# gets whole keeps none. Every rendition of a picture is smaller: slow phones must not stop the site for the others.
WHOLE = 2**20
BLOCK = 2**16
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies behind the end of the file: answered 416."""


def etag_of(facts: os.stat_result) -> str:
    """A strong ETag, the one that nginx gives the same file."""
    return f'"{int(facts.st_mtime):x}-{facts.st_size:x}"'


def requested_part(environ: Mapping[str, Any], etag: str, size: int) -> tuple[int, int] | None:
    """What part of a file a WSGI request is for, as `parse_range` says it; the whole one where the reader began with another."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("HTTP_IF_RANGE", etag) != etag:
        return None
    return parse_range(environ.get("HTTP_RANGE", ""), size)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
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


def file_chunks(file: IO[bytes], first: int, end: int) -> Iterable[bytes]:
    """The bytes of a file from `first` up to `end`: a list, or where they are many an iterator. The file is closed."""
    found = _blocks(file, first, end)
    return list(found) if end - first <= WHOLE else found


def _blocks(file: IO[bytes], first: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while first < end and (block := file.read(min(BLOCK, end - first))):
            first += len(block)
            yield block
