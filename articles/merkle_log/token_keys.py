"""Signing keys in a token (PKCS#11): a smart card, a USB key, a hardware security module (密码机).

The private half never leaves the token. The file of the keys names each by its label and holds its public half, so
that only signing needs the token. The module is initialised for each signature: a token that was unplugged is found
again, and a process that forks keeps nothing of it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, cast

from django.conf import settings

from ..faults import LogKeyAway
from .notes import ED25519, VerifierKey, WrongNote, parse_verifier, signature_line

if TYPE_CHECKING:
    import pkcs11
    from pkcs11 import Session
    from pkcs11.types import SignMixin

TOKEN = "TOKEN+KEY+"  # noqa: S105 (what a line of the file begins with)
LAST_TRY = "USER_PIN_FINAL_TRY"  # a token's flag: another wrong PIN locks it
_one_at_a_time = threading.Lock()  # sessions of one process share their log-in


class TokenKey(NamedTuple):
    """A key in the token of the settings: its label there, its public half, and the name under which it signs."""

    name: str
    label: str
    public: bytes

    def __str__(self) -> str:
        return f"{TOKEN}{self.label}+{self.verifier}"

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        return VerifierKey.of(self.name, ED25519, self.public)

    def named(self, name: str) -> "TokenKey":
        """The same key under another name."""
        return self._replace(name=name)

    def sign(self, text: str) -> str:
        """Return the signature line of a note with this text. Raises LogKeyAway."""
        return signature_line(self.name, self.verifier.id + self.sign_bytes(text.encode()))

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes. Raises LogKeyAway."""
        with _open_session() as session:
            signature = _sign(session, self.label, message)
        if not self.verifier.verifies(signature, message):
            raise LogKeyAway(f"the key {self.label} in the token is another one than when the log began to use it")
        return signature


def parse_token_key(text: str) -> TokenKey:
    """Read what str() wrote. Raises WrongNote."""
    label, plus, verifier = text.strip().removeprefix(TOKEN).partition("+")
    if not label or not plus:
        raise WrongNote("this is not the line of a key in a token")
    key = parse_verifier(verifier)
    return TokenKey(key.name, label, key.public)


def find_token_key(name: str) -> TokenKey:
    """The key in the token that LOG_TOKEN_KEY names, to sign as `name`; it has signed something. Raises LogKeyAway."""
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 (optional: deploy/requirements-pkcs11.txt)

    label = settings.LOG_TOKEN_KEY
    with _open_session() as session:
        point = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label)[Attribute.EC_POINT]
    key = TokenKey(name, label, bytes(point)[-32:])  # some modules wrap it as an OCTET STRING
    key.sign_bytes(b"newsroom")
    return key


@contextmanager
def _open_session() -> "Iterator[Session]":
    """A session in which the user of the token is logged in. Raises LogKeyAway, also for what fails in it."""
    if not settings.LOG_TOKEN_MODULE:
        raise LogKeyAway("the log's key is in a token, and LOG_TOKEN_MODULE is not set")
    import pkcs11  # noqa: PLC0415 (optional: deploy/requirements-pkcs11.txt)

    with _one_at_a_time:
        try:
            module = pkcs11.lib(str(settings.LOG_TOKEN_MODULE))
            try:
                token = module.get_token(token_label=settings.LOG_TOKEN_LABEL)
                if pkcs11.TokenFlag[LAST_TRY] in token.flags:
                    raise LogKeyAway("LOG_TOKEN_PIN was wrong before, and one more would lock the token")
                with token.open(user_pin=settings.LOG_TOKEN_PIN) as session:
                    yield session
            finally:
                module.finalize()
        except pkcs11.PKCS11Error as error:
            raise LogKeyAway(_reason(error)) from error


def _sign(session: "Session", label: str, message: bytes) -> bytes:
    from pkcs11 import KeyType, Mechanism, ObjectClass  # noqa: PLC0415 (optional)

    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.EC_EDWARDS, label=label)
    return bytes(cast("SignMixin", key).sign(message, mechanism=Mechanism.EDDSA))


def _reason(error: "pkcs11.PKCS11Error") -> str:
    """What went wrong, in words that name the setting if one is the cause."""
    reasons = {
        "NoSuchToken": f"there is no token {settings.LOG_TOKEN_LABEL} (LOG_TOKEN_LABEL)",
        "TokenNotPresent": f"there is no token {settings.LOG_TOKEN_LABEL} (LOG_TOKEN_LABEL)",
        "MultipleTokensReturned": f"there are several tokens {settings.LOG_TOKEN_LABEL} (LOG_TOKEN_LABEL)",
        "NoSuchKey": f"the token {settings.LOG_TOKEN_LABEL} has no Ed25519 key of this label (LOG_TOKEN_KEY)",
        "MultipleObjectsReturned": "the token has several keys of this label (LOG_TOKEN_KEY)",
        "PinLocked": "the token is locked: its PIN was wrong too often (LOG_TOKEN_PIN)",
        **dict.fromkeys(("PinIncorrect", "PinInvalid", "PinLenRange"), "the token refuses LOG_TOKEN_PIN"),
    }
    kind = type(error).__name__
    return reasons.get(kind, f"the token does not sign: {kind} {error} (LOG_TOKEN_MODULE)")
