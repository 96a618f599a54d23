"""The label of AI-made content in films and recordings, of which only the parts that hold metadata are read."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db.models import Q

from ..ai_labels import MAX_LABEL_LENGTH, AiLabel, find_ai_label, texts_in_utf16
from ..models import Attachment
from ..uploads import SOUNDS
from .film import EXTENSION, FileSlices, Slices, boxes

LONGEST_PIECE = 2**20  # bytes, of metadata in one place
MOST_PIECES = 20
# Boxes of MP4 with metadata: tags, XMP and C2PA manifests (uuid), and whatever precedes the tracks.
_METADATA = (b"uuid", b"meta", b"udta")


def played_file_label(data: Slices) -> AiLabel:
    """Return the label of a film or a recording; an empty one for a file without. Never raises for its content."""
    pieces = [data[start : min(end, start + LONGEST_PIECE)] for start, end in _metadata_places(data)]
    return find_ai_label(
        [*pieces, *(text for piece in pieces for text in (*texts_in_utf16(piece), *_named_tag(piece)))]
    )


def read_stored_labels(most: int, *, after: int) -> list[tuple[Attachment, AiLabel]]:
    """Read the next films and recordings without a label whose number is above `after`, and keep what they say.

    Returns them with the label, [] if none is left. Idempotent. Texts pick it up when they are next saved: what
    was signed stays as it is.
    """
    played = Q()
    for extension in (EXTENSION, *SOUNDS):
        played |= Q(file__endswith=f".{extension}")
    found = []
    for attachment in Attachment.objects.filter(played, pk__gt=after, ai_label="").order_by("pk")[:most]:
        try:
            with default_storage.open(attachment.file.name) as file:
                label = played_file_label(FileSlices(cast("BinaryIO", file)))
        except FileNotFoundError:
            label = AiLabel()
        facts = {"ai_label": str(label), "content_credentials": label.unjudged}
        Attachment.objects.filter(pk=attachment.pk).update(**facts)
        found.append((attachment, label))
    return found


def _named_tag(piece: bytes) -> Iterator[bytes]:
    """Yield the value of the tag AIGC of an MP4 that lists the names of all tags before their values."""
    value = piece.find(b'{"Label"', piece.find(b"AIGC"))
    if b"mdtaAIGC" in piece and value >= 0:
        yield b"AIGC" + piece[value : value + MAX_LABEL_LENGTH]


def _metadata_places(data: Slices) -> list[tuple[int, int]]:
    """Return the (start, end) of each metadata block: MP4 boxes, otherwise the bytes before and after the sound."""
    if data[4:8] == b"ftyp":
        return list(dict.fromkeys(_boxes_of_metadata(data)))[:MOST_PIECES]
    size = len(data)
    return [(0, size), (max(size - LONGEST_PIECE, 0), size)]


def _boxes_of_metadata(data: Slices) -> Iterator[tuple[int, int]]:
    for kind, place in boxes(data, 0, len(data)):
        if kind in _METADATA:
            yield place
        elif kind == b"moov":
            for inner, inside in boxes(data, *place):
                if inner in _METADATA:
                    yield inside
                elif inner == b"trak":
                    yield from (within for name, within in boxes(data, *inside) if name in _METADATA)
