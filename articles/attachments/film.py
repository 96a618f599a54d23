"""Films (MP4): checks that browsers can play a file, and reads the size of its picture and its duration.

A file is a sequence of boxes, each with its length and a four-letter type; some contain boxes (ISO/IEC 14496-12).
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

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


class Slices(Protocol):
    """What the readers of boxes need of a file; bytes are that, too."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class FileSlices:
    """A file as bytes that are read in slices: a film is larger than the memory that inspecting it may take."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice, /) -> bytes:
        first, end, _step = part.indices(self.size)
        self.file.seek(first)
        return self.file.read(max(0, end - first))


def film_facts(data: Slices, name: str) -> FilmFacts:
    """Return the facts of a film. Raises RefusedFile if browsers cannot play it."""
    top = dict(boxes(data, 0, len(data)))
    if b"ftyp" not in top or b"moov" not in top or not {b"mdat", b"moof"} & set(top):
        raise RefusedFile(_NO_FILM, name)
    first, end = top[b"ftyp"]
    if not any(data[at : at + 4] in _BRANDS for at in (first, *range(first + 8, min(end, first + 200), 4))):
        raise RefusedFile(_NO_FILM, name)
    moov = top[b"moov"]
    pictures = tracks_of_kind(data, moov, b"vide")
    if not pictures:
        raise RefusedFile(_NO_FILM, name)
    if any(codec_of_track(data, track) not in _H264 for track in pictures):
        raise RefusedFile(_OTHER_CODEC, name)
    width, height = _display_size(data, pictures[0])
    if not (0 < width <= MAX_FILM_SIDE and 0 < height <= MAX_FILM_SIDE):
        raise RefusedFile(_NO_FILM, name)
    return FilmFacts(width, height, duration_seconds(data, moov))


def boxes(data: Slices, first: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
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


def nested_box(data: Slices, box: tuple[int, int], *letters: bytes) -> tuple[int, int] | None:
    """Return the box at the end of a path of box types, each inside the one before, or None."""
    here: tuple[int, int] | None = box
    for wanted in letters:
        here = next((found for kind, found in boxes(data, *here) if kind == wanted), None) if here else None
    return here


def tracks_of_kind(data: Slices, moov: tuple[int, int], handler: bytes) -> list[tuple[int, int]]:
    """Return the tracks of a kind: `vide` for pictures, `soun` for sound."""
    tracks = [track for kind, track in boxes(data, *moov) if kind == b"trak"]
    found = [(track, nested_box(data, track, b"mdia", b"hdlr")) for track in tracks]
    return [track for track, box in found if box and data[box[0] + 8 : box[0] + 12] == handler]


def codec_of_track(data: Slices, track: tuple[int, int]) -> bytes:
    """Return the four letters of a track's codec, or b""."""
    table = nested_box(data, track, b"mdia", b"minf", b"stbl", b"stsd")
    return data[table[0] + 12 : table[0] + 16] if table else b""


def _display_size(data: Slices, track: tuple[int, int]) -> tuple[int, int]:
    """Return width and height; a phone that is held upright records a matrix that rotates the picture."""
    header = nested_box(data, track, b"tkhd")
    if header is None or header[1] - header[0] < 44:
        return 0, 0
    end = header[1]
    width, height = (int.from_bytes(data[at : at + 2], "big") for at in (end - 8, end - 4))
    is_turned = data[end - 44 : end - 40] == bytes(4)
    return (height, width) if is_turned else (width, height)


def duration_seconds(data: Slices, moov: tuple[int, int]) -> int:
    """Return the duration in seconds, rounded up; 0 if the file does not say."""
    header = nested_box(data, moov, b"mvhd")
    if header is None:
        return 0
    first, wide = header[0], data[header[0] : header[0] + 1] == b"\1"
    at, length = (first + 20, 8) if wide else (first + 12, 4)
    scale, duration = (int.from_bytes(data[a : a + n], "big") for a, n in ((at, 4), (at + 4, length)))
    return min(-(-duration // scale), 10**6) if scale else 0
