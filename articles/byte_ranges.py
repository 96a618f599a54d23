"""Single byte ranges of a file (RFC 9110, 14.2), for resumed downloads and for seeking in films."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

# Larger responses are streamed in blocks and occupy a server thread until the client has received them; smaller ones
# are passed to the server whole. Every rendition of a picture is smaller: slow clients do not exhaust the threads.
MOST_SENT_WHOLE = 2**20
BLOCK_SIZE = 2**16
RANGE_HEADER = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range starts after the end of the file; the response is 416."""


def etag_of(facts: os.stat_result) -> str:
    """Return a strong ETag, identical to the one nginx gives the file."""
    return f'"{int(facts.st_mtime):x}-{facts.st_size:x}"'


def requested_part(environ: Mapping[str, Any], etag: str, size: int) -> tuple[int, int] | None:
    """Return the range a WSGI request asks for, as `parse_range` does; None if `If-Range` names another ETag."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("HTTP_IF_RANGE", etag) != etag:
        return None
    return parse_range(environ.get("HTTP_RANGE", ""), size)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Parse a Range header for a file of `size` bytes; returns (first byte, last byte + 1).

    Returns None if the whole file is to be sent: no header, several ranges, or an invalid one. Raises Unsatisfiable.
    """
    found = RANGE_HEADER.fullmatch(header.strip())
    if not found or found[0].endswith("=-"):
        return None
    if not found[1]:  # a suffix range: the last n bytes
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
    """Return bytes `first` to `end` - 1 of a file in chunks: a list, or an iterator if longer. Closes the file."""
    found = _blocks(file, first, end)
    return list(found) if end - first <= MOST_SENT_WHOLE else found


def _blocks(file: IO[bytes], first: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while first < end and (block := file.read(min(BLOCK_SIZE, end - first))):
            first += len(block)
            yield block
