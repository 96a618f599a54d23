from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from articles import evidence
from articles.refusals import Refusal


class Command(BaseCommand):
    help = "Verify an evidence pack without the database; exits 1 and names the file that does not match."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as source:
                checked = evidence.check_pack(source)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        self.stdout.write(_("%(file)s: %(count)d files, all intact.") % {"file": file, "count": checked.files})
        self.stdout.write(
            _("Article %(number)d. Head of the audit when it was made: %(head)s")
            % {"number": checked.article, "head": checked.audit_head}
        )
