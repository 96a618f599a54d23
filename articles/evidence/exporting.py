"""Exporting an evidence pack; the package's docstring lists its files."""

import hashlib
import json
import zipfile
from typing import IO, Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from .. import audit
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..models import Article, AuditEntry, Revision
from ..review_sheet import ReviewSheet, review_sheet
from .agreement import digests_of_rows
from .log_proofs import PROOFS, log_members

ORIGINALS = "files/originals"  # those of a reprint, each named by its SHA-256
# The time of every member, so that equal content gives equal bytes.
MEMBER_TIME = (1980, 1, 1, 0, 0, 0)


def may_export_evidence(user: User | AnonymousUser, article: Article) -> bool:
    """Return True if the user may export the pack: publishers of its section, and auditors."""
    return permissions.has_duty(user, Duty.PUBLISH, article.section) or permissions.has_duty_everywhere(
        user, Duty.AUDIT
    )


def export_pack(article: Article, target: IO[bytes], *, by: User) -> None:
    """Write the pack to `target` and record the export. Raises PermissionDenied.

    Rows are read in the transaction that records the export. Files are added afterwards, so that publishing is not
    blocked while a large pack is compressed.
    """
    hashes: dict[str, str] = {}
    later: dict[str, bytes] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        files, manifest = _record_and_pack_rows(article, pack, hashes, later, by=by)
        for name, sha256 in files.items():
            if default_storage.exists(name):
                with default_storage.open(name, "rb") as file:
                    _add_file(pack, f"files/{name}", file, hashes)
            else:
                manifest["missing"] = {**manifest.get("missing", {}), f"files/{name}": sha256}
        for name, data in later.items():
            _add_member(pack, name, data, hashes)
        _add_member(pack, "manifest.json", _json_bytes({**manifest, "files": hashes}), {})


@transaction.atomic
def _record_and_pack_rows(
    article: Article, pack: zipfile.ZipFile, hashes: dict[str, str], later: dict[str, bytes], *, by: User
) -> tuple[dict[str, str], dict[str, Any]]:
    """The part of an export in one transaction.

    The entry names the digests of everything but files and logs, so sheets and rows are made before it takes the
    audit-chain lock; sheets and originals are added to `later`. Returns the files in the editions ({name: SHA-256}),
    and the manifest without its file list.
    """
    article = Article.objects.get_locked(article.pk)
    if not may_export_evidence(by, article):
        permissions.require_duty(by, Duty.PUBLISH, article.section)
    sheets = _render_sheets(review_sheet(article))
    originals = {row.sha256: row.content for row in article.originals.order_by("pk")}
    later |= sheets | {f"{ORIGINALS}/{sha256}": content for sha256, content in originals.items()}
    files = _pack_texts_and_decisions(article, pack, hashes)
    manifest = {"article": article.number, "address": article.public_url, "made_at": timezone.now().isoformat()}
    audit.lock_audit_chain()  # no entry is added between those listed and the one that lists them
    stored = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk)).order_by("pk")
    entry = audit.record_entry(
        "article.evidence_exported",
        article,
        by=by,
        sheets=[hashlib.sha256(data).hexdigest() for data in sheets.values()],
        originals=list(originals),
        rows=digests_of_rows(manifest, hashes, json.loads(_json_bytes([_row_values(row) for row in stored.all()]))),
    )
    entries = list(stored.all())  # read again: with the entry itself
    _add_member(pack, "audit.json", _json_bytes([_row_values(row) for row in entries]), hashes)
    checkpoints, proofs = log_members(article, entries)
    for name, note in checkpoints.items():
        _add_member(pack, name, note, hashes)
    _add_member(pack, PROOFS, _json_bytes(proofs), hashes)
    return files, {**manifest, "audit_head": entry.hash}


def _pack_texts_and_decisions(article: Article, pack: zipfile.ZipFile, hashes: dict[str, str]) -> dict[str, str]:
    """Add the editions, the texts that were decided about and the decisions; return the files in the editions."""
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
    return files


def _render_sheets(sheet: ReviewSheet) -> dict[str, bytes]:
    from ..review_sheet.pdf import review_sheets_pdf  # noqa: PLC0415 (ReportLab is for those who export)

    return {
        "sheet.html": render_to_string("review_sheet_page.html", {"sheet": sheet}).encode(),
        "sheet.pdf": review_sheets_pdf([sheet], title=sheet.content["title"]),
    }


def _row_values(row: models.Model) -> dict[str, Any]:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, cls=_EvidenceEncoder, ensure_ascii=False, sort_keys=True, indent=1).encode()


class _EvidenceEncoder(DjangoJSONEncoder):
    """Keeps microseconds, which the audit's hashes cover; Django's encoder truncates to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _add_member(pack: zipfile.ZipFile, name: str, data: bytes, hashes: dict[str, str]) -> None:
    hashes[name] = hashlib.sha256(data).hexdigest()
    pack.writestr(_member(name), data)


def _add_file(pack: zipfile.ZipFile, name: str, file: File, hashes: dict[str, str]) -> None:
    """Add a file in chunks: a film may be larger than the memory."""
    digest = hashlib.sha256()
    with pack.open(_member(name), "w", force_zip64=True) as member:
        for chunk in file.chunks():
            digest.update(chunk)
            member.write(chunk)
    hashes[name] = digest.hexdigest()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, MEMBER_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
