"""Imports files that an older portal printed or saved, each with the pictures and documents of its folder."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ..models import OldPath
from ..old_paths import save_old_path
from ..refusals import Problem
from .decoding import IS_TOO_LARGE, MAX_PAGE_BYTES, UnreadablePage
from .importing import ImportedArticle, import_article, try_import
from .linked_files import bring_linked_files, find_linked_file
from .text import PrintedArticle, read_printed_page
from .web_page import read_web_page
from .word_importing import WORD_ENDINGS, import_word_file, read_word_page

# The readers of pages; Word files are read by a separate process.
READERS = {".txt": read_printed_page, ".html": read_web_page, ".htm": read_web_page, ".shtml": read_web_page}
ENDINGS = (*READERS, *(f".{ending}" for ending in WORD_ENDINGS))

IS_NOT_READ = Problem("exchange.not_read", "%(why)s")  # the operating system's message


def read_saved_file(path: Path, *, strict: bool) -> PrintedArticle:
    """Return the article in a file, by its ending (others are read as text); raises UnreadablePage or RefusedFile.

    With `strict` UnreadablePage is raised also for doubtful readings.
    """
    if is_word_file(path):
        return read_word_page(_read_bounded(path, settings.MAX_UPLOAD_BYTES), path.name)
    page = READERS.get(path.suffix.lower(), read_printed_page)(_read_bounded(path, MAX_PAGE_BYTES))
    if strict and page.doubts:
        raise UnreadablePage(*page.doubts)
    return page


def is_word_file(path: Path) -> bool:
    """Return True if the file's name ends as those of Word files do."""
    return path.suffix.lower().removeprefix(".") in WORD_ENDINGS


def import_saved_word_file(path: Path, root: Path, *, by: User, section: str, archive: bool) -> ImportedArticle:
    """Import a Word file with its pictures, also those that it only links to, if they are below `root`.

    Raises what `import_word_file` raises.
    """
    data = _read_bounded(path, settings.MAX_UPLOAD_BYTES)

    def beside(name: str) -> bytes | None:
        found = find_linked_file(name, path.parent, root)
        return _read_bounded(found, settings.MAX_UPLOAD_BYTES) if found else None

    return import_word_file(data, path.name, by=by, section=section, archive=archive, beside=beside)


def _read_bounded(path: Path, most: int) -> bytes:
    """Return the file's bytes. Raises UnreadablePage, also if there are more than `most`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UnreadablePage(IS_NOT_READ.filled(why=error.strerror or error)) from error
    if len(data) > most:
        raise UnreadablePage(IS_TOO_LARGE.filled(size=most >> 20))
    return data


@transaction.atomic
def import_saved_file(
    page: PrintedArticle, path: Path, root: Path, *, by: User, section: str, archive: bool
) -> ImportedArticle:
    """Import the article read from `path`, with its files below `root`, and its former address as an old address.

    Raises what `import_article` raises; nothing has changed then.
    """
    if page.html:
        tried = try_import(page, by=by, section=section, archive=archive, body=page.html)
        if tried.already:
            return tried
    body, missing = bring_linked_files(page.html, page=path, root=root, by=by) if page.html else (None, [])
    imported = import_article(page, by=by, section=section, archive=archive, body=body)
    if imported.already:
        return imported
    imported.notes = (*missing, *imported.notes)
    if page.old_address:
        try:
            save_old_path(OldPath(path=page.old_address, target=f"/a/{imported.article.number}/"), by=by)
        except (ValidationError, PermissionDenied) as refusal:
            why = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            sentence = _("its old address %(address)s was not kept: %(why)s")
            imported.notes += (sentence % {"address": page.old_address[:120], "why": why},)
    return imported
