"""Sound (MP3, M4A, WAV): checks that browsers can play a file, and reads its duration."""

import struct
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from tinytag import TinyTag, TinyTagException

from ..refusals import Problem
from ..uploads import RefusedFile
from .film import FileSlices, Slices, boxes, codec_of_track, duration_seconds, tracks_of_kind

_BRANDS = (b"M4A ", b"M4B ")
_AAC = b"mp4a"
# Codecs of WAV that browsers play, by their number: whole numbers, fractions, and those two in a longer header.
_WAVE_CODECS = (1, 3, 0xFFFE)
MAX_CHUNKS = 1000  # in front of the sound; no recording has more
LONGEST = 10**6  # seconds

_NO_SOUND = Problem(
    "attachments.no_sound",
    _("%(file)s is not a recording that browsers can play; export it as MP3, M4A (AAC) or WAV (PCM) and upload that."),
)


class SoundFacts(NamedTuple):
    """The duration in seconds, rounded up."""

    seconds: int


def is_sound_alone(data: Slices) -> bool:
    """Return True if a file of boxes (MP4) has sound and no pictures."""
    top = dict(boxes(data, 0, len(data)))
    if b"moov" not in top or tracks_of_kind(data, top[b"moov"], b"vide"):
        return False
    return data[8:12] in _BRANDS or _has_aac(data, top[b"moov"])


def _has_aac(data: Slices, moov: tuple[int, int]) -> bool:
    codecs = {codec_of_track(data, track) for track in tracks_of_kind(data, moov, b"soun")}
    return codecs == {_AAC}


def m4a_facts(data: Slices, name: str) -> SoundFacts:
    """Return the facts of a file of boxes with sound alone. Raises RefusedFile."""
    moov = dict(boxes(data, 0, len(data)))[b"moov"]
    if not _has_aac(data, moov):
        raise RefusedFile(_NO_SOUND, name)
    return SoundFacts(duration_seconds(data, moov))


def wave_facts(data: Slices, name: str) -> SoundFacts:
    """Return the facts of a WAV file. Raises RefusedFile."""
    rate, at = 0, 12
    for _chunk in range(MAX_CHUNKS):
        head = data[at : at + 24]
        if len(head) < 8:
            break
        letters, length = head[:4], int.from_bytes(head[4:8], "little")
        if letters == b"fmt " and len(head) == 24:
            codec, _channels, _samples, rate = struct.unpack("<HHII", head[8:20])
            if codec not in _WAVE_CODECS:
                break
        if letters == b"data" and rate:
            # A recorder that was switched off has not written how long it is.
            return SoundFacts(min(-(-min(length, len(data) - at - 8) // rate), LONGEST))
        at += 8 + length + length % 2
    raise RefusedFile(_NO_SOUND, name)


def mp3_facts(data: FileSlices, name: str) -> SoundFacts:
    """Return the facts of an MP3. Raises RefusedFile."""
    data.file.seek(0)
    try:
        seconds = TinyTag.get("x.mp3", file_obj=data.file, tags=False).duration
    except (TinyTagException, struct.error, ValueError, LookupError, TypeError, ZeroDivisionError) as error:
        raise RefusedFile(_NO_SOUND, name) from error
    if not seconds or not seconds > 0:
        raise RefusedFile(_NO_SOUND, name)
    return SoundFacts(min(-int(-seconds // 1), LONGEST))
