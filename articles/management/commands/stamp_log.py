from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.merkle_log import (
    PUBLIC_LOG,
    WrongNote,
    WrongStamp,
    ask_for_stamp,
    keep_checkpoint,
    stamped_at,
    vouched_folder,
)


class Command(BaseCommand):
    help = (
        "Have time-stamping authorities (RFC 3161) sign when they have seen the public log's checkpoint; keeps "
        "checkpoint and stamps in a folder. For a daily timer; exits 1 if one of them does not answer, after "
        "asking all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("authority", nargs="+", help="the address of a time-stamping authority")
        parser.add_argument("--folder", type=Path, help="where checkpoint and stamps are kept")

    def handle(self, *args: object, authority: list[str], folder: Path | None, **options: Any) -> None:
        failed = []
        folder = folder or vouched_folder()
        try:
            note = PUBLIC_LOG.signed_checkpoint()
            if note is None:
                raise CommandError("The log has no key; `manage.py make_log_key` makes one.")
            size = keep_checkpoint(note, folder)
            for number, address in enumerate(authority, start=1):
                try:
                    stamp = ask_for_stamp(note, address)
                except (OSError, WrongStamp) as error:
                    failed.append(str(error))
                    continue
                file = folder / f"{size}.{number}.tsr"
                file.write_bytes(stamp)
                self.stdout.write(f"{file}: {stamped_at(stamp).isoformat()}")
        except (OSError, WrongNote) as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError("\n".join(failed))
