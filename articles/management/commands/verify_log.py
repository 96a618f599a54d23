from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import log_checking, merkle_log


class Command(BaseCommand):
    help = "Verify the public log of a site as a stranger; exits 1 and says what does not match. Prints its checkpoint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", help="the address of the site; SITE_URL if it is left out")
        parser.add_argument(
            "--since", metavar="FILE", help="a checkpoint that was kept, or the address in a printed code"
        )
        parser.add_argument("--keep", type=Path, metavar="FILE", help="like --since, and replaced if all is well")
        parser.add_argument(
            "--key", action="append", metavar="KEY", help="a key known from elsewhere, name+hash+base64"
        )
        parser.add_argument(
            "--witness", metavar="KEY", help="the key of a witness who must have cosigned that checkpoint"
        )
        parser.add_argument("--stamp", type=Path, metavar="FILE", help="a time stamp of that checkpoint (RFC 3161)")
        parser.add_argument("--authority", type=Path, metavar="PEM", help="certificates of the time-stamping authority")
        parser.add_argument(
            "--all", action="store_true", help="compare every article with the site, not only a hundred"
        )
        parser.add_argument(
            "--result", type=Path, metavar="FILE", help="write the result for the desk (LOG_CHECK_RESULT)"
        )

    def handle(self, *args: object, url: str | None, since: str | None, keep: Path | None, **options: Any) -> None:
        if since is None and keep is not None and keep.exists():
            since = str(keep)
        try:
            kept = merkle_log.kept_text(since) if since else ""
            keys = [merkle_log.parse_verifier(text) for text in options["key"] or ()]
            witness = options["witness"] and merkle_log.parse_verifier(options["witness"], merkle_log.COSIGNATURE)
            if witness and not (kept and merkle_log.cosigned_at(kept, witness)):
                raise CommandError(f"{since or '--since'} is not a checkpoint that {witness.name} has cosigned.")
            self._check_stamp(kept, options["stamp"], options["authority"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        sample = None if options["all"] else 100
        check = log_checking.check_log(url or settings.SITE_URL, keys=keys, since=kept, sample=sample)
        if options["result"]:
            log_checking.write_result(check, options["result"])
        if check.faults:
            raise CommandError("\n".join(check.faults[: log_checking.MOST_FAULTS]))
        if not keys and not since:
            self.stdout.write(
                "The key was the site's own: keep the checkpoint below, and give it with --since next time."
            )
        self.stdout.write(f"{check.size} leaves, as signed; {check.compared} articles as the site shows them.")
        if keep is not None:
            keep.write_text(check.note, encoding="utf-8")
        self.stdout.write(check.note)

    def _check_stamp(self, note: str, stamp: Path | None, authority: Path | None) -> None:
        """Say when the older checkpoint was stamped. Raises OSError or ValueError."""
        if stamp is None and authority is None:
            return
        if not (note and stamp and authority):
            raise CommandError("--stamp, --authority and --since go together.")
        roots = x509.load_pem_x509_certificates(authority.read_bytes())
        at = merkle_log.check_stamp(stamp.read_bytes(), note, roots)
        self.stdout.write(f"The older checkpoint was there at {at.isoformat()}, as the authority says.")
