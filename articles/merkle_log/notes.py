"""Signed notes and checkpoints as in C2SP's signed-note and tlog-checkpoint, with Ed25519 keys.

A verifier key, which anybody may have, is `name+hash+base64`; a signer key `PRIVATE+KEY+name+hash+base64`, as Go's
sumdb/note writes it.
"""

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = b"\x01", b"\x04"  # kinds of keys
SIGNER = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+]{1,200}")
_SIGNATURE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
MOST_SIGNATURES = 64
LONGEST_NOTE = 100_000  # characters


class WrongNote(ValueError):
    """Raised for a note or key that cannot be read, or is not signed by the required key."""


class VerifierKey(NamedTuple):
    """The public half of a key; `id` is the four bytes by which signatures name it."""

    name: str
    id: bytes
    public: bytes
    kind: bytes = ED25519

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encode(self.kind + self.public)}"

    @classmethod
    def of(cls, name: str, kind: bytes, public: bytes) -> "VerifierKey":
        """The key with this name, of this kind."""
        return cls(name, key_id(name, kind, public), public, kind)

    def named(self, name: str) -> "VerifierKey":
        """The same key under another name."""
        return VerifierKey.of(name, self.kind, self.public)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return True if the 64 bytes are a signature of the message by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SignerKey(NamedTuple):
    """A private key and the name under which it signs."""

    name: str
    seed: bytes

    def __str__(self) -> str:
        return f"{SIGNER}{self.name}+{self.verifier.id.hex()}+{_encode(ED25519 + self.seed)}"

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey.of(self.name, ED25519, public)

    def named(self, name: str) -> "SignerKey":
        """The same key under another name."""
        return self._replace(name=name)

    def sign(self, text: str) -> str:
        """Return the signature line of a note with this text, which ends with a line break."""
        return signature_line(self.name, self.verifier.id + self.sign_bytes(text.encode()))

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


class Checkpoint(NamedTuple):
    """What a log commits to: its origin (a name), its number of leaves, and the root of their tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of its note."""
        return f"{self.origin}\n{self.size}\n{self.encoded_root}\n"

    @property
    def encoded_root(self) -> str:
        """The root, in base64."""
        return _encode(self.root)


def make_signer(name: str) -> SignerKey:
    """Return a new key. Raises WrongNote for a name with a blank or a plus sign."""
    if not _NAME.fullmatch(name):
        raise WrongNote(f"{name!r} is not the name of a key")
    return SignerKey(name, Ed25519PrivateKey.generate().private_bytes_raw())


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """The four bytes by which signatures name a key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def parse_signer(text: str) -> SignerKey:
    """Read a signer key. Raises WrongNote."""
    name, found, raw = _parse_key(text.strip().removeprefix(SIGNER))
    if not text.startswith(SIGNER) or raw[:1] != ED25519:
        raise WrongNote("this is not an Ed25519 signer key")
    signer = SignerKey(name, raw[1:])
    if signer.verifier.id != found:
        raise WrongNote(f"the key of {name} is damaged")
    return signer


def parse_verifier(text: str, kind: bytes = ED25519) -> VerifierKey:
    """Read a verifier key of this kind. Raises WrongNote."""
    name, found, raw = _parse_key(text.strip())
    if raw[:1] != kind or key_id(name, kind, raw[1:]) != found:
        raise WrongNote(f"the key of {name} is damaged, or of another kind")
    return VerifierKey(name, found, raw[1:], kind)


def _parse_key(text: str) -> tuple[str, bytes, bytes]:
    name, _plus, rest = text.partition("+")
    hexadecimal, _plus, encoded = rest.partition("+")
    raw = _decode(encoded)
    if not _NAME.fullmatch(name) or not re.fullmatch("[0-9a-f]{8}", hexadecimal) or len(raw) != 33:
        raise WrongNote("this is not a key of the form name+hash+base64")
    return name, bytes.fromhex(hexadecimal), raw


def signature_line(name: str, raw: bytes) -> str:
    """A signature line: `raw` is the key's id and the signature."""
    return f"— {name} {_encode(raw)}\n"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text of a note and its signatures, (name, id and signature) each. Raises WrongNote."""
    text, gap, lines = note.rpartition("\n\n")
    rows = lines.splitlines()
    found = [_SIGNATURE.fullmatch(row) for row in rows]
    if not gap or not rows or not note.endswith("\n") or len(note) > LONGEST_NOTE or len(rows) > MOST_SIGNATURES:
        raise WrongNote("this is not a signed note")
    signatures = [(match[1], _decode(match[2])) for match in found if match]
    if len(signatures) != len(rows):
        raise WrongNote("a signature of the note cannot be read")
    return text + "\n", signatures


def is_signed_by(note: str, key: VerifierKey) -> bool:
    """Return True if the note has a valid signature by the key. Raises WrongNote if it is not a note."""
    text, signatures = split_note(note)
    return any(
        name == key.name and raw[:4] == key.id and len(raw) == 68 and key.verifies(raw[4:], text.encode())
        for name, raw in signatures
    )


def parse_checkpoint(note: str) -> Checkpoint:
    """Read the checkpoint in a note, without checking its signatures. Raises WrongNote."""
    lines = split_note(note)[0].split("\n")
    root = _decode(lines[2]) if len(lines) > 2 else b""
    if len(lines) < 4 or not lines[0] or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) or len(root) != 32:
        raise WrongNote("this is not a checkpoint of a log")
    return Checkpoint(lines[0], int(lines[1]), root)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongNote("this is not base64") from error
