"""The evidence pack of an article: what was public, who signed it, and what was done, in one ZIP that proves itself.

    manifest.json          SHA-256 of every other file; the head of the audit's chain when the pack was made
    editions/<n>.json      each edition, with the whole content of its revision
    sign_offs.json         every decision, in order
    audit.json             every audit entry about the article
    files/…                the pictures and attachments its editions show
    sheet.html, sheet.pdf  the review sheet

`check` reads a pack without a database: it needs nothing but the file.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, permissions
from .models import Article, AuditEntry, Edition, SignOff
from .models.revision import digest_of
from .permissions import Duty
from .review_sheet import pdf, sheet_of

# A pack's files are texts and pictures of one article; what is larger or more is none of ours.
LARGEST_FILE, LARGEST_PACK, MOST_FILES = 100 * 2**20, 4 * 2**30, 5_000
# Every file gets this time, so that the same facts make the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


class NotEvidence(ValueError):
    """Raised, with a sentence naming the file, for a pack that does not prove what it says."""


@transaction.atomic
def export(article: Article, target: IO[bytes], *, by: Any) -> None:
    """Write the pack into `target`. Asks for the duty to publish in its section, or to read the audit; recorded."""
    if not permissions.may(by, Duty.PUBLISH, article.section):
        permissions.require_anywhere(by, Duty.AUDIT)
    audit.record("article.evidence_exported", article, by=by)
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in _files(article):
            hashes[name] = hashlib.sha256(data).hexdigest()
            _put(pack, name, data)
        head = AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
        manifest = {"article": article.number, "address": article.public_url, "made_at": timezone.now().isoformat(),
                    "audit_head": head, "files": hashes}  # fmt: skip
        _put(pack, "manifest.json", _json(manifest))


def check(source: IO[bytes]) -> int:
    """How many files of a pack were checked, all of them sound; NotEvidence for the first that is not.

    Checked: every hash of the manifest and that nothing is missing or added; each edition's digest against its content
    and the edition before; each signed edition against the final sign-off of the same digest; each audit entry's hash.
    """
    try:
        with zipfile.ZipFile(source) as pack:
            return _check(pack)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zipfile.LargeZipFile) as error:
        raise NotEvidence(_("This is no readable ZIP file: %(why)s") % {"why": error}) from error


def _files(article: Article) -> Iterator[tuple[str, bytes]]:
    names: dict[str, None] = {}
    for edition in article.editions.select_related("revision").order_by("number").iterator(chunk_size=50):
        content = edition.revision.content
        yield f"editions/{edition.number}.json", _json({**_row(edition), "content": content})
        names |= dict.fromkeys(file["file"] for file in [*content["pictures"], *content["attachments"]])
    yield "sign_offs.json", _json([_row(row) for row in article.sign_offs.order_by("pk")])
    entries = AuditEntry.objects.filter(object_type="article", object_id=str(article.pk)).order_by("pk")
    yield "audit.json", _json([_row(entry) for entry in entries])
    for name in names:
        if default_storage.exists(name):
            with default_storage.open(name, "rb") as file:
                yield f"files/{name}", file.read()
    sheet = sheet_of(article)
    yield "sheet.html", render_to_string("review_sheet.html", {"sheet": sheet}).encode()
    yield "sheet.pdf", pdf.pdf([sheet], title=article.title)


def _check(pack: zipfile.ZipFile) -> int:
    found = {info.filename: info for info in pack.infolist()}
    sizes = [info.file_size for info in pack.infolist()]
    if len(sizes) != len(found):
        raise NotEvidence(_("It holds two files of one name."))
    if len(found) > MOST_FILES or max(sizes, default=0) > LARGEST_FILE or sum(sizes) > LARGEST_PACK:
        raise NotEvidence(_("It is larger than any evidence pack of ours."))
    if "manifest.json" not in found:
        raise NotEvidence(_("manifest.json is missing."))
    manifest = _read(pack, "manifest.json")
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict):
        raise NotEvidence(_("manifest.json does not list the files."))
    for name in sorted(set(found) ^ {*listed, "manifest.json"}):
        raise NotEvidence(_("%(name)s is missing, or was added.") % {"name": name})
    for name, expected in listed.items():
        if hashlib.sha256(pack.read(name)).hexdigest() != expected:
            raise NotEvidence(_("%(name)s was changed.") % {"name": name})
    try:
        _check_meaning(pack, sorted(name for name in listed if name.startswith("editions/")))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotEvidence(_("A file does not hold what it should: %(why)s") % {"why": error}) from error
    return len(listed)


def _check_meaning(pack: zipfile.ZipFile, names: list[str]) -> None:
    finals = {row["id"]: row for row in _read(pack, "sign_offs.json") if row["decision"] == SignOff.Decision.PASS}
    editions = sorted((_read(pack, name) for name in names), key=lambda edition: edition["number"])
    before = ""
    for number, edition in enumerate(editions, start=1):
        name = f"editions/{edition['number']}.json"
        if edition["number"] != number or edition["previous_digest"] != before:
            raise NotEvidence(_("%(name)s does not follow the edition before it.") % {"name": name})
        if digest_of(edition["content"]) != edition["digest"]:
            raise NotEvidence(_("%(name)s: its digest is not that of its text.") % {"name": name})
        final = finals.get(edition["sign_off"])
        if edition["basis"] == Edition.Basis.SIGNED and not (
            final and final["digest"] == edition["digest"] and final["stage"] == final["stages"]
        ):
            raise NotEvidence(_("%(name)s: nobody signed this text in the final reading.") % {"name": name})
        before = edition["digest"]
    for entry in _read(pack, "audit.json"):
        if audit.hash_of_facts(entry) != entry["hash"]:
            raise NotEvidence(_("audit.json: entry %(id)s was changed.") % {"id": entry["id"]})


def _row(row: models.Model) -> dict[str, Any]:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=_Encoder, ensure_ascii=False, sort_keys=True, indent=1).encode()


class _Encoder(DjangoJSONEncoder):
    """Instants in full: Django's own encoder keeps milliseconds, and the audit's hashes are of microseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _read(pack: zipfile.ZipFile, name: str) -> Any:
    try:
        return json.loads(pack.read(name))
    except (ValueError, KeyError) as error:
        raise NotEvidence(_("%(name)s cannot be read.") % {"name": name}) from error


def _put(pack: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    pack.writestr(info, data)
