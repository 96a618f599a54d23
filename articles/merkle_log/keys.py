"""The file of the log's signing keys, outside the database: whoever owns the database cannot sign.

One signer key a line. All of them sign, so that after a change the old key vouches for the log until its line is
removed; the first is the current one.
"""

import os
from pathlib import Path

from django.conf import settings

from .notes import SignerKey, parse_signer

OWNER_ALONE = 0o600


def read_log_keys() -> list[SignerKey]:
    """The keys, current one first; none if there is no file. Raises OSError or WrongNote."""
    try:
        lines = Path(settings.LOG_KEY_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [parse_signer(line) for line in lines if line.strip()]


def write_log_keys(keys: list[SignerKey]) -> None:
    """Replace the file in one step, readable by its owner alone. Raises OSError."""
    file = Path(settings.LOG_KEY_FILE)
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE), "w", encoding="utf-8") as opened:
        opened.write("".join(f"{key}\n" for key in keys))
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(part, file)
