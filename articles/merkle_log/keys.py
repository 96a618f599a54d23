"""The file of the log's signing keys, outside the database: so access to the database is not enough to sign.

One key a line: a signer key, or the label of one in a token. All of them sign, so that after a change the old
key vouches for the log until its line is removed; the first is the current one.
"""

import os
from pathlib import Path

from django.conf import settings

from ..faults import LogKeyAway
from .notes import SignerKey, make_signer, parse_signer
from .token_keys import TOKEN, TokenKey, find_token_key, parse_token_key

LogKey = SignerKey | TokenKey
OWNER_ALONE = 0o600


def read_log_keys() -> list[LogKey]:
    """The keys, current one first; none if there is no file. Raises LogKeyAway or WrongNote."""
    try:
        lines = Path(settings.LOG_KEY_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LogKeyAway(f"{settings.LOG_KEY_FILE} cannot be read: {error.strerror}") from error
    return [_parse_line(line) for line in lines if line.strip()]


def _parse_line(line: str) -> LogKey:
    return parse_token_key(line) if line.startswith(TOKEN) else parse_signer(line)


def new_log_key(name: str) -> LogKey:
    """A key to sign with from now on: the one in the token that the settings name, else a new one.

    Raises LogKeyAway, or WrongNote for a name that none can have.
    """
    return find_token_key(name) if settings.LOG_TOKEN_MODULE else make_signer(name)


def log_key_faults() -> list[str]:
    """What keeps the keys from signing, in sentences; each has tried to. For `manage.py check`. Raises WrongNote."""
    try:
        keys = read_log_keys()
        for key in keys:
            key.sign_bytes(b"newsroom")
        current = keys[0] if keys else new_log_key("check") if settings.LOG_TOKEN_MODULE else None
    except LogKeyAway as away:
        return [f"The public log cannot be signed: {away}."]
    wanted = settings.LOG_TOKEN_KEY
    if not wanted or (isinstance(current, TokenKey) and current.label == wanted):
        return []
    return [f"LOG_TOKEN_KEY names {wanted}, which does not sign the log yet; run manage.py make_log_key --change."]


def write_log_keys(keys: list[LogKey]) -> None:
    """Replace the file in one step, readable by its owner alone. Raises OSError."""
    file = Path(settings.LOG_KEY_FILE)
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE), "w", encoding="utf-8") as opened:
        opened.write("".join(f"{key}\n" for key in keys))
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(part, file)
