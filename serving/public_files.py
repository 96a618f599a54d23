"""Answers requests for public files (uploaded pictures and films) from the disk, whole or in part."""

import os
from collections.abc import Iterable
from typing import BinaryIO
from wsgiref.types import StartResponse, WSGIEnvironment

from django.utils.http import http_date

from articles import byte_ranges
from articles.byte_ranges import etag_of
from articles.file_responses import STORAGE_NAME
from articles.uploads import CONTENT_TYPES, PLAYED

from .negotiation import HeaderList, is_fresh


def answer_public_file(
    folder: str, headers: HeaderList, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes] | None:
    """Send the file of an address below /media/ from the folder of public files; None if it is not for readers."""
    path = environ["PATH_INFO"]
    found = STORAGE_NAME.fullmatch(path.removeprefix("/media/"))
    kind = found[3] if found else ""
    if not found or kind not in CONTENT_TYPES or (found[1] == "attachments" and kind not in PLAYED):
        return None
    try:
        file = open(f"{folder}{path}", "rb")  # noqa: SIM115 (closed after it was sent)
    except OSError:
        return None
    facts = os.fstat(file.fileno())
    etag = etag_of(facts)
    common = [("ETag", etag), ("Last-Modified", http_date(facts.st_mtime)), *headers]
    if is_fresh(environ, etag, int(facts.st_mtime)):
        file.close()
        start_response("304 Not Modified", common)
        return []
    return _send_file(file, facts, [("Content-Type", CONTENT_TYPES[kind]), *common], environ, start_response)


def _send_file(
    file: BinaryIO, facts: os.stat_result, headers: HeaderList, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Send an open file, whole or the requested byte range; it is closed afterwards."""
    size = facts.st_size
    try:
        part = byte_ranges.requested_part(environ, etag_of(facts), size)
    except byte_ranges.Unsatisfiable:
        file.close()
        start_response("416 Range Not Satisfiable", [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")])
        return []
    first, end = part or (0, size)
    if part:
        headers = [*headers, ("Content-Range", f"bytes {first}-{end - 1}/{size}")]
    start_response("206 Partial Content" if part else "200 OK", [*headers, ("Content-Length", str(end - first))])
    return byte_ranges.file_chunks(file, first, first if environ["REQUEST_METHOD"] == "HEAD" else end)
