"""Checkpoints on paper: a signed note as capitals and digits, which a QR code holds in few modules.

`<size>-<root>-<signature>`, the last two in base32 without padding; the signature with the id of its key. The names of
log and key are the origin, which the reader of the code knows from the log. Ed25519 signatures of one text are equal,
so the note reconstructed from a code is the printed one.
"""

import base64
import re
from pathlib import Path

from .notes import Checkpoint, WrongNote, parse_checkpoint, signature_line, split_note

_CODE = re.compile(r"(?:^|/)(0|[1-9][0-9]{0,15})-([A-Z2-7]{52})-([A-Z2-7]{109})\s*$", re.IGNORECASE)


def printed_code(note: str) -> str:
    """Return the code of a note, with its first signature. Raises WrongNote."""
    checkpoint = parse_checkpoint(note)
    name, signature = split_note(note)[1][0]
    if name != checkpoint.origin or len(signature) != 68:
        raise WrongNote("its first signature is not that of the log")
    return f"{checkpoint.size}-{_to_base32(checkpoint.root)}-{_to_base32(signature)}"


def read_kept(text: str, origin: str) -> str:
    """Return the note of a checkpoint that was kept: `text` is the note, or a code or an address that ends with one.

    Of a code the log with this origin is assumed, whose key then has to have signed it.
    """
    found = _CODE.search(text)
    if "\n\n" in text or not found:
        return text
    checkpoint = Checkpoint(origin, int(found[1]), _from_base32(found[2]))
    return f"{checkpoint.text}\n{signature_line(origin, _from_base32(found[3]))}"


def kept_text(given: str) -> str:
    """What was given on a command line: a code or an address as it is, else that file's content. Raises OSError."""
    if "://" in given or _CODE.search(given):
        return given
    return Path(given).read_text(encoding="utf-8")


def _to_base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _from_base32(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
