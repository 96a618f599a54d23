from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.merkle_log import KeyRing, RemoteLog, Witness, WrongProof, parse_verifier


class Command(BaseCommand):
    help = (
        "Cosign the public log of another site (C2SP tlog-cosignature), after checking that it has only grown since "
        "the last time; prints the cosigned checkpoint. Run it by a timer; exits 1 when the other log was rewritten."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="the address of the other site")
        parser.add_argument("--key", action="append", metavar="KEY", help="a key of that log, known from elsewhere")
        parser.add_argument("--folder", type=Path, help="where the witness keeps its key and what it has cosigned")

    def handle(self, *args: object, url: str, folder: Path | None, **options: Any) -> None:
        name = f"{urlsplit(settings.SITE_URL).netloc}/witness"
        try:
            witness = Witness(folder or settings.DATA_DIR / "witness", name)
            log = RemoteLog.at(f"{url.rstrip('/')}/log")
            keys = [parse_verifier(text) for text in options["key"] or ()]
            cosigned = witness.cosign(log, KeyRing(keys or log.keys()))
        except WrongProof as error:
            raise CommandError(f"Not cosigned: {error}.") from error
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{cosigned.size} leaves, {cosigned.before} when it was cosigned last; by {witness.verifier}")
        self.stdout.write(cosigned.note)
