"""Encryption at rest: readers' contacts and the secrets of second factors, with keys that the database does not have.

The keys are a setting, ENCRYPTION_KEYS: the first encrypts, all of them decrypt. What is stored begins with the
identity of its key, so that a query finds what a rotation has still to do.
"""

from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .models import Factor, Report
from .refusals import Problem, Refusal

MARK = "fernet:"
# Every column that is encrypted. Empty texts stay empty.
ENCRYPTED_COLUMNS: tuple[tuple[type[models.Model], str], ...] = ((Report, "contact"), (Factor, "secret"))
ROWS_PER_BATCH = 500

KEY_MISSING = Problem(
    "encryption.key_missing",
    _("This is encrypted with the key %(key)s, which the server does not have."),
    _("The server’s administrator adds it to ENCRYPTION_KEYS; it is kept separate from the backups."),
)
DAMAGED = Problem("encryption.damaged", _("The data stored here is damaged and cannot be decrypted."))


class CannotDecrypt(Refusal):
    """Raised when the key is missing, or what is stored is not what was encrypted."""


def key_identity(key: str) -> str:
    """Return eight hexadecimal digits that identify a key without revealing it."""
    return sha256(key.encode()).hexdigest()[:8]


def encrypt_text(text: str) -> str:
    """Return the text encrypted with the first key; '' stays ''."""
    key = settings.ENCRYPTION_KEYS[0]
    return _mark_of(key) + Fernet(key).encrypt(text.encode()).decode() if text else ""


def decrypt_text(stored: str) -> str:
    """Return the text. One that earlier versions stored unencrypted is returned as it is. Raises CannotDecrypt."""
    if not stored.startswith(MARK):
        return stored
    identity, _colon, token = stored.removeprefix(MARK).partition(":")
    key = next((key for key in settings.ENCRYPTION_KEYS if key_identity(key) == identity), None)
    if key is None:
        raise CannotDecrypt(KEY_MISSING.filled(key=identity))
    try:
        return Fernet(key).decrypt(token).decode()
    except InvalidToken as error:
        raise CannotDecrypt(DAMAGED) from error


def encrypt_rows() -> int:
    """Encrypt a batch of rows not yet encrypted with the first key; returns their number, 0 when all are.

    The worker calls it after an upgrade, `manage.py encrypt` after a new key. Safe to interrupt, idempotent.
    """
    return sum(_encrypt_batch(model, column) for model, column in ENCRYPTED_COLUMNS)


def missing_keys() -> list[str]:
    """Return the identities of keys that something is encrypted with and the server does not have, at most one a
    column.
    """
    found = set()
    for model, column in ENCRYPTED_COLUMNS:
        known = Q()
        for key in settings.ENCRYPTION_KEYS:
            known |= Q(**{f"{column}__startswith": _mark_of(key)})
        lost = _stored_rows(model, column).filter(**{f"{column}__startswith": MARK}).exclude(known)
        found |= {text.removeprefix(MARK).partition(":")[0] for text in lost.values_list(column, flat=True)[:1]}
    return sorted(found)


def require_known_keys() -> None:
    """Raise CannotDecrypt if something is encrypted with a key that the server does not have."""
    missing = missing_keys()
    if missing:
        raise CannotDecrypt(*(KEY_MISSING.filled(key=key) for key in missing))


@transaction.atomic
def _encrypt_batch(model: type[models.Model], column: str) -> int:
    readable = ~Q(**{f"{column}__startswith": MARK})
    for key in settings.ENCRYPTION_KEYS[1:]:
        readable |= Q(**{f"{column}__startswith": _mark_of(key)})
    rows = _stored_rows(model, column).filter(readable).order_by("pk").select_for_update(no_key=True)
    batch = list(rows.values_list("pk", column)[:ROWS_PER_BATCH])
    for key, stored in batch:
        model._default_manager.filter(pk=key).update(**{column: encrypt_text(decrypt_text(stored))})
    return len(batch)


def _stored_rows(model: type[models.Model], column: str) -> models.QuerySet:
    """The rows whose column is not empty; a partial index has them."""
    return model._default_manager.filter(~Q(**{column: ""}))


def _mark_of(key: str) -> str:
    return f"{MARK}{key_identity(key)}:"
