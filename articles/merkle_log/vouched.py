"""Checkpoints of the public log for which others have vouched: with cosignatures of witnesses, and time stamps.

A folder has `<size>.checkpoint`, the signed note with the cosignatures, and `<size>.<number>.tsr`, the stamps of it.
"""

import re
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from .notes import Checkpoint, WrongNote, parse_checkpoint, split_note

MOST_STAMPS = 20
LARGEST_FILE = 100_000  # bytes
_NAME = re.compile(r"([0-9]{1,16})\.checkpoint")


class Vouched(NamedTuple):
    """A checkpoint that others have seen: its note, and its time stamps."""

    note: str
    stamps: list[bytes]

    @property
    def checkpoint(self) -> Checkpoint:
        """What it commits to."""
        return parse_checkpoint(self.note)


def vouched_folder() -> Path:
    """The folder in which `stamp_log` keeps checkpoints and stamps, and into which those of witnesses are put."""
    return settings.DATA_DIR / "checkpoints"


def newest_vouched(size: int) -> Vouched | None:
    """The newest checkpoint of at most `size` leaves for which somebody vouches; None without one.

    Files that are not checkpoints, or not stamped or cosigned by anybody, are skipped.
    """
    folder = vouched_folder()
    sizes = {int(found[1]) for file in folder.glob("*.checkpoint") if (found := _NAME.fullmatch(file.name))}
    for each in sorted((found for found in sizes if found <= size), reverse=True):
        vouched = _read_vouched(folder, each)
        if vouched is not None:
            return vouched
    return None


def keep_checkpoint(note: str, folder: Path) -> int:
    """Write a checkpoint into the folder, unless the same is there, perhaps with cosignatures; return its size."""
    checkpoint = parse_checkpoint(note)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{checkpoint.size}.checkpoint"
    try:
        is_there = parse_checkpoint(file.read_text(encoding="utf-8")) == checkpoint
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        file.write_text(note, encoding="utf-8")
    return checkpoint.size


def _read_vouched(folder: Path, size: int) -> Vouched | None:
    try:
        note = (folder / f"{size}.checkpoint").read_text(encoding="utf-8")
        stamps = [file.read_bytes() for file in sorted(folder.glob(f"{size}.*.tsr"))[:MOST_STAMPS]]
        _text, signatures = split_note(note)
        is_right = parse_checkpoint(note).size == size and all(len(stamp) <= LARGEST_FILE for stamp in stamps)
    except (OSError, UnicodeDecodeError, WrongNote):
        return None
    is_cosigned = any(len(raw) == 76 for _name, raw in signatures)
    return Vouched(note, stamps) if is_right and (stamps or is_cosigned) else None
