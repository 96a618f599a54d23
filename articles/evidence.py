"""The evidence pack of an article: what was public, who signed it, and what was done, in one ZIP that proves itself.

    manifest.json          SHA-256 of every other file; the head of the audit's chain when the pack was made
    editions/<n>.json      each edition, with the whole content of its revision
    revisions/<n>.json     each text that somebody decided about
    sign_offs.json         every decision, in order
    audit.json             every audit entry about the article
    files/…                the pictures and attachments its editions show
    sheet.html, sheet.pdf  the review sheet

`check_pack` reads a pack without a database: it needs nothing but the file.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit
from .assignments import permissions
from .assignments.permissions import Duty
from .models import Article, AuditEntry, Edition, Revision, SignOff
from .models.revision import content_digest
from .refusals import Problem, Refusal
from .review_sheet import ReviewSheet, pdf, review_sheet

# A pack's files are texts and pictures of one article; what is larger or more is none of ours.
LARGEST_FILE, LARGEST_TEXT, LARGEST_PACK, MOST_FILES = 100 * 2**20, 32 * 2**20, 4 * 2**30, 5_000
NAME = re.compile(
    r"manifest\.json|sign_offs\.json|audit\.json|sheet\.html|sheet\.pdf|(editions|revisions)/[1-9][0-9]{0,8}\.json"
    r"|files/(?!.*\.\.)[\w./-]{1,200}"
)
# Every file gets this time, so that the same facts make the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


_UNEXPECTED = Problem("evidence.unexpected", _("A file does not hold what it should: %(why)s"))
_NO_ZIP = Problem("evidence.no_zip", _("This is no readable ZIP file: %(why)s"))
_TWO_OF_ONE_NAME = Problem("evidence.two_of_one_name", _("It holds two files of one name."))
_TOO_LARGE = Problem("evidence.too_large", _("It is larger than any evidence pack of ours."))
_NOT_OURS = Problem("evidence.not_ours", _("%(name)s is no file of an evidence pack."))
_FILE_TOO_LARGE = Problem("evidence.file_too_large", _("%(name)s is larger than any file of an evidence pack."))
_NO_MANIFEST = Problem("evidence.no_manifest", _("manifest.json is missing."))
_NO_LIST = Problem("evidence.no_list", _("manifest.json does not list the files."))
_MISSING_OR_ADDED = Problem("evidence.missing_or_added", _("%(name)s is missing, or was added."))
_CHANGED = Problem("evidence.changed", _("%(name)s was changed."))
_OTHER_TEXT = Problem("evidence.other_text", _("sign_offs.json: decision %(id)s is about another text than it says."))
_OTHER_EDITION = Problem("evidence.other_edition", _("%(name)s is another edition than its name says."))
_DOES_NOT_FOLLOW = Problem("evidence.does_not_follow", _("%(name)s does not follow the edition before it."))
_OTHER_FILE = Problem("evidence.other_file", _("files/%(file)s, which %(name)s shows, is missing or another file."))
_OTHER_DIGEST = Problem("evidence.other_digest", _("%(name)s: its digest is not that of its text."))
_NO_FINAL_READING = Problem("evidence.no_final_reading", _("%(name)s: nobody signed this text in the final reading."))
_NO_READING = Problem("evidence.no_reading", _("%(name)s: reading %(stage)d was not signed."))
_ENTRY_CHANGED = Problem("evidence.entry_changed", _("audit.json: entry %(id)s was changed."))
_EDITION_MISSING = Problem(
    "evidence.edition_missing", _("editions/%(number)s.json is missing, or not what audit.json says was published.")
)
_CANNOT_BE_READ = Problem("evidence.cannot_be_read", _("%(name)s cannot be read."))


class NotEvidence(Refusal):
    """Raised, with a sentence naming the file, for a pack that does not prove what it says."""


@dataclass(frozen=True)
class CheckedPack:
    """A sound pack: the article's number, how many files it holds, the head of the audit's chain when it was made."""

    article: int
    files: int
    audit_head: str


def may_export_evidence(user: Any, article: Article) -> bool:
    """Whether the user may take the pack: those who publish in its section, and auditors."""
    return permissions.has_duty(user, Duty.PUBLISH, article.section) or permissions.has_duty_everywhere(
        user, Duty.AUDIT
    )


def export_pack(article: Article, target: IO[bytes], *, by: Any) -> None:
    """Write the pack into `target`. Asks for the duty to publish in its section, or to read the audit; recorded.

    The rows are read in the transaction that records it; pictures and the sheet's pages are written after it, so that
    nobody waits to publish while a large pack is packed.
    """
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        files, sheet, manifest = _record_and_pack_rows(article, pack, hashes, by=by)
        for name, sha256 in files.items():
            if default_storage.exists(name):
                with default_storage.open(name, "rb") as file:
                    _add_member(pack, f"files/{name}", file.read(), hashes)
            else:
                manifest["missing"] = {**manifest.get("missing", {}), f"files/{name}": sha256}
        _add_member(pack, "sheet.html", render_to_string("review_sheet_page.html", {"sheet": sheet}).encode(), hashes)
        _add_member(pack, "sheet.pdf", pdf.review_sheets_pdf([sheet], title=sheet.content["title"]), hashes)
        _add_member(pack, "manifest.json", _json_bytes({**manifest, "files": hashes}), {})


def check_pack(source: IO[bytes]) -> CheckedPack:
    """What a sound pack holds; NotEvidence, with a sentence, for one that is not.

    Checked: the manifest's hashes and that nothing is missing or added; each edition's digest against its text and the
    edition before, and the pictures and attachments it shows; each decision's digest against the text it was about; each
    signed edition against the chain of its readings; each audit entry's hash, and the editions it tells of.
    """
    try:
        with zipfile.ZipFile(source) as pack:
            manifest = _check_files(pack)
            _check_meaning(pack, manifest)
            return CheckedPack(
                article=int(manifest["article"]),
                files=len(manifest["files"]),
                audit_head=_printable(manifest["audit_head"]),
            )
    except NotEvidence:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise NotEvidence(_UNEXPECTED.filled(why=_printable(error))) from error
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
        struct.error,
    ) as error:
        raise NotEvidence(_NO_ZIP.filled(why=_printable(error))) from error


@transaction.atomic
def _record_and_pack_rows(
    article: Article, pack: zipfile.ZipFile, hashes: dict[str, str], *, by: Any
) -> tuple[dict[str, str], ReviewSheet, dict[str, Any]]:
    """The part of an export that is one moment: the files that the editions show (name, SHA-256), the sheet, and the
    beginning of the manifest.
    """
    article = Article.objects.get_locked(article.pk)
    if not may_export_evidence(by, article):
        permissions.require_duty(by, Duty.PUBLISH, article.section)
    entry = audit.record_entry("article.evidence_exported", article, by=by)
    files: dict[str, str] = {}
    for edition in article.editions.select_related("revision").order_by("number").iterator(chunk_size=50):
        content = edition.revision.content
        _add_member(
            pack, f"editions/{edition.number}.json", _json_bytes({**_row_values(edition), "content": content}), hashes
        )
        files |= {file["file"]: file["sha256"] for file in (*content["pictures"], *content["attachments"])}
    read = Revision.objects.filter(pk__in=article.sign_offs.values("revision")).order_by("number")
    for revision in read.iterator(chunk_size=50):
        _add_member(pack, f"revisions/{revision.number}.json", _json_bytes(_row_values(revision)), hashes)
    _add_member(
        pack, "sign_offs.json", _json_bytes([_row_values(row) for row in article.sign_offs.order_by("pk")]), hashes
    )
    entries = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk)).order_by("pk")
    _add_member(pack, "audit.json", _json_bytes([_row_values(row) for row in entries]), hashes)
    manifest = {
        "article": article.number,
        "address": article.public_url,
        "made_at": timezone.now().isoformat(),
        "audit_head": entry.hash,
    }
    return files, review_sheet(article), manifest


def _check_files(pack: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, when every file is what it says."""
    infos = pack.infolist()
    found = {info.filename: info for info in infos}
    if len(infos) != len(found):
        raise NotEvidence(_TWO_OF_ONE_NAME)
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > LARGEST_PACK:
        raise NotEvidence(_TOO_LARGE)
    for name, info in found.items():
        if not NAME.fullmatch(name):
            raise NotEvidence(_NOT_OURS.filled(name=_printable(name)))
        if info.file_size > (LARGEST_FILE if name.startswith("files/") else LARGEST_TEXT):
            raise NotEvidence(_FILE_TOO_LARGE.filled(name=name))
    if "manifest.json" not in found:
        raise NotEvidence(_NO_MANIFEST)
    manifest = _read_member(pack, "manifest.json")
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict):
        raise NotEvidence(_NO_LIST)
    for name in sorted(set(found) ^ {*listed, "manifest.json"}):
        raise NotEvidence(_MISSING_OR_ADDED.filled(name=_printable(name)))
    for name, expected in listed.items():
        if _member_sha256(pack, name) != expected:
            raise NotEvidence(_CHANGED.filled(name=name))
    return manifest


