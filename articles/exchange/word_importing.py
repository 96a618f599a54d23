"""Takes in the text of a Word file: for the editor, or as a draft. Its pictures are added to the library."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from .. import pictures, sanitising, uploads
from ..bylines import CreditLine, merge_credits
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import Article, Picture, Section, Source
from ..sanitising import held_pattern
from .importing import ImportedArticle, import_article, try_import
from .page_time import parse_page_time
from .provenance import PAGE_PUBLISHED, PAGE_SOURCE, PAGE_UPDATED, parse_provenance_line
from .text import PrintedArticle
from .word import WordPicture, WordText, read_word_file
from .word.conversion import as_docx
from .word.losses import numbered_list

FileFinder = Callable[[str], bytes | None]

WORD_ENDINGS = ("docx", "docm", "dotx", "doc", "wps", "wpt", "rtf", "odt")
MAX_TITLE_LENGTH = 120  # of an article
# Where lines with the source or the writers may be, counted in lines from either end.
_HEAD_LINES, _FOOT_LINES = 6, 12
_FIGURE = re.compile(
    r'<figure data-picture="(\d+)"><img alt="([^"]*)">(?:<figcaption>(.*?)</figcaption>)?</figure>', re.DOTALL
)


@dataclass(frozen=True)
class TakenText:
    """The text of a Word file, sanitised, with its pictures in the library. `notes` list what was not imported.

    `source`, `credits` and the times are those that its first and last lines name; these lines are in the text too.
    """

    title: str
    subtitle: str
    html: str
    paragraphs: tuple[str, ...]
    source: str
    credits: tuple[CreditLine, ...]
    published_at: datetime | None
    updated_at: datetime | None
    notes: tuple[str, ...]


def take_word_upload(upload: UploadedFile, *, by: User) -> TakenText:
    """Return the text of an uploaded file. Raises PermissionDenied, RefusedFile or BodyTooLong, storing nothing."""
    permissions.require_duty_anywhere(by, Duty.WRITE)
    name = uploads.clean_name(upload.name)
    return take_word_text(uploads.read_upload(upload, name), name, by=by)


def take_word_text(data: bytes, name: str, *, by: User, beside: FileFinder = lambda _name: None) -> TakenText:
    """Return the text of a Word file and add its pictures to the library.

    `beside` returns the bytes of a file in the folder of the document, for pictures that it only links to, or None.
    Raises PermissionDenied, or RefusedFile or sanitising.BodyTooLong: nothing is stored then.
    """
    permissions.require_duty_anywhere(by, Duty.WRITE)
    return _with_stored_pictures(_read_document(data, name), name, by=by, beside=beside)


def _read_document(data: bytes, name: str) -> WordText:
    """Read a document in a process with limits. Raises RefusedFile."""
    return uploads.look_into(read_word_file, as_docx(data, name), name)


def _with_stored_pictures(text: WordText, name: str, *, by: User, beside: FileFinder) -> TakenText:
    sanitising.sanitise(text.html)  # refuses what is too long before anything is stored
    found = [_linked_picture(picture, beside) for picture in text.pictures]
    stored, notes = _store_pictures(found, name, by=by)
    cleaned = sanitising.sanitise(_with_pictures(text.html, stored))
    return _taken_text(text, html=cleaned.html, notes=(*notes, *text.notes, *cleaned.removed))


def read_word_page(data: bytes, name: str) -> PrintedArticle:
    """Return what a Word file says, without its pictures, and change nothing. Raises RefusedFile."""
    text = _read_document(data, name)
    return _as_page(_taken_text(text, html="", notes=()), name, hashlib.sha256(data).hexdigest())


def _taken_text(text: WordText, *, html: str, notes: tuple[str, ...]) -> TakenText:
    """Return what a document says, with this HTML and these notes, and the facts of its first and last lines."""
    facts, printed = _printed_provenance(text.paragraphs)
    return TakenText(
        title=text.title,
        subtitle=text.subtitle,
        html=html,
        paragraphs=text.paragraphs,
        source=facts.get(PAGE_SOURCE, ""),
        credits=merge_credits(printed, text.paragraphs) if text.paragraphs else (),
        published_at=parse_page_time(facts.get(PAGE_PUBLISHED, "")),
        updated_at=parse_page_time(facts.get(PAGE_UPDATED, "")),
        notes=notes,
    )


def import_word_upload(upload: UploadedFile, section: Section, *, by: User) -> ImportedArticle:
    """Make a draft of an uploaded Word file. Idempotent: a file imported before is not imported again.

    The title is the document's, or else the name of the file. People that it names are credited; a source that is not
    listed is named in the notes. Raises PermissionDenied, or a Refusal: no draft is made then.
    """
    permissions.require_duty(by, Duty.WRITE, section)
    name = uploads.clean_name(upload.name)
    data = uploads.read_upload(upload, name)
    return import_word_file(data, name, by=by, section=section.slug, archive=False)


def import_word_file(
    data: bytes, name: str, *, by: User, section: str, archive: bool, beside: FileFinder = lambda _name: None
) -> ImportedArticle:
    """Import a Word file as `import_article` imports a page; its `notes` list what was not imported.

    A source is added only by those who may add one; others read its name in the notes. Raises UnreadablePage,
    RefusedFile, PermissionDenied.
    """
    digest = hashlib.sha256(data).hexdigest()
    known = Article.objects.filter(import_digest=digest).first()
    if known:
        return ImportedArticle(known, already=True)
    permissions.require_duty_anywhere(by, Duty.WRITE)
    text = _read_document(data, name)
    if text.pictures:
        plain = _taken_text(text, html=_with_pictures(text.html, {}), notes=())
        page, _note = _fitting_page(plain, name, digest, by=by)
        try_import(page, by=by, section=section, archive=archive, body=plain.html)
    taken = _with_stored_pictures(text, name, by=by, beside=beside)
    page, note = _fitting_page(taken, name, digest, by=by)
    imported = import_article(page, by=by, section=section, archive=archive, body=taken.html)
    untitled = () if taken.title else (_("The document shows no title: its file's name is the title. Correct it."),)
    return replace(imported, notes=(*untitled, *taken.notes, *note))


def _fitting_page(taken: TakenText, name: str, digest: str, *, by: User) -> tuple[PrintedArticle, tuple[str, ...]]:
    """Return the page of a document, without a source that this person may not add, which a sentence names."""
    source = taken.source
    note: tuple[str, ...] = ()
    if source and not Source.objects.filter(name=source).exists() and not _may_add_source(by):
        note = (_("The source “%(name)s” is not in the list of sources: choose one.") % {"name": source},)
        source = ""
    return _as_page(replace(taken, source=source), name, digest), note


def _as_page(taken: TakenText, name: str, digest: str) -> PrintedArticle:
    return PrintedArticle(
        section="",
        kicker="",
        title=taken.title or uploads.split_name(name)[0][:MAX_TITLE_LENGTH],
        subtitle=taken.subtitle,
        source=taken.source,
        published_at=taken.published_at,
        updated_at=taken.updated_at,
        credits=taken.credits,
        paragraphs=taken.paragraphs,
        digest=digest,
    )


def _may_add_source(user: User) -> bool:
    return permissions.has_duty_everywhere(user, Duty.ARRANGE)


# --- Pictures ----------------------------------------------------------------------------------------------------


def _linked_picture(picture: WordPicture, beside: FileFinder) -> WordPicture:
    """Return the picture, with the bytes of the file in the document's folder if it is only linked and there is one."""
    data = beside(picture.name) if picture.missing == "absent" and picture.name else None
    return replace(picture, data=data, missing="") if data else picture


