from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from articles import baking, sections
from articles.management.acting import ActingCommand, acting_account
from articles.models import Section
from articles.refusals import Refusal

from ...exchange.importing import ImportedArticle
from ...exchange.saved_files import (
    ENDINGS,
    import_saved_file,
    import_saved_word_file,
    is_word_file,
    read_saved_file,
)
from ...exchange.text import PrintedArticle


class Command(ActingCommand):
    help = (
        "Import text files and web pages of older portals, and Word files: each becomes a draft or, with --archive, an "
        "article published at its own time. Pictures and documents that they name are imported from the same folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help=f"files, or folders of {', '.join(ENDINGS)}")
        parser.add_argument(
            "--section", required=True, metavar="SLUG", help="the section's address name; created if new"
        )
        parser.add_argument(
            "--archive", action="store_true", help="publish at the file's own time, as migrated content"
        )
        parser.add_argument(
            "--by", metavar="USER", help="the account that is responsible (default: the command line's own)"
        )
        parser.add_argument("--dry-run", action="store_true", help="print what would be read, and change nothing")
        parser.add_argument(
            "--strict", action="store_true", help="refuse files with doubtful readings instead of warning"
        )

    def handle(self, *args: object, paths: list[str], section: str, by: str | None, **options: Any) -> None:
        try:
            validate_slug(section)
        except ValidationError as error:
            raise CommandError(f"--section {section}: {error.messages[0]}") from error
        if not options["dry_run"]:
            baking.require_own_store()
        user = None if options["dry_run"] else acting_account(by)
        refused = 0
        for path, root in self._files(paths):
            try:
                imported = self._import(path, root, by=user, section=section, **options)
            except (Refusal, PermissionDenied) as refusal:
                refused += 1
                self.stderr.write(f"{path}: {refusal}")
                continue
            if imported:
                self._warn(path, imported.notes)
                self.stdout.write(f"{path}: {_import_report(imported)}")
        if user and options["archive"] and (imported_into := Section.objects.filter(slug=section).first()):
            sections.renumber_section(imported_into)
        if refused:
            raise CommandError(
                _("%(count)d file(s) were not imported; see above. The others were.") % {"count": refused}
            )

    def _import(
        self, path: Path, root: Path, *, by: User | None, section: str, archive: bool, strict: bool, **_options: Any
    ) -> ImportedArticle | None:
        """Import one file; without `by`, only print what would be read."""
        if by and is_word_file(path):
            return import_saved_word_file(path, root, by=by, section=section, archive=archive)
        page = read_saved_file(path, strict=strict)
        self._warn(path, [str(doubt.message) for doubt in page.doubts])
        if by:
            return import_saved_file(page, path, root, by=by, section=section, archive=archive)
        self.stdout.write(f"{path}: {_reading(page)}")
        return None

    def _files(self, paths: list[str]) -> Iterator[tuple[Path, Path]]:
        """Yield the files to read, each with the folder that may contain its pictures; reports which are skipped."""
        for path in map(Path, paths):
            if not path.is_dir():
                yield path, path.parent
                continue
            for file in sorted(path.rglob("*")):
                if file.is_dir() or file.name.startswith("~$"):  # Word's lock file of an open document
                    continue
                if not file.resolve().is_relative_to(path.resolve()):
                    self._warn(file, [_("it is a link that leads out of the folder; it was skipped.")])
                elif file.suffix.lower() in ENDINGS:
                    yield file, path

    def _warn(self, path: Path, sentences: list[str] | tuple[str, ...]) -> None:
        for sentence in sentences:
            self.stderr.write(_("%(file)s: warning: %(sentence)s") % {"file": path, "sentence": sentence})


def _import_report(imported: ImportedArticle) -> str:
    article = imported.article
    what = _("already imported") if imported.already else _("imported")
    made = " " + _("(created: %(what)s)") % {"what": _(", ").join(imported.created)} if imported.created else ""
    return f"{what}: {article.number} {article.title}{made}"


def _reading(page: PrintedArticle) -> str:
    """One row of the table that --dry-run prints: title, section, source, time, credits, length."""
    time = page.published_at or page.updated_at
    people = _(", ").join(name for _role, name, _unit in page.credits)
    cells = (page.title, page.section, page.source, f"{time:%Y-%m-%d %H:%M}" if time else "", people)
    length = sum(map(len, page.paragraphs))
    return " | ".join([*(cell or "–" for cell in cells), str(length)])
