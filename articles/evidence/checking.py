"""Verifying an evidence pack without the database."""

import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from .. import audit
from ..merkle_log import AUDIT_LOG, PUBLIC_LOG, VerifierKey, Vouched
from ..models import Edition, SignOff
from ..models.revision import content_digest
from ..outside_json import parse_outside_json
from ..refusals import Problem, Refusal
from .agreement import find_disagreements, printable_text
from .log_agreement import LoggedFacts, find_log_disagreements, no_checkpoint
from .log_proofs import CHECKPOINTS, PROOFS, STAMPS, VOUCHED

# Limits in bytes, and of members. A file beyond them was not exported by this system.
LARGEST_FILE, LARGEST_TEXT, LARGEST_PACK, MOST_FILES = 100 * 2**20, 32 * 2**20, 4 * 2**30, 5_000
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # damaged LZMA raises another error
MEMBER_NAME = re.compile(
    r"manifest\.json|sign_offs\.json|audit\.json|sheet\.html|sheet\.pdf|(editions|revisions)/[1-9][0-9]{0,8}\.json"
    r"|log/checkpoint|log/audit_checkpoint|log/proofs\.json|log/vouched|log/stamps/[0-9]{1,3}\.tsr"
    r"|files/(?!.*\.\.)[\w./-]{1,200}"
)
_UNEXPECTED = Problem("evidence.unexpected", _("A file does not have the expected content: %(why)s"))
_NO_ZIP = Problem("evidence.no_zip", _("This is not a readable ZIP file: %(why)s"))
_TWO_OF_ONE_NAME = Problem("evidence.two_of_one_name", _("It contains two files with the same name."))
_PACK_TOO_LARGE = Problem("evidence.too_large", _("It is larger than an evidence pack can be."))
_NOT_OURS = Problem("evidence.not_ours", _("%(name)s does not belong in an evidence pack."))
_FILE_TOO_LARGE = Problem("evidence.file_too_large", _("%(name)s is larger than a file of an evidence pack can be."))
_OTHER_COMPRESSION = Problem(
    "evidence.other_compression", _("%(name)s is compressed in another way than files of an evidence pack are.")
)
_NO_MANIFEST = Problem("evidence.no_manifest", _("manifest.json is missing."))
_NO_LIST = Problem("evidence.no_list", _("manifest.json does not list the files."))
_MISSING_OR_ADDED = Problem("evidence.missing_or_added", _("%(name)s is missing, or was added."))
_CHANGED = Problem("evidence.changed", _("%(name)s was changed."))
_OTHER_TEXT = Problem(
    "evidence.other_text", _("sign_offs.json: decision %(id)s does not match the text that it names.")
)
_OTHER_EDITION = Problem("evidence.other_edition", _("%(name)s contains a different edition than its name says."))
_DOES_NOT_FOLLOW = Problem("evidence.does_not_follow", _("%(name)s does not follow the edition before it."))
_OTHER_FILE = Problem("evidence.other_file", _("files/%(file)s, used in %(name)s, is missing or was replaced."))
_OTHER_DIGEST = Problem("evidence.other_digest", _("%(name)s: the digest does not match the text."))
_NO_FINAL_READING = Problem("evidence.no_final_reading", _("%(name)s: this text was not signed in the final reading."))
_OTHER_NOTE = Problem("evidence.other_note", _("%(name)s: the note to readers was not signed with this text."))
_NO_READING = Problem("evidence.no_reading", _("%(name)s: reading %(stage)d was not signed."))
_ENTRY_CHANGED = Problem("evidence.entry_changed", _("audit.json: entry %(id)s was changed."))
_EDITION_MISSING = Problem(
    "evidence.edition_missing",
    _("editions/%(number)s.json is missing, or differs from the edition recorded in audit.json."),
)
_CANNOT_BE_READ = Problem("evidence.cannot_be_read", _("%(name)s cannot be read."))


class NotEvidence(Refusal):
    """Raised, with a message naming the file, for a pack that fails verification."""


@dataclass(frozen=True)
class CheckedPack:
    """A verified pack: the article's number, the number of files, the head of the audit chain when it was exported.

    `checkpoint` is that of the public log, signed by a key that the caller gave if `is_signed`; '' in a pack without
    one. `vouched` is an earlier one with its time stamps, whose authorities are not checked yet.
    """

    article: int
    files: int
    audit_head: str
    checkpoint: str
    is_signed: bool
    vouched: Vouched | None


