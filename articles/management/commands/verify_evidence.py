from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from articles import evidence
from articles.merkle_log import WrongNote, parse_verifier
from articles.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Verify an evidence pack without the database; exits 1 and names what does not match. "
        "With --key, the public log must vouch for it: only then is it proved that nobody invented it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", action="append", metavar="KEY", help="a key of the log, known from elsewhere")

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        try:
            keys = [parse_verifier(text) for text in options["key"] or ()]
            with file.open("rb") as source:
                checked = evidence.check_pack(source, keys)
        except WrongNote as error:
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
        for sentence in _what_is_proved(checked):
            self.stdout.write(sentence)


def _what_is_proved(checked: evidence.CheckedPack) -> list[str]:
    """What the check proves and what it does not, in sentences."""
    if not checked.checkpoint:
        return [
            _("No log vouches for it: the files agree with one another, which whoever wrote all of them can achieve.")
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
