from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from articles import evidence
from articles.merkle_log import (
    COSIGNATURE,
    VerifierKey,
    WrongNote,
    WrongStamp,
    check_stamp,
    cosigned_at,
    parse_verifier,
    stamped_at,
)
from articles.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Verify an evidence pack without the database; exits 1 and names what does not match. "
        "With --key, the public log must vouch for it: only then is it proved that the pack was not forged."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", action="append", metavar="KEY", help="a key of the log, known from elsewhere")
        parser.add_argument("--witness", action="append", metavar="KEY", help="a witness who must have cosigned")
        parser.add_argument("--authority", type=Path, metavar="PEM", help="certificates of the time-stamping authority")

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        try:
            keys = [parse_verifier(text) for text in options["key"] or ()]
            witnesses = [parse_verifier(text, COSIGNATURE) for text in options["witness"] or ()]
            pem = options["authority"]
            roots = x509.load_pem_x509_certificates(pem.read_bytes()) if pem else []
            with file.open("rb") as source:
                checked = evidence.check_pack(source, keys)
            vouching = list(_who_vouches(checked, witnesses, roots))
        except (WrongNote, WrongStamp, ValueError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        self.stdout.write(_("%(file)s: %(count)d files, all intact.") % {"file": file, "count": checked.files})
        self.stdout.write(
            _("Article %(number)d. Head of the audit when it was made: %(head)s")
            % {"number": checked.article, "head": checked.audit_head}
        )
        for sentence in [*_what_is_proved(checked), *vouching]:
            self.stdout.write(sentence)


def _who_vouches(
    checked: evidence.CheckedPack, witnesses: list[VerifierKey], roots: list[x509.Certificate]
) -> Iterator[str]:
    """Who saw the log when, in sentences. Raises WrongNote or WrongStamp if a requested witness or authority did
    not.
    """
    vouched = checked.vouched
    if vouched is None:
        if witnesses or roots:
            raise WrongNote(_("No witness and no authority vouches for the log in this pack."))
        return
    size = vouched.checkpoint.size
    for witness in witnesses:
        at = cosigned_at(vouched.note, witness)
        if at is None:
            raise WrongNote(_("%(name)s has not cosigned the log.") % {"name": witness.name})
        moment = datetime.fromtimestamp(at, UTC).isoformat()
        yield _("%(name)s has cosigned its first %(size)d numbers at %(at)s.") % {
            "name": witness.name,
            "size": size,
            "at": moment,
        }
    for stamp in vouched.stamps:
        at_stamp = check_stamp(stamp, vouched.note, roots) if roots else stamped_at(stamp)
        facts = {"size": size, "at": at_stamp.isoformat()}
        if roots:
            yield _("Its first %(size)d numbers were there at %(at)s, as the authority says.") % facts
        else:
            yield _("A time stamp of its first %(size)d numbers says %(at)s; give --authority to check it.") % facts


def _what_is_proved(checked: evidence.CheckedPack) -> list[str]:
    """What the check proves and what it does not, in sentences."""
    if not checked.checkpoint:
        return [
            _("No log vouches for it: the files agree with one another, which anybody who made all of them can do.")
        ]
    if not checked.is_signed:
        return [
            _(
                "The files agree with the checkpoint in the pack; whether it is the newspaper's was not checked. Give "
                "its public key, known from elsewhere, with --key."
            )
        ]
    return [
        _(
            "Proved: the holder of the key has committed to these texts, sign-offs with their names, instants and "
            "audit entries in its public log, under this checkpoint:"
        ),
        checked.checkpoint,
        _(
            "Not proved: that the people named acted themselves, that the clock was right, and that the log shows "
            "everybody the same. For that, compare the checkpoint with one that somebody else kept: verify_log --since."
        ),
    ]
