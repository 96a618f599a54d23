"""Witnessing the log of somebody else: cosigning its checkpoint (C2SP tlog-cosignature) once it has grown from the
last.

A witness keeps one key and the last checkpoint of each log in its own folder.
"""

import hashlib
import os
import time
from pathlib import Path
from typing import NamedTuple

from .notes import (
    COSIGNATURE,
    Checkpoint,
    SignerKey,
    VerifierKey,
    make_signer,
    parse_checkpoint,
    parse_signer,
    signature_line,
    split_note,
)
from .remote_log import KeyRing, RemoteLog
from .tiles import hashes_from_tiles
from .tree import WrongProof, check_consistency, consistency_proof, root_hash

KEY_FILE = "key"


class Cosigned(NamedTuple):
    """A checkpoint with the witness's signature below that of the log, and the size that was cosigned before."""

    note: str
    size: int
    before: int


class Witness:
    """Whoever cosigns: a name, a key and a folder, which is made if it is missing. Raises OSError or WrongNote."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / KEY_FILE
        if not file.exists():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
                opened.write(f"{make_signer(name)}\n")
        self.signer: SignerKey = parse_signer(file.read_text(encoding="utf-8"))

    @property
    def verifier(self) -> VerifierKey:
        """The public half of the key, as a key for cosignatures."""
        return VerifierKey.of(self.signer.name, COSIGNATURE, self.signer.verifier.public)

    def cosign(self, log: RemoteLog, ring: KeyRing) -> Cosigned:
        """Cosign the checkpoint of a log and keep it. Raises LogUnreadable, WrongNote, OSError.

        Raises WrongProof for a log that does not extend what was cosigned before, or is not signed by its key.
        """
        if not ring.has_signed(log.note):
            raise WrongProof("the checkpoint is not signed by the key of the log")
        file = self._file(log.checkpoint.origin)
        kept = file.read_text(encoding="utf-8") if file.exists() else ""
        before = parse_checkpoint(kept) if kept else None
        # A new key signs together with the old one for a while, so what was cosigned before is signed by one of
        # today's.
        if kept and not ring.has_signed(kept):
            raise WrongProof("the log has another key than when it was cosigned before")
        size = log.checkpoint.size
        if before is not None and before.size > size:
            raise WrongProof(f"the log has {size} leaves, and had {before.size}: its end was cut off")
        _require_growth(log, before)
        note = log.note + self.keep_and_cosign(log.note)
        return Cosigned(note, size, before.size if before else 0)

    def last_checkpoint(self, origin: str) -> Checkpoint | None:
        """The checkpoint of the log with this name that was cosigned last. Raises OSError or WrongNote."""
        file = self._file(origin)
        return parse_checkpoint(file.read_text(encoding="utf-8")) if file.exists() else None

    def keep_and_cosign(self, note: str) -> str:
        """Keep a checkpoint that the caller has checked; return the line that cosigns it. Raises OSError."""
        text, _signatures = split_note(note)
        line = self._cosignature(text, int(time.time()))
        file = self._file(parse_checkpoint(note).origin)
        part = file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as opened:
            opened.write(note + line)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(part, file)
        return line

    def _file(self, origin: str) -> Path:
        return self.folder / hashlib.sha256(origin.encode()).hexdigest()

    def _cosignature(self, text: str, at: int) -> str:
        signature = self.signer.sign_bytes(cosigned_message(text, at))
        return signature_line(self.signer.name, self.verifier.id + at.to_bytes(8, "big") + signature)


def _require_growth(log: RemoteLog, before: Checkpoint | None) -> None:
    """Raise WrongProof unless the log's tiles have its root and prove that it begins with the older checkpoint.

    The older root made from the tiles would prove nothing: it needs hashes below those that the new root is made of,
    and the log could serve lower ones of its old leaves.
    """
    now = log.checkpoint
    hash_of = hashes_from_tiles(now.size, log.read_tile)
    if root_hash(now.size, hash_of) != now.root:
        raise WrongProof(f"the log does not begin with the {now.size} leaves of the checkpoint")
    if before is None:
        return
    try:
        check_consistency(
            before.size, before.root, now.size, now.root, consistency_proof(before.size, now.size, hash_of)
        )
    except WrongProof as error:
        raise WrongProof(f"the log does not begin with the {before.size} leaves of the checkpoint") from error


def cosigned_message(text: str, at: int) -> bytes:
    """What a cosignature of a note's text signs; `at` in seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned_at(note: str, key: VerifierKey) -> int | None:
    """When the witness with this key cosigned the note, in seconds since 1970; None if it did not. Raises WrongNote."""
    text, signatures = split_note(note)
    for name, raw in signatures:
        if name == key.name and raw[:4] == key.id and len(raw) == 76:
            at = int.from_bytes(raw[4:12], "big")
            if key.verifies(raw[12:], cosigned_message(text, at)):
                return at
    return None