def _check_meaning(pack: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    names = list(manifest["files"])
    revisions = {}
    for name in (name for name in names if name.startswith("revisions/")):
        revision = _read_member(pack, name)
        _check_text(name, revision)
        revisions[revision["id"]] = revision
    sign_offs = {row["id"]: row for row in _read_member(pack, "sign_offs.json")}
    for row in sign_offs.values():
        if row["revision"] not in revisions or row["digest"] != revisions[row["revision"]]["digest"]:
            raise NotEvidence(_OTHER_TEXT.filled(id=_printable(row["id"])))
    editions: dict[int, str] = {}
    for number in range(1, 1 + sum(name.startswith("editions/") for name in names)):
        name = f"editions/{number}.json"
        edition = _read_member(pack, name)
        if edition["number"] != number or edition["article"] != manifest["article"]:
            raise NotEvidence(_OTHER_EDITION.filled(name=name))
        if edition["previous_digest"] != editions.get(number - 1, ""):
            raise NotEvidence(_DOES_NOT_FOLLOW.filled(name=name))
        _check_text(name, edition)
        _check_readings(name, edition, sign_offs)
        for file in (*edition["content"]["pictures"], *edition["content"]["attachments"]):
            if manifest["files"].get(f"files/{file['file']}") != file["sha256"]:
                raise NotEvidence(_OTHER_FILE.filled(file=_printable(file["file"]), name=name))
        editions[number] = edition["digest"]
    _check_audit(_read_member(pack, "audit.json"), editions)


def _check_text(name: str, row: dict[str, Any]) -> None:
    if content_digest(row["content"]) != row["digest"]:
        raise NotEvidence(_OTHER_DIGEST.filled(name=name))


def _check_readings(name: str, edition: dict[str, Any], sign_offs: dict[int, dict[str, Any]]) -> None:
    """A signed edition names the final reading of its text, which builds on every reading before it."""
    if edition["basis"] != Edition.Basis.SIGNED:
        return
    row = sign_offs.get(edition["sign_off"])
    if row is None or row["digest"] != edition["digest"] or row["stage"] != row["stages"]:
        raise NotEvidence(_NO_FINAL_READING.filled(name=name))
    for stage in range(int(row["stages"]), 0, -1):
        if row is None or row["decision"] != SignOff.Decision.PASS or row["stage"] != stage:
            raise NotEvidence(_NO_READING.filled(name=name, stage=stage))
        row = sign_offs.get(row["previous"])


def _check_audit(entries: list[dict[str, Any]], editions: dict[int, str]) -> None:
    for entry in entries:
        if audit.facts_hash(entry) != entry["hash"]:
            raise NotEvidence(_ENTRY_CHANGED.filled(id=_printable(entry["id"])))
        number = entry["details"].get("edition")
        if number is not None and editions.get(number) != entry["details"]["digest"]:
            raise NotEvidence(_EDITION_MISSING.filled(number=_printable(number)))


def _row_values(row: models.Model) -> dict[str, Any]:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, cls=_EvidenceEncoder, ensure_ascii=False, sort_keys=True, indent=1).encode()


class _EvidenceEncoder(DjangoJSONEncoder):
    """Instants in full: Django's own encoder keeps milliseconds, and the audit's hashes are of microseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _read_member(pack: zipfile.ZipFile, name: str) -> Any:
    try:
        return json.loads(pack.read(name))
    except (ValueError, KeyError, RecursionError) as error:
        raise NotEvidence(_CANNOT_BE_READ.filled(name=name)) from error


def _member_sha256(pack: zipfile.ZipFile, name: str) -> str:
    with pack.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _add_member(pack: zipfile.ZipFile, name: str, data: bytes, hashes: dict[str, str]) -> None:
    hashes[name] = hashlib.sha256(data).hexdigest()
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    pack.writestr(info, data)


def _printable(value: object) -> str:
    """What a stranger's file says, fit for a terminal: no control characters, not endless."""
    return "".join(c if c.isprintable() else "?" for c in str(value))[:200]
