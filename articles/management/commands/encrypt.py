from typing import Any

from articles import encryption
from articles.management.acting import ActingCommand


class Command(ActingCommand):
    help = (
        "Encrypt readers' contacts and the secrets of second factors with the first key of ENCRYPTION_KEYS: after a "
        "new key was put before the others. Afterwards the others may go. Safe to interrupt, idempotent. Exits 1 if "
        "something is encrypted with a key that is missing."
    )

    def handle(self, *args: object, **options: Any) -> None:
        done = 0
        while batch := encryption.encrypt_rows():
            done += batch
        self.stdout.write(f"Encrypted {done} rows; everything that can be read has the first key now.")
        encryption.require_known_keys()