def check_pack(source: IO[bytes], keys: Sequence[VerifierKey] = ()) -> CheckedPack:
    """Verify a pack. Raises NotEvidence if it is not valid. With keys, the logs must vouch for it, signed by one of
    them.

    Checked: the hashes in the manifest, and that no file is missing or added; each edition's digest against its text
    and the previous edition, and its pictures and attachments; each decision's digest against its text; each signed
    edition against the chain of its readings; each audit entry's hash, and the editions it names; that the audit
    records exactly these decisions and editions; that different people signed the readings
    unless the section allowed otherwise; and the sheets against the entry of the export. Disagreements of the facts
    are all named, other faults one at a time.
    """
    try:
        with zipfile.ZipFile(source) as pack:
            manifest = _check_files(pack)
            checkpoint = _check_meaning(pack, manifest, keys)
            vouched = _read_vouched(pack, manifest)
            return CheckedPack(
                article=int(manifest["article"]),
                files=len(manifest["files"]),
                audit_head=_printable(manifest["audit_head"]),
                checkpoint=checkpoint,
                is_signed=bool(keys),
                vouched=vouched,
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


def _check_files(pack: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest, after checking names, sizes and hashes of all files."""
    infos = pack.infolist()
    found = {info.filename: info for info in infos}
    if len(infos) != len(found):
        raise NotEvidence(_TWO_OF_ONE_NAME)
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > LARGEST_PACK:
        raise NotEvidence(_PACK_TOO_LARGE)
    for name, info in found.items():
        if not MEMBER_NAME.fullmatch(name):
            raise NotEvidence(_NOT_OURS.filled(name=_printable(name)))
        if info.compress_type not in COMPRESSIONS:
            raise NotEvidence(_OTHER_COMPRESSION.filled(name=name))
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


def _check_meaning(pack: zipfile.ZipFile, manifest: dict[str, Any], keys: Sequence[VerifierKey]) -> str:
    """Check what the files say; return the checkpoint of the public log, or ''."""
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
    editions: dict[int, dict[str, Any]] = {}
    for number in range(1, 1 + sum(name.startswith("editions/") for name in names)):
        name = f"editions/{number}.json"
        edition = _read_member(pack, name)
        if edition["number"] != number or edition["article"] != manifest["article"]:
            raise NotEvidence(_OTHER_EDITION.filled(name=name))
        if edition["previous_digest"] != (editions[number - 1]["digest"] if number > 1 else ""):
            raise NotEvidence(_DOES_NOT_FOLLOW.filled(name=name))
        _check_text(name, edition)
        _check_readings(name, edition, sign_offs)
        for file in (*edition["content"]["pictures"], *edition["content"]["attachments"]):
            if manifest["files"].get(f"files/{file['file']}") != file["sha256"]:
                raise NotEvidence(_OTHER_FILE.filled(file=_printable(file["file"]), name=name))
        editions[number] = edition
    entries = _read_member(pack, "audit.json")
    _check_audit(entries, {number: edition["digest"] for number, edition in editions.items()})
    problems = list(find_disagreements(manifest, editions, sign_offs, entries))
    notes = [_read_note(pack, manifest, CHECKPOINTS[log]) for log in (PUBLIC_LOG, AUDIT_LOG)]
    if all(notes):
        logged = LoggedFacts(notes[0], notes[1], _read_member(pack, PROOFS), _read_vouched(pack, manifest))
        article = int(manifest["article"])
        problems += find_log_disagreements(logged, article, editions, sign_offs, entries, keys)
    elif keys:
        problems.append(no_checkpoint(CHECKPOINTS[PUBLIC_LOG]))
    if problems:
        raise NotEvidence(*problems)
    return notes[0]


def _read_note(pack: zipfile.ZipFile, manifest: dict[str, Any], name: str) -> str:
    return pack.read(name).decode() if name in manifest["files"] else ""


def _read_vouched(pack: zipfile.ZipFile, manifest: dict[str, Any]) -> Vouched | None:
    note = _read_note(pack, manifest, VOUCHED)
    stamps = sorted(name for name in manifest["files"] if name.startswith(f"{STAMPS}/"))
    return Vouched(note, [pack.read(name) for name in stamps]) if note else None


def _check_text(name: str, row: dict[str, Any]) -> None:
    if content_digest(row["content"]) != row["digest"]:
        raise NotEvidence(_OTHER_DIGEST.filled(name=name))


def _check_readings(name: str, edition: dict[str, Any], sign_offs: dict[int, dict[str, Any]]) -> None:
    """A signed edition must name the final reading of its text, which must follow from all earlier readings."""
    if edition["basis"] != Edition.Basis.SIGNED:
        return
    row = sign_offs.get(edition["sign_off"])
    if row is None or row["digest"] != edition["digest"] or row["stage"] != row["stages"]:
        raise NotEvidence(_NO_FINAL_READING.filled(name=name))
    # Packs from before notes were signed do not have it.
    if row.get("note") is not None and row["note"] != edition["note"]:
        raise NotEvidence(_OTHER_NOTE.filled(name=name))
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


def _read_member(pack: zipfile.ZipFile, name: str) -> Any:
    try:
        return parse_outside_json(pack.read(name))
    except (ValueError, KeyError) as error:
        raise NotEvidence(_CANNOT_BE_READ.filled(name=name)) from error


def _member_sha256(pack: zipfile.ZipFile, name: str) -> str:
    with pack.open(name) as file:
        # A ZipExtFile is binary and has `readinto`, but is typed as IO[bytes].
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _printable(value: object) -> str:
    return printable_text(value, most=200)
