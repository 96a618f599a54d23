from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from articles import accounts, publishing
from articles.management.acting import ActingCommand
from articles.models import Section
from articles.refusals import Problem, Refusal

from ...exchange.importing import import_article
from ...exchange.text import LARGEST, UnreadablePage, read_printed_page

IS_NOT_READ = Problem("import_articles.not_read", "%(why)s")  # as the operating system says it


class Command(ActingCommand):
    help = "Read text files as portals print them: a draft from each, or with --archive, content public under its own time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="text files, or folders of *.txt")
        parser.add_argument(
            "--section", required=True, metavar="SLUG", help="the section's address name; created if new"
        )
        parser.add_argument(
            "--archive", action="store_true", help="publish at the file's own time, as migrated content"
        )
        parser.add_argument("--by", metavar="USER", help="the account that answers for it (default: the command line)")

    def handle(
        self, *args: object, paths: list[str], section: str, archive: bool, by: str | None, **options: Any
    ) -> None:
        try:
            validate_slug(section)
        except ValidationError as error:
            raise CommandError(f"--section {section}: {error.messages[0]}") from error
        user = _importing_account(by)
        bad = 0
        for path in _files_below(paths):
            try:
                taken = import_article(
                    read_printed_page(_read_bounded(path)), by=user, section=section, archive=archive
                )
            except (Refusal, PermissionDenied) as refusal:
                bad += 1
                self.stderr.write(f"{path}: {refusal}")
                continue
            article = taken.article
            what = _("known already") if taken.already else _("imported")
            made = " " + _("(created: %(what)s)") % {"what": _(", ").join(taken.created)} if taken.created else ""
            self.stdout.write(f"{path}: {what}: {article.number} {article.title}{made}")
        if archive and (imported_into := Section.objects.filter(slug=section).first()):
            publishing.renumber_section(imported_into)
        if bad:
            raise CommandError(_("%(count)d file(s) were not imported; see above. The others were.") % {"count": bad})


def _importing_account(username: str | None) -> User:
    """The account named, or the command line's own, which nobody can log in to."""
    if username is None:
        return accounts.find_or_open_command_line()
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"--by {username}: there is no such account.") from error


def _files_below(paths: list[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.txt")) if path.is_dir() else [path]


def _read_bounded(path: Path) -> bytes:
    """The file's bytes, or Unreadable; never more than one byte above what `read` accepts."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadablePage(IS_NOT_READ.filled(why=error.strerror or error)) from error
