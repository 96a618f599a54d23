"""Byte ranges of files: an interrupted download can be resumed."""

import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import attachments, byte_ranges
from tests.cast import upload


@given(st.integers(0, 40), st.integers(0, 50) | st.none(), st.integers(0, 50) | st.none())
def test_a_range_is_the_bytes_it_names(size, first, last):
    data = bytes(range(size))
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    try:
        found = byte_ranges.parse_range(header, size)
    except byte_ranges.Unsatisfiable:
        assert (first is not None and first >= size) or (first is None and (last == 0 or size == 0))
        return
    if first is None and last is None:
        assert found is None
    elif first is None:
        assert data[slice(*found)] == data[-last:]
    elif last is not None and last < first:
        assert found is None
    else:
        assert data[slice(*found)] == data[first : None if last is None else last + 1] != b""


@given(st.text(max_size=20))
def test_nonsense_for_a_range_is_the_whole_file(text):
    try:
        assert byte_ranges.parse_range(text, 10) is None or text.strip().startswith("bytes=")
    except byte_ranges.Unsatisfiable:
        assert text.strip().startswith("bytes=")


@pytest.mark.parametrize(
    ("size", "kind"), [(byte_ranges.MOST_SENT_WHOLE, list), (byte_ranges.MOST_SENT_WHOLE + 1, types.GeneratorType)]
)
def test_large_files_are_never_in_memory_and_small_ones_keep_no_thread(tmp_path, size, kind):
    (tmp_path / "file").write_bytes(bytes(size))
    file = (tmp_path / "file").open("rb")
    body = byte_ranges.file_chunks(file, 0, size)
    assert isinstance(body, kind)
    assert [len(block) <= byte_ranges.BLOCK_SIZE for block in body].count(True) == -(-size // byte_ranges.BLOCK_SIZE)
    assert file.closed


@pytest.mark.django_db
def test_an_interrupted_download_of_an_attachment_goes_on(client, cast):
    stored = attachments.store_attachment(upload(("霁川大桥今日合龙。\n" * 2**16).encode(), "报告.txt"), by=cast.writer)
    cast.publish_with(stored)
    data = stored.file.read()
    assert len(data) > byte_ranges.MOST_SENT_WHOLE
    path = f"/media/{stored.file.name}"
    whole = client.get(path)
    assert (whole.streaming, b"".join(whole)) == (True, data)
    for first in (0, 100, len(data) - 100):
        rest = client.get(path, headers={"range": f"Bytes={first}-", "if-range": whole["ETag"]})
        assert (rest.status_code, b"".join(rest)) == (206, data[first:])
        assert rest["Content-Range"] == f"bytes {first}-{len(data) - 1}/{len(data)}"
        assert rest["Content-Disposition"] == whole["Content-Disposition"]
    assert b"".join(client.get(path, headers={"range": "bytes=9-", "if-range": '"other"'})) == data
    assert client.head(path, headers={"range": "Bytes=9-"}).status_code == 200
    known = client.get(path, headers={"if-none-match": whole["ETag"]})
    assert (known.status_code, known["ETag"], known["Cache-Control"]) == (304, whole["ETag"], whole["Cache-Control"])
    behind_the_end = client.get(path, headers={"range": f"bytes={len(data)}-"})
    assert (behind_the_end.status_code, behind_the_end.has_header("Cache-Control")) == (416, False)
