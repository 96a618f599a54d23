"""Whether the facts of an evidence pack agree: decisions and editions with the audit, people, sheets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Edition, SignOff
from ..models.revision import content_digest
from ..refusals import Problem

Decision = SignOff.Decision
# The acts that record a decision, and those that record an edition.
DECISION_ACTS = {
    Decision.SUBMIT: "article.submitted",
    Decision.PASS: "article.signed_off",
    Decision.REREAD: "article.reread",
    Decision.BACK: "article.sent_back",
    Decision.HOLD: "article.held",
    Decision.REJECT: "article.rejected",
    Decision.HAND_ON: "article.handed_on",
    Decision.RECALL: "article.taken_back",
}
EDITION_ACTS = (
    "article.published",
    "article.corrected",
    "article.published_before_readings",
    "article.glass_broken",
    "article.migrated",
    "article.archive_made",
)
# Beginnings of the names of the files for which the entry of an export vouches.
EXPORTED_ROWS = ("editions/", "revisions/", "sign_offs.json")
MANIFEST_FACTS = ("article", "address", "made_at")
MOST_NAMED = 20  # problems of one kind in one answer

_NOT_RECORDED = Problem(
    "evidence.decision_not_recorded",
    _("sign_offs.json: decision %(id)s by %(name)s is not in audit.json in this form."),
)
_UNDECIDED = Problem(
    "evidence.entry_without_decision", _("audit.json: entry %(id)s records a decision that is not in sign_offs.json.")
)
_PUBLICATION_NOT_RECORDED = Problem(
    "evidence.publication_not_recorded", _("%(name)s: audit.json does not record its publication.")
)
_ONE_PERSON = Problem(
    "evidence.one_person", _("%(name)s: readings %(first)d and %(second)d were signed by one person, %(person)s.")
)
_OTHER_ORIGINAL = Problem(
    "evidence.other_original", _("The original of the reprint with SHA-256 %(sha256)s is missing, or was replaced.")
)
_OTHER_SHEET = Problem(
    "evidence.other_sheet", _("%(name)s is not the review sheet that was exported with these facts.")
)
_OTHER_ROWS = Problem(
    "evidence.other_rows", _("%(name)s: something was changed, added or left out since the pack was exported.")
)
_OTHER_HEAD = Problem(
    "evidence.other_head", _("manifest.json: the head of the audit is not that of the export in audit.json.")
)


def find_disagreements(
    manifest: Mapping[str, Any],
    editions: Mapping[int, Mapping[str, Any]],
    sign_offs: Mapping[int, Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]],
) -> Iterator[Problem]:
    """Yield each fact that the other files of the pack contradict. Raises KeyError or TypeError for strange values."""
    yield from _unrecorded_decisions(sign_offs, entries)
    yield from _unrecorded_editions(editions, entries)
    for number, edition in editions.items():
        yield from _repeated_readers(f"editions/{number}.json", edition, sign_offs)
    yield from _other_export(manifest, entries)


def _unrecorded_decisions(
    sign_offs: Mapping[int, Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    """Each decision has its own entry: the same act, person, name, text and reason, in the same order."""
    unused = [entry for entry in entries if entry["action"] in DECISION_ACTS.values()]
    missing = 0
    for row in sorted(sign_offs.values(), key=lambda row: int(row["id"])):
        entry = next((entry for entry in unused if _records(entry, row)), None)
        if entry is not None:
            unused.remove(entry)
        elif (missing := missing + 1) <= MOST_NAMED:
            yield _NOT_RECORDED.filled(id=printable_text(row["id"]), name=printable_text(row["person_name"]))
    yield from (_UNDECIDED.filled(id=printable_text(entry["id"])) for entry in unused[:MOST_NAMED])


def _records(entry: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    details = entry["details"]
    if entry["action"] != DECISION_ACTS.get(row["decision"]):
        return False
    if (entry["actor"], entry["actor_name"]) != (row["person"], row["person_name"]):
        return False
    if details.get("digest", row["digest"]) != row["digest"]:
        return False
    if row["decision"] == Decision.PASS:
        return (details["stage"], details["same_person"]) == (row["stage"], row["same_person"])
    return details.get("reason", row["opinion"]) == row["opinion"] or row["decision"] == Decision.REREAD


def _unrecorded_editions(
    editions: Mapping[int, Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    recorded = {
        (entry["details"].get("edition"), entry["details"].get("digest"))
        for entry in entries
        if entry["action"] in EDITION_ACTS
    }
    for number, edition in editions.items():
        if (number, edition["digest"]) not in recorded:
            yield _PUBLICATION_NOT_RECORDED.filled(name=f"editions/{number}.json")


def _repeated_readers(
    name: str, edition: Mapping[str, Any], sign_offs: Mapping[int, Mapping[str, Any]]
) -> Iterator[Problem]:
    """Readings by one person, unless the section allowed it: then the sign-off says so."""
    if edition["basis"] != Edition.Basis.SIGNED:
        return
    seen: dict[Any, Mapping[str, Any]] = {}
    row = sign_offs.get(edition["sign_off"])
    while row is not None:
        later = seen.setdefault(row["person"], row)
        if later is not row and not later["same_person"]:
            named = {
                "person": printable_text(row["person_name"]),
                "first": int(row["stage"]),
                "second": int(later["stage"]),
            }
            yield _ONE_PERSON.filled(name=name, **named)
        before = sign_offs.get(row["previous"])
        row = before if before is not None and int(before["stage"]) < int(row["stage"]) else None


def _other_export(manifest: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The export's own entry names the rows, sheets and originals of a reprint; older packs do not have that."""
    exports = [entry for entry in entries if entry["action"] == "article.evidence_exported"]
    if not exports or exports[-1]["hash"] != manifest["audit_head"]:
        yield _OTHER_HEAD
        return
    recorded = exports[-1]["details"].get("rows", {})
    others = [entry for entry in entries if entry is not exports[-1]]
    digests = digests_of_rows(manifest, manifest["files"], others) if recorded else {}
    for name, digest in recorded.items():
        if digests.get(name) != digest:
            yield _OTHER_ROWS.filled(name=printable_text(name))
    for name, sha256 in zip(("sheet.html", "sheet.pdf"), exports[-1]["details"].get("sheets", ()), strict=False):
        if manifest["files"].get(name) != sha256:
            yield _OTHER_SHEET.filled(name=name)
    for sha256 in exports[-1]["details"].get("originals", ()):
        if manifest["files"].get(f"files/originals/{sha256}") != sha256:
            yield _OTHER_ORIGINAL.filled(sha256=printable_text(sha256))


def digests_of_rows(
    manifest: Mapping[str, Any], files: Mapping[str, str], entries: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return digests of everything in a pack about an article: by EXPORTED_ROWS, "audit.json" and "manifest.json".

    `files` has the SHA-256 of each file, `entries` the audit as in audit.json without the entry of the export.
    """
    named: dict[str, dict[str, Any]] = {
        row: {name: sha256 for name, sha256 in files.items() if name.startswith(row)} for row in EXPORTED_ROWS
    }
    named["audit.json"] = {"entries": list(entries)}
    named["manifest.json"] = {name: manifest[name] for name in MANIFEST_FACTS}
    return {name: content_digest(value) for name, value in named.items()}


def printable_text(value: object, most: int = 80) -> str:
    """Return text from an untrusted file, safe to print: no control characters, at most `most` characters."""
    return "".join(character if character.isprintable() else "?" for character in str(value))[:most]
