"""Films (MP4): checks that browsers can play a file, and reads the size of its picture and its duration.

A file is a sequence of boxes, each with its length and a four-letter type; some contain boxes (ISO/IEC 14496-12).
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from ..refusals import Problem
from ..uploads import RefusedFile

EXTENSION = "mp4"
_BRANDS = (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash")
_H264 = (b"avc1", b"avc3")
MAX_BOXES = 10_000  # in one place; no film has more
MAX_FILM_SIDE = 8192  # pixels

_NO_FILM = Problem(
    "attachments.no_film",
    _("%(file)s is not a film that browsers can play (MP4); export it as MP4 with H.264 and upload that."),
)
_OTHER_CODEC = Problem(
    "attachments.other_codec",
    _(
        "%(file)s was recorded in a form that many phones and computers cannot show (H.265 or another); "
        "on the phone choose “most compatible” for the camera, or export it as MP4 with H.264."
    ),
)


class FilmFacts(NamedTuple):
    """Width and height as displayed, in pixels; duration in seconds, rounded up."""

    width: int
    height: int
    seconds: int


def film_facts(data: bytes, name: str) -> FilmFacts:
    """Return the facts of a film. Raises RefusedFile if browsers cannot play it."""
    top = dict(_boxes(data, 0, len(data)))
    if b"ftyp" not in top or b"moov" not in top or not {b"mdat", b"moof"} & set(top):
        raise RefusedFile(_NO_FILM, name)
    first, end = top[b"ftyp"]
    if not any(data[at : at + 4] in _BRANDS for at in (first, *range(first + 8, min(end, first + 200), 4))):
        raise RefusedFile(_NO_FILM, name)
    moov = top[b"moov"]
    pictures = [track for kind, track in _boxes(data, *moov) if kind == b"trak" and _is_video_track(data, track)]
    if not pictures:
        raise RefusedFile(_NO_FILM, name)
    if any(_codec_of_track(data, track) not in _H264 for track in pictures):
        raise RefusedFile(_OTHER_CODEC, name)
    width, height = _display_size(data, pictures[0])
    if not (0 < width <= MAX_FILM_SIDE and 0 < height <= MAX_FILM_SIDE):
        raise RefusedFile(_NO_FILM, name)
    return FilmFacts(width, height, _duration(data, moov))


def _boxes(data: bytes, first: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield the type and the content, as (start, end), of each box between two offsets, up to the first invalid one."""
    for _count in range(MAX_BOXES):
        length, letters, head = int.from_bytes(data[first : first + 4], "big"), data[first + 4 : first + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[first + 8 : first + 16], "big"), 16
        elif length == 0:  # to the end
            length = end - first
        if length < head or first + length > end:
            return
        yield letters, (first + head, first + length)
        first += length


def _nested_box(data: bytes, box: tuple[int, int], *letters: bytes) -> tuple[int, int] | None:
    """Return the box at the end of a path of box types, each inside the one before, or None."""
    here: tuple[int, int] | None = box
    for wanted in letters:
        here = next((found for kind, found in _boxes(data, *here) if kind == wanted), None) if here else None
    return here


def _is_video_track(data: bytes, track: tuple[int, int]) -> bool:
    handler = _nested_box(data, track, b"mdia", b"hdlr")
    return handler is not None and data[handler[0] + 8 : handler[0] + 12] == b"vide"


def _codec_of_track(data: bytes, track: tuple[int, int]) -> bytes:
    table = _nested_box(data, track, b"mdia", b"minf", b"stbl", b"stsd")
    return data[table[0] + 12 : table[0] + 16] if table else b""


def _display_size(data: bytes, track: tuple[int, int]) -> tuple[int, int]:
    """Return width and height; a phone that is held upright records a matrix that rotates the picture."""
    header = _nested_box(data, track, b"tkhd")
    if header is None or header[1] - header[0] < 44:
        return 0, 0
    end = header[1]
    width, height = (int.from_bytes(data[at : at + 2], "big") for at in (end - 8, end - 4))
    is_turned = data[end - 44 : end - 40] == bytes(4)
    return (height, width) if is_turned else (width, height)


def _duration(data: bytes, moov: tuple[int, int]) -> int:
    header = _nested_box(data, moov, b"mvhd")
    if header is None:
        return 0
    first, wide = header[0], data[header[0] : header[0] + 1] == b"\1"
    at, length = (first + 20, 8) if wide else (first + 12, 4)
    scale, duration = (int.from_bytes(data[a : a + n], "big") for a, n in ((at, 4), (at + 4, length)))
    return min(-(-duration // scale), 10**6) if scale else 0