def _store_pictures(found: list[WordPicture], name: str, *, by: User) -> tuple[dict[int, Picture], list[str]]:
    """Return the stored pictures by number, and sentences about the others."""
    stored: dict[int, Picture] = {}
    missing: dict[str, list[int]] = {}
    notes: list[str] = []
    stem = uploads.split_name(name)[0]
    decoded: dict[tuple[bytes, pictures.Margins], Picture] = {}  # a picture may occur in a document many times
    for number, picture in enumerate(found, start=1):
        if picture.missing:
            missing.setdefault(picture.missing, []).append(number)
            continue
        if same := decoded.get((picture.data, picture.cut)):
            stored[number] = same
            continue
        try:
            prepared = uploads.look_into(partial(pictures.prepare_picture, cut=picture.cut), picture.data, picture.name)
            stored[number] = pictures.store_picture(prepared, by=by, name=f"{stem[:190]} {number}")
        except uploads.RefusedFile as refusal:
            notes.append(_("Picture %(number)d: %(why)s") % {"number": number, "why": refusal})
        else:
            decoded[picture.data, picture.cut] = stored[number]
            notes += stored[number].notes
    return stored, [*(_missing_sentence(why, numbers) for why, numbers in missing.items()), *notes]


def _missing_sentence(why: str, numbers: list[int]) -> str:
    sentences = {
        "vector": _(
            "Pictures in the formats EMF and WMF were left out, because browsers do not show them: %(numbers)s. Copy "
            "each in Word, save it as PNG and upload it at its marked place."
        ),
        "absent": _(
            "Pictures that are not in the file, or only linked, were left out: %(numbers)s. Upload each at its marked "
            "place."
        ),
        "many": _(
            "Only the first 100 pictures were taken over; upload the others at their marked places: %(numbers)s."
        ),
    }
    return sentences[why] % {"numbers": numbered_list(numbers)}


def _with_pictures(html: str, stored: dict[int, Picture]) -> str:
    """Return the HTML with the pictures of the library; a line marks the place of a missing one."""

    def figure(found: re.Match[str]) -> str:
        number, alt, caption = int(found[1]), found[2], found[3] or ""
        picture = stored.get(number)
        if picture is None:
            return f"<p>{held_pattern() % number}</p>" + (f"<p>{caption}</p>" if caption else "")
        image = f'<img src="{picture.url}" alt="{alt}" width="{picture.width}" height="{picture.height}">'
        return f"<figure>{image}" + (f"<figcaption>{caption}</figcaption>" if caption else "") + "</figure>"

    return _FIGURE.sub(figure, html)


# --- Provenance --------------------------------------------------------------------------------------------------


def _printed_provenance(paragraphs: tuple[str, ...]) -> tuple[dict[str, str], list[CreditLine]]:
    """Return the facts and credits of labelled lines at both ends of the text; the first of each fact counts."""
    facts: dict[str, str] = {}
    credits: list[CreditLine] = []
    ends = dict.fromkeys([*paragraphs[:_HEAD_LINES], *paragraphs[-_FOOT_LINES:]])
    for line in ends:
        found = parse_provenance_line(line.strip("（）()"))
        if found:
            facts = found.facts | facts
            credits += found.credits
    return facts, credits
