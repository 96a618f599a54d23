from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from articles import baking, publishing
from articles.management.acting import ActingCommand, acting_account
from articles.models import Section
from articles.refusals import Problem, Refusal

from ...exchange.importing import ImportedArticle, import_article
from ...exchange.text import MAX_PAGE_BYTES, UnreadablePage, read_printed_page

IS_NOT_READ = Problem("import_articles.not_read", "%(why)s")  # the operating system's message


class Command(ActingCommand):
    help = (
        "Import text files as portals print them: each becomes a draft or, with --archive, an article published at its "
        "own time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="text files, or folders of *.txt")
        parser.add_argument(
            "--section", required=True, metavar="SLUG", help="the section's address name; created if new"
        )
        parser.add_argument(
            "--archive", action="store_true", help="publish at the file's own time, as migrated content"
        )
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )

    def handle(
        self, *args: object, paths: list[str], section: str, archive: bool, by: str | None, **options: Any
    ) -> None:
        try:
            validate_slug(section)
        except ValidationError as error:
            raise CommandError(f"--section {section}: {error.messages[0]}") from error
        baking.require_own_store()
        user = acting_account(by)
        refused = 0
        for path in _text_files(paths):
            try:
                page = read_printed_page(_read_bounded(path))
                imported = import_article(page, by=user, section=section, archive=archive)
            except (Refusal, PermissionDenied) as refusal:
                refused += 1
                self.stderr.write(f"{path}: {refusal}")
                continue
            self.stdout.write(f"{path}: {_import_report(imported)}")
        if archive and (imported_into := Section.objects.filter(slug=section).first()):
            publishing.renumber_section(imported_into)
        if refused:
            raise CommandError(
                _("%(count)d file(s) were not imported; see above. The others were.") % {"count": refused}
            )


def _import_report(imported: ImportedArticle) -> str:
    article = imported.article
    what = _("already imported") if imported.already else _("imported")
    made = " " + _("(created: %(what)s)") % {"what": _(", ").join(imported.created)} if imported.created else ""
    return f"{what}: {article.number} {article.title}{made}"


def _text_files(paths: list[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.txt")) if path.is_dir() else [path]


def _read_bounded(path: Path) -> bytes:
    """Return the file's bytes, at most one more than `read_printed_page` accepts. Raises UnreadablePage."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_PAGE_BYTES + 1)
    except OSError as error:
        raise UnreadablePage(IS_NOT_READ.filled(why=error.strerror or error)) from error
